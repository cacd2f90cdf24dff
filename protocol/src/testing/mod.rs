//! Boards without hardware, on virtual time: for tests, yours and ours.
//!
//! A [`Device`] is a MicroPython board as its serial line sees it: the friendly REPL, the raw REPL and raw paste byte
//! for byte, an input buffer that overflows or pushes back, a disk, and firmware that stops where real firmware
//! does. What it is like is plain data, [`Firmware`]. It runs no Python: it understands the engine's own scripts
//! (definitions of known helpers, calls with literals) and the [`Program`]s a test registers.
//!
//! A [`Wire`] stands between host and board with a rate, a delay and [`Fault`]s. Nothing here reads a clock or does
//! I/O: time is handed in, and the next interesting moment comes out.

pub(crate) mod arguments;
mod code;
mod console;
mod device;
mod disk;
mod drive;
mod faults;
mod firmware;
mod friendly;
pub(crate) mod helpers;
mod input;
mod lane;
mod lexer;
mod machine;
mod mode;
mod noise;
mod paste;
mod program;
mod raised;
mod raw;
mod run;
mod scenario;
mod scenarios;
pub mod strategies;
#[cfg(test)]
mod tests;
mod traceback;
mod transport;
mod trees;
mod wire;

pub use device::{Device, Statistics};
pub use disk::{Disk, Entry, FileSystem, Handle, Space};
pub use drive::{Bench, Driven, Manner, drive};
pub use faults::{Direction, Fault, Trouble};
pub use firmware::{Capabilities, Firmware, Input, Main, RawPaste};
pub use machine::Machine;
pub use noise::noise;
pub use program::{Act, Program};
pub use raised::Raised;
pub use scenario::{Scenario, Task, Telling, outcome};
pub use scenarios::scenarios;
pub use transport::Transport;
pub use wire::{LinkShape, Wire};

pub(crate) use arguments::not_called;
pub(crate) use helpers::helpers;

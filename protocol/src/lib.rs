//! To be written.
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "testing", feature = "std"))]
extern crate std;

mod answer;
mod board;
mod config;
mod control;
mod error;
mod exception;
mod helper;
mod link;
mod literal;
mod operation;
mod ops;
mod outbox;
mod quote;
mod run;
mod scan;
mod script;
mod session;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod trace;
#[cfg(feature = "transfer")]
mod transfer;
mod window;

pub use board::{About, Board, DigestKind};
pub use config::{Config, Pace, Patience};
pub use error::{DriveError, Error, Fault, FaultKind, Refused};
pub use exception::Exception;
pub use helper::Helper;
pub use literal::{Malformed, Value};
pub use operation::{Needs, Operation, Progress, Reply, Stdin};
pub use ops::{
    Captured, Entry, Eval, Exec, Info, Kind, Leave, List, MakeDir, Remove, Rename, Room, Space, Stat, Status,
};
pub use outbox::Holds;
pub use quote::{Quoting, escaped, quote, quote_str};
pub use run::{Event, Run, Step};
pub use script::{Argument, Script};
pub use session::Session;
pub use time::Instant;
#[cfg(feature = "transfer")]
pub use transfer::{Digest, Get, Hash, Put, Sink, Source};
pub use window::{Credit, Follows, Window};

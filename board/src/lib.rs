//! Boards to talk to without hardware.
//!
//! Placeholder.
//!

pub mod find;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod launcher;
#[cfg(unix)]
mod micropython;
mod pipe;
#[cfg(unix)]
mod pty;
mod running;
mod shape;
mod simulated;
mod tcp;
#[cfg(feature = "trial")]
pub mod trial;
#[cfg(unix)]
mod tty;
mod wheel;

pub use find::Missing;
#[cfg(unix)]
pub use micropython::MicroPython;
pub use pipe::{End, pipe};
#[cfg(unix)]
pub use pty::PtyPort;
pub use running::Running;
pub use shape::Shape;
pub use simulated::Simulated;
pub use tcp::TcpPort;

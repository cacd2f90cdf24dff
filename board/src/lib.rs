//! Boards to talk to without hardware: a simulated one, a real MicroPython as a process, or any other thing that
//! answers at the end of a [`pipe()`], reached in this process, behind a pseudo-terminal or behind a TCP port, over a link with a rate and
//! a delay if there is to be one.
//!
//! A board is started as [`Running`], then told how hosts reach it. Dropping what comes out stops it, and nothing of
//! it is left: no process, no thread.
//!
//! ```no_run
//! # #[cfg(unix)] {
//! use rawpaste_board::{MicroPython, Running, Shape};
//! use std::io::{Read, Write};
//! use std::time::Duration;
//!
//! // A MicroPython in an existing folder, behind a serial line at 115200 baud.
//! let uart = Shape { rate: Some(11_520), delay: Duration::from_millis(1) };
//! let board = Running::micropython(MicroPython::new("some/folder").heap("64k"))?.shaped(uart)?;
//!
//! // Either: talk to it here.
//! let mut host = board.in_process();
//! host.write_all(b"\x03\x01")?;
//! let mut greeting = [0; 11];
//! host.read_exact(&mut greeting)?;
//! drop(host); // The board is gone.
//!
//! // Or: let another program open it by name, as a serial port.
//! let port = Running::micropython(MicroPython::new("some/folder"))?.on_pty()?;
//! println!("open {}", port.name().display());
//! # }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A board of your own is a thread at the other end of a pipe:
//!
//! ```
//! use rawpaste_board::{Running, pipe};
//! use std::io::{Read, Write};
//! use std::time::Duration;
//!
//! let (host, mut board) = pipe(4096);
//! board.set_timeout(Duration::MAX);
//! let thread = std::thread::spawn(move || {
//!     let mut byte = [0];
//!     while let Ok(1) = board.read(&mut byte) {
//!         if board.write_all(&byte).is_err() {
//!             break;
//!         }
//!     }
//! });
//! let mut host = Running::from_end(host, ()).in_process();
//! host.write_all(b"echo")?;
//! let mut answer = [0; 4];
//! host.read_exact(&mut answer)?;
//! assert_eq!(&answer, b"echo");
//! drop(host);
//! thread.join().expect("it reads the end of file and returns");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What runs where
//!
//! The pipe, the link and TCP work on every system with `std`. Pseudo-terminals and MicroPython need Unix, and
//! interrupting a script in MicroPython needs Linux. [`find::micropython`] says where a MicroPython is looked
//! for; where there is none it says what to do. Feature `trial` adds a module `trial`, with which test files
//! run on a MicroPython of their own and are reported as ignored where there is none, and on Linux `Ser2net`, which serves one to
//! the network as a lab does.

mod command;
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
#[cfg(all(feature = "trial", target_os = "linux"))]
mod ser2net;
mod shape;
mod simulated;
#[cfg(unix)]
mod stand_in;
mod tcp;
#[cfg(feature = "trial")]
pub mod trial;
#[cfg(unix)]
mod tty;
mod venv;

pub use command::output;
pub use find::Missing;
#[cfg(unix)]
pub use micropython::MicroPython;
pub use pipe::{End, pipe};
#[cfg(unix)]
pub use pty::PtyPort;
pub use running::Running;
#[cfg(all(feature = "trial", target_os = "linux"))]
pub use ser2net::Ser2net;
pub use shape::Shape;
pub use simulated::Simulated;
pub use tcp::TcpPort;

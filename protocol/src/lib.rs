//! A sans-IO engine for MicroPython's raw REPL and raw paste: code and files on boards, from any kind of I/O.
//!
//! MicroPython boards are programmed over a serial line: the host sends Python source within a flow-control window, the
//! board answers with output and a prompt. This crate is that conversation as a state machine. It does no I/O and
//! reads no clock; a driver of about 70 lines carries its bytes. `rawpaste-tokio`, `rawpaste-async-std` and
//! `rawpaste-blocking` are such drivers, and yours may be another.
//!
//! # The loop
//!
//! Ask [`Run::poll`] what to do, do it, say what happened, and ask again. That is all a driver does:
//!
//! ```
//! use std::io::{Read, Write};
//! use std::time::Instant as Clock;
//!
//! use rawpaste::{Instant, Operation, Session, Step};
//!
//! /// Runs one operation over a port whose reads and writes return after a while.
//! fn drive<O: Operation>(
//!     session: &mut Session,
//!     port: &mut (impl Read + Write),
//!     operation: O,
//! ) -> Result<O::Output, Box<dyn std::error::Error>> {
//!     let epoch = Clock::now();
//!     let mut buffer = [0; 4096];
//!     let mut run = session.run(operation);
//!     loop {
//!         match run.poll(Instant::from_epoch(epoch.elapsed())) {
//!             Step::Write { bytes, .. } => {
//!                 let n = port.write(bytes)?;
//!                 run.wrote(n);
//!             }
//!             Step::Flush { .. } => {
//!                 port.flush()?;
//!                 run.flushed();
//!             }
//!             // A port with a timeout: nothing came is no error, and the next poll looks at the time.
//!             Step::Read { .. } => match port.read(&mut buffer) {
//!                 Ok(n) => run.received(&buffer[..n]),
//!                 Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {}
//!                 Err(error) => return Err(error.into()),
//!             },
//!             Step::Event(_) => {}
//!             Step::Done(result) => return Ok(result?),
//!         }
//!     }
//! }
//! ```
//!
//! Then `drive(&mut session, &mut port, Eval::new("6*7")?)` is `"42"`.
//!
//! # Three rings
//!
//! - **Operations** speak scripts and replies: [`Exec`], [`Eval`], [`Info`], [`Stat`], [`StatAll`], [`List`], [`Remove`],
//!   [`MakeDir`], [`Rename`], [`Space`], [`Leave`], [`Reset`], and with feature `transfer` `Put`, `PutAll`, `Get`, `Digest`, `TreeDigest`,
//!   `ListTree` and `ChangeTree`. One of your own implements [`Operation`]; it sees no byte of the protocol and no clock.
//! - **The session** speaks bytes and time: [`Session`] is what is kept from run to run, a [`Run`] is one operation under
//!   way, a [`Step`] is what it wants done.
//! - **Drivers** speak I/O, and know nothing of the protocol.
//!
//! # Files
//!
//! `Put` and `PutAll` decide by a `Plan` how a file travels, from what the board can do, its free memory, the size and the
//! content; the plan explains itself, and `Choices` force it. A small file goes in one script. Of a larger one the board is
//! asked first what it has: where it is the same, nothing is sent; of an older version it makes the new one, out of its pieces
//! and what differs; what a cut-off put left is gone on with. What is text goes through one deflate stream, whose window lives
//! from chunk to chunk and from file to file. The file is written under another name (`.rp-` and a checksum of the name, beside
//! it; `.rp-0` where one script does all), its digest is compared on the board, and then it is renamed: a target is the old file or the new one. A `Get` is
//! one script in blocks with a check behind each, and goes on from the last one. Trees are compared by one digest first.
//!
//! # Guarantees
//!
//! - Every step that can wait has a deadline; nothing waits for ever, unless a script asks for [`Patience::Forever`], and
//!   [`Run::interrupt`] ends that.
//! - Dropping a [`Run`] is legal at any step, and so is giving the transport up: the next run finds its own way back to
//!   a clean prompt, and `&mut operation`, run again, goes on.
//! - In a windowed flow, the default, never more is in flight than the board granted, and a little less ([`Credit`]). In an
//!   [open](Flow::Open) one, for links that push back, it reads what came before each 1 KiB, so that a board that answers
//!   meanwhile cannot block it. Exactly one `^D` ends each paste.
//! - Whatever a board sends, the engine does not panic, and keeps at most 64 KiB besides what the caller gave it and
//!   what an operation collects, which has a bound of its own.
//! - What a board says is escaped where an error shows it.
//! - A large put takes at most 2 instructions for each byte of the file besides its digests, quoting and deflate, with a
//!   window of 128, and a put or a get of any size allocates as often as a small one. `.ci/callgrind` and
//!   `tests/allocations.rs` count both.
//! - A transport that holds nothing back ([`Holds::Nothing`]) is never flushed; [`drain`] tells why that matters.
//!
//! Out of scope: opening ports, their speed and lines, resetting boards by DTR and RTS; those are the drivers'.
//!
//! # Where this differs from the design it started from
//!
//! - [`Operation::needs`] says what must be known of the board first; the session asks that by itself.
//! - Each call of a helper carries a check over its name and arguments. A byte lost in a path makes no error on the board
//!   and names another file; a test that loses each byte of a put in turn showed it.
//! - A script of the engine's own that arrives damaged is sent again, the second time with its helpers defined afresh,
//!   before it is a fault.
//! - The end of the transport under a script that may reset the board is [`Reply::Closed`], not a reset: an unplugged board
//!   looks the same.
//! - A reset that is asked for ([`Reset`]) is not waited for: what a board runs then may never come to a prompt, and to look
//!   for one would stop it.
//! - In an open flow everything is quoted so that it can meet the raw REPL itself, not only what goes before its offer's
//!   answer: which of it does is a matter of timing.
//! - An operation that saw a loss says so with its next script ([`Script::windowed`]); [`Script::is_ahead`] tells it whether its
//!   earlier one is still in flight, which a run that was dropped cannot.
//! - A `Read` that is not to wait comes once: nothing else tells the engine that there was nothing to read.
//! - [`Config::in_flight`] is the size of an input buffer that holds less than two windows.
//! - [`Run::received`] hands bytes on at once instead of keeping them for the next poll, so there is no buffer to bound.
//! - [`Run::type_in`] says how much it took, and [`Run::input_room`] how much it will take.
//! - [`Source`] is read at an offset, so that a put can begin again without another source.
//! - Data calls of a put carry no check over their arguments: each says where its bytes go and how many they are, and the
//!   digest that ends a file is over its path and its content. After a loss, or a literal that the board has no memory for,
//!   the deflate stream starts afresh, from what the temporary file holds, instead of sending the same literal in two parts:
//!   one way back for all, tested at each byte.
//! - A put of one small file, and a patch of an old file, are scripts that stand for themselves, and definitions of helpers
//!   travel deflated: on a slow line the engine's own Python costs more than the file.
//! - An old file is compared by CRC-32, which the host can roll over the new file; two levels of blocks, 8 KiB and 256 bytes.
//! - Gets do not travel deflated: hardly a board has a `DeflateIO` that compresses.
//! - Digests by which a put knows a file are cut to 16 bytes.
//! - A [`Sink`] can be read back, so that a get goes on from what it holds; the board says whether its file begins so. Each
//!   4 KiB of a get carry a check of their own, and a file that grew under it is got as it was.
//!
//! # Features
//!
//! - `transfer` (default): puts, gets and digests of files, and trees.
//! - `deflate`: the deflate stream, and patches of old files. Needs std.
//! - `std`: [`Source`] and [`Sink`] for `std::fs::File`.
//! - `testing`: the simulated board, `drive`, scenarios and proptest strategies, for tests of your own.
//! - `tracing`: each phase of the link as a `tracing` event, never with the contents of a script.
//!
//! Without default features the engine needs an allocator, `bytes` and `memchr`, and no operating system.
//!
//! # Versions
//!
//! Semantic versioning; before 1.0 a minor version may break. Enums and structs that may grow are `non_exhaustive`. The
//! minimum Rust version, 1.88, is raised only in a minor version.

#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "testing", feature = "std"))]
extern crate std;

mod answer;
mod board;
mod config;
mod control;
pub mod drain;
mod error;
mod exception;
mod helper;
mod link;
mod literal;
mod operation;
mod ops;
mod outbox;
#[cfg(feature = "deflate")]
mod packed;
mod policy;
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
pub use config::{Config, Flow, Pace, Patience};
pub use error::{DriveError, Error, Fault, FaultKind, Refused};
pub use exception::Exception;
pub use literal::{Malformed, Value};
pub use operation::{Needs, Operation, Progress, Reply, Stdin};
pub use ops::{
    Captured, Clock, DateTime, Entry, Eval, Exec, Info, Kind, Leave, List, MakeDir, Mount, Mounts, Remove,
    Rename, Reset, Room, Space, Stat, StatAll, Status,
};
pub use outbox::Outbox;
pub use policy::{Cause, Holds, Policy};
pub use quote::{Quoting, acts_on_a_terminal, escaped, quote, quote_str};
pub use run::{Event, Run, Step};
pub use script::Script;
pub use session::Session;
pub use time::Instant;
#[cfg(feature = "transfer")]
pub use transfer::{
    ChangeTree, Choices, Content, Copy, CopyFile, Digest, Encoding, Files, Get, Hash, ListTree, Placed, Plan,
    Put, PutAll, Scripts, Sink, Source, TreeChange, TreeDigest, TreeEntry, TreePlan, Unfit, hash_tree,
    unfit_names,
};
pub use window::{Credit, Follows, Window};
pub(crate) use {
    helper::Helper,
    script::{Argument, Leaves, Resets},
};

/// The README's code is compiled.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;

//! The drain: why uploads were slow, and what the engine does about it.
//!
//! Uploads through an async serial port on Windows were 130 % slower than through a blocking one. The protocol went out in
//! pieces of 256 bytes, and each was followed by a flush, as one does with a buffered writer. But a serial port has no
//! buffer to write out; what it does is *drain*: `FlushFileBuffers` on Windows and `tcdrain` on Unix wait until the last byte
//! has left the wire, and a driver takes some milliseconds more to say so. After each 256 bytes the wire ran empty, and
//! stayed empty until the next. Draining in batches, and sending larger pieces, turned that into 31 % faster.
//!
//! So to the engine a flush is a wait, to be had only for a reason:
//!
//! - A transport says what it [`Holds`]. One that holds nothing back is never flushed; the ports that our drivers open by name
//!   are wrapped so that a flush does nothing, whoever asks.
//! - One that does hold back is flushed where its bytes would be late: before a wait for an answer whose question it may
//!   hold (*forced*), and while bytes go out without one, after so many (*threshold*) or so long (*interval*). [`Policy`] is
//!   these numbers, and [`Step::Flush`](crate::Step::Flush) says which rule it was.
//! - What is ready together goes in one write, and a script is as large as the board's memory lets it be: fewer answers
//!   are waited for.
//!
//! Uploads of random bytes to a MicroPython behind a link of 115,200 bytes/s and 1 ms each way, on one machine, in KiB a second.
//! The last two ports drain when they are flushed, which takes 2 ms more, as often as the parentheses say; the last has 256
//! bytes to a script, too, and a windowed flow:
//!
//! | port | 5 KiB | 10 KiB | 100 KiB |
//! |---|---|---|---|
//! | blocking, tokio, async-std | 87 | 96 | 106 |
//! | tokio, drained after each 1024 bytes and before each answer | 74 (9) | 81 (14) | 85 (115) |
//! | tokio, drained after each 256 bytes | 33 (43) | 33 (83) | 34 (805) |
//!
//! `cargo run --release -- bench` prints it whole, downloads too, in less than two minutes; `--svg FILE` draws it.
//!
//! [`Holds`]: crate::Holds
//! [`Policy`]: crate::Policy

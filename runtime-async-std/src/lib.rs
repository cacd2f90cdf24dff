//! Drives the rawpaste engine on async-std, smol and every other runtime with the traits of `futures-io`.
//!
//! A [`Connection`] is a [`Session`] and a stream, any `AsyncRead + AsyncWrite + Unpin`: it does what the engine's
//! steps say and knows nothing else of the protocol. Its time comes from async-std's timers, which need no executor of
//! async-std's.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use rawpaste::{Config, Eval, Leave, Put};
//!
//! let mut board = rawpaste_async_std::open("/dev/ttyACM0", Config::default())?;
//! board.run(Put::new(&b"print('hello')\n"[..], "main.py")?).await?;
//! assert_eq!(board.run(Eval::new("6*7")?).await?, "42");
//! board.run(Leave::default()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Cancelling
//!
//! [`Connection::run`] is cancel-safe in this sense: its future can be dropped at any await point, nothing blocks, and
//! the next run finds its own way back to a clean prompt. What the board was doing is interrupted then. An operation
//! given as `&mut operation` keeps what it knows and goes on when it is run again, on this connection or another.
//!
//! # Sending between threads
//!
//! The future is `Send` where the stream, the operation and what it is given are.
//!
//! # On Windows
//!
//! async-io waits for no serial ports there, so `open` puts a blocking one behind async-std's threads (`Threaded`). Every scenario and
//! cancelling at each await point run so under Wine, on COM ports with a real MicroPython behind them (`.ci/windows`).

mod keyboard;
#[cfg(feature = "serial")]
mod serial;
#[cfg(feature = "serial")]
mod threaded;
#[cfg(all(feature = "serial", unix))]
mod tty;
#[cfg(feature = "serial")]
mod turn;

use std::{future::poll_fn, io, pin::pin, time};

use async_std::{future::timeout, io::WriteExt, stream};
use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use rawpaste::{DriveError, Event, Instant, Operation, Session, Step};

use keyboard::{Came, came};
pub use keyboard::{Keyboard, MOST};
#[cfg(feature = "serial")]
pub use serial::{Native, Serial, open};
#[cfg(feature = "serial")]
pub use threaded::Threaded;
#[cfg(all(feature = "serial", unix))]
pub use tty::Tty;

/// What a driver ends with: the engine's error, or the stream's.
pub type Error = DriveError<io::Error>;

/// A session and the stream to its board.
#[derive(Debug)]
pub struct Connection<S> {
    stream: S,
    session: Session,
    epoch: time::Instant,
    buffer: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Joins a stream and a session. Nothing is sent before an operation is run.
    pub fn new(stream: S, session: Session) -> Self {
        Self { stream, session, epoch: time::Instant::now(), buffer: vec![0; 4096] }
    }

    /// Returns the session.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Takes the connection apart, to use the stream for something else or the session's knowledge of the board with
    /// another stream.
    pub fn into_parts(self) -> (S, Session) {
        (self.stream, self.session)
    }

    /// Runs an operation to its end. Cancel-safe: see the crate's page.
    ///
    /// # Errors
    ///
    /// The engine's error, or the stream's; after either, the operation can be run again.
    pub async fn run<O: Operation>(&mut self, operation: O) -> Result<O::Output, Error> {
        let keyboard = Keyboard { typed: stream::empty(), interrupts: stream::empty() };
        self.attend(operation, keyboard, |_| {}).await
    }

    /// Runs an operation to its end, with what is typed in meanwhile and what is to be known of it. When a stream ends
    /// the run goes on without. Cancel-safe: see the crate's page; what was taken from a stream may be lost then.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run).
    pub async fn attend<O: Operation>(
        &mut self,
        operation: O,
        keyboard: Keyboard<impl Stream<Item = Vec<u8>>, impl Stream<Item = ()>>,
        mut on_event: impl FnMut(Event<'_>),
    ) -> Result<O::Output, Error> {
        let Self { stream, session, epoch, buffer } = self;
        let (mut interrupts, mut typed) = (Some(pin!(keyboard.interrupts)), Some(pin!(keyboard.typed)));
        let mut run = session.run(operation);
        loop {
            let now = Instant::from_epoch(epoch.elapsed());
            let wait = |until: Instant| until.saturating_duration_since(now);
            match run.poll(now) {
                Step::Write { bytes, until } => match timeout(wait(until), stream.write(bytes)).await {
                    Ok(Ok(n)) => run.wrote(n),
                    Ok(Err(error)) => return run.failed().ok_or(DriveError::Transport(error)),
                    Err(_) => {}
                },
                Step::Flush { until, .. } => match timeout(wait(until), stream.flush()).await {
                    Ok(Ok(())) => run.flushed(),
                    Ok(Err(error)) => return run.failed().ok_or(DriveError::Transport(error)),
                    Err(_) => {}
                },
                Step::Read { until } => {
                    let typed = if run.input_room() >= MOST { &mut typed } else { &mut None };
                    let came = poll_fn(|cx| came(stream, buffer, &mut interrupts, typed, cx));
                    match timeout(wait(until), came).await {
                        Ok(Came::Bytes(Ok(n))) => run.received(&buffer[..n]),
                        Ok(Came::Bytes(Err(error))) => {
                            return run.failed().ok_or(DriveError::Transport(error));
                        }
                        Ok(Came::Interrupt) => run.interrupt(),
                        Ok(Came::Typed(bytes)) => _ = run.type_in(&bytes),
                        Err(_) => {}
                    }
                }
                Step::Event(event) => on_event(event),
                Step::Done(result) => return Ok(result?),
            }
        }
    }
}

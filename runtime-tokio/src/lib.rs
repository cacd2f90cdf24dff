//! Drives the rawpaste engine on tokio.
//!
//! A [`Connection`] is a [`Session`] and a stream, any `AsyncRead + AsyncWrite + Unpin`: it does what the engine's
//! steps say and knows nothing else of the protocol.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use rawpaste::{Config, Eval, Leave, Put};
//!
//! let mut board = rawpaste_tokio::open("/dev/ttyACM0", Config::default())?;
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
//! # On Windows
//!
//! A port is called `COM3` or `COM10`, with or without `\\.\` in front. `open` has it through tokio's named pipes, with
//! overlapped I/O. Every scenario, puts under both presets of flushes, cancelling at each await point, disks, and a port that
//! vanishes run so under Wine, on COM ports with a real MicroPython behind them (`.ci/windows`). That shows that it works,
//! not how fast Windows's own drivers are. The other way, run there too, is `rawpaste_blocking`'s `Worker`: a thread owns the
//! port without overlapped I/O, and what comes back is awaited on tokio.
//!
//! # Many boards
//!
//! A connection for each board and a task for each connection are all that it takes: one thread carries a thousand of them,
//! and a board that stalls delays no other. For each board the host needs 25 to 32 KiB while a file goes there, driver and task
//! included, by the size of literals (4 or 8 KiB); 270 to 380 KiB more once text has gone through deflate, by its window, until
//! the operation is dropped; and the whole of a file of 16 KiB to 1 MiB while an older version of it on the board is compared.
//! The example `fleet` measures it.
//!
//! # Sending between threads
//!
//! The future is `Send` where the stream and the operation are.

#[cfg(feature = "serial")]
mod serial;

use std::io;

use rawpaste::{DriveError, Event, Instant, Operation, Session, Step};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    time::{self, timeout_at},
};

#[cfg(feature = "serial")]
pub use serial::{Serial, open};

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

/// What comes from outside while an operation runs: two channels, so that an interrupt goes past what waits to be typed.
#[derive(Debug)]
pub struct Keyboard {
    /// Bytes for the running script's standard input, [`MOST`] at most in a piece; the next piece is taken when there is
    /// room for it.
    pub typed: mpsc::Receiver<Vec<u8>>,
    /// Each is a `^C`: the script is interrupted, and its traceback comes back.
    pub interrupts: mpsc::Receiver<()>,
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
        let (typed, interrupts) = (mpsc::channel(1).1, mpsc::channel(1).1);
        self.attend(operation, &mut Keyboard { typed, interrupts }, |_| {}).await
    }

    /// Runs an operation to its end, with what is typed in meanwhile and what is to be known of it. When a
    /// channel is closed the run goes on without. Cancel-safe: see the crate's page; what was taken from a channel may be
    /// lost then.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run).
    pub async fn attend<O: Operation>(
        &mut self,
        operation: O,
        keyboard: &mut Keyboard,
        mut on_event: impl FnMut(Event<'_>),
    ) -> Result<O::Output, Error> {
        let Self { stream, session, epoch, buffer } = self;
        let at = |instant: Instant| *epoch + instant.since_epoch();
        let mut run = session.run(operation);
        loop {
            match run.poll(Instant::from_epoch(epoch.elapsed())) {
                Step::Write { bytes, until } => match timeout_at(at(until), stream.write(bytes)).await {
                    Ok(Ok(n)) => run.wrote(n),
                    Ok(Err(error)) => return run.failed().ok_or(DriveError::Transport(error)),
                    Err(_) => {}
                },
                Step::Flush { until, .. } => match timeout_at(at(until), stream.flush()).await {
                    Ok(Ok(())) => run.flushed(),
                    Ok(Err(error)) => return run.failed().ok_or(DriveError::Transport(error)),
                    Err(_) => {}
                },
                Step::Read { until } => tokio::select! {
                    biased;
                    read = stream.read(buffer) => match read {
                        Ok(n) => run.received(&buffer[..n]),
                        Err(error) => return run.failed().ok_or(DriveError::Transport(error)),
                    },
                    Some(()) = keyboard.interrupts.recv() => run.interrupt(),
                    Some(bytes) = keyboard.typed.recv(), if run.input_room() >= MOST => drop(run.type_in(&bytes)),
                    () = passed(at(until)) => {}
                },
                Step::Event(event) => on_event(event),
                Step::Done(result) => return Ok(result?),
            }
        }
    }
}

/// Waits until then, and not at all if that is now: tokio's timers go by whole milliseconds, rounded up.
async fn passed(until: time::Instant) {
    if until > time::Instant::now() {
        time::sleep_until(until).await;
    }
}

/// The longest piece that is typed in at once, in bytes.
pub const MOST: usize = 1024;

//! Drives the rawpaste engine on a blocking stream: a serial port, or any [`Port`].
//!
//! A [`Connection`] is a [`Session`] and a port: it does what the engine's steps say and knows nothing else of the
//! protocol. It uses the port from one thread and never reads while it writes, which is what a Windows serial port
//! needs. A [`Worker`] is that thread behind a handle.
//!
//! ```no_run
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use rawpaste::{Config, Eval, Leave, Put};
//!
//! let mut board = rawpaste_blocking::open("/dev/ttyACM0", Config::default())?;
//! board.run(Put::new(&b"print('hello')\n"[..], "main.py")?)?;
//! assert_eq!(board.run(Eval::new("6*7")?)?, "42");
//! board.run(Leave::default())?;
//! # Ok(())
//! # }
//! ```
//!
//! # Boards on other machines
//!
//! With the feature `net`, `Tcp` is a connection to a server of serial ports (`ser2net`, a terminal server), and `Rfc2217` adds
//! the port's speed, DTR and RTS by telnet's options.
//!
//! # Cancelling
//!
//! [`Connection::run`] and [`Connection::attend`] return when the operation has ended. To end one early, interrupt it
//! ([`Keyboard::interrupts`]), or run it on a [`Worker`] and drop its [`Pending`]. Whatever ends a run, the next one
//! finds its own way back to a clean prompt, and an operation given as `&mut operation` keeps what it knows and goes on
//! when it is run again, on this connection or another.
//!
//! # Sending between threads
//!
//! A connection is `Send` where its port is. [`Worker`] is `Sync`: any thread submits to it.
//!
//! # On Windows
//!
//! A port is called `COM3` or `COM10`, with or without `\\.\` in front. It is opened without overlapped I/O, so one thread
//! reads and writes in turn, and reads only what has arrived. A port that another program has open is
//! [`ResourceBusy`](io::ErrorKind::ResourceBusy); one that vanishes ends the operation with an error of the port's.
//!
//! Every scenario, the [`Worker`], puts under both presets of flushes, a port that takes no more and one that vanishes run on
//! Windows's interfaces under Wine, on COM ports with a real MicroPython behind them (`.ci/windows`). That shows that they
//! work, not how fast Windows's own drivers are.

mod keyboard;
mod lines;
#[cfg(feature = "net")]
mod net;
mod pending;
mod port;
#[cfg(feature = "serial")]
mod serial;
#[cfg(feature = "serial")]
mod usb;
mod worker;

use std::{
    io,
    ops::ControlFlow,
    time::{self, Duration},
};

use rawpaste::{DriveError, Event, Instant, Operation, Run, Session, Step};

pub use keyboard::{Keyboard, MOST};
pub use lines::reset_by_lines;
#[cfg(feature = "net")]
pub use net::{LineSettings, Rfc2217, Tcp};
pub use pending::{Failed, Pending};
pub use port::Port;
#[cfg(feature = "serial")]
pub use serial::{Native, Serial, open};
#[cfg(feature = "serial")]
pub use usb::{port_flow, usb_flow};
pub use worker::Worker;

/// What a driver ends with: the engine's error, or the port's.
pub type Error = DriveError<io::Error>;

/// A session and the port to its board.
#[derive(Debug)]
pub struct Connection<P> {
    port: P,
    session: Session,
    epoch: time::Instant,
    buffer: Vec<u8>,
}

/// The longest wait for the port while something may come from outside.
const TICK: Duration = Duration::from_millis(50);

impl<P: Port> Connection<P> {
    /// Joins a port and a session. Nothing is sent before an operation is run.
    pub fn new(port: P, session: Session) -> Self {
        Self { port, session, epoch: time::Instant::now(), buffer: vec![0; 4096] }
    }

    /// Returns the session.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Returns the port, to talk to the board without the session: as a terminal does, at the friendly prompt after a
    /// [`Leave`](rawpaste::Leave). The next operation enters afresh, whatever was said meanwhile.
    pub fn port_mut(&mut self) -> &mut P {
        self.session.lose();
        &mut self.port
    }

    /// Takes the connection apart, to use the port for something else or the session's knowledge of the board with
    /// another port.
    pub fn into_parts(self) -> (P, Session) {
        (self.port, self.session)
    }

    /// Runs an operation to its end.
    ///
    /// # Errors
    ///
    /// The engine's error, or the port's; after either, the operation can be run again.
    pub fn run<O: Operation>(&mut self, operation: O) -> Result<O::Output, Error> {
        self.drive(operation, Duration::MAX, |_| ControlFlow::Continue(()), |_| {})
    }

    /// Runs an operation to its end, with what is typed in meanwhile and what is to be known of it. The channels are
    /// looked at between two steps, every 50 ms at least; when a sender is gone the run goes on without.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run).
    pub fn attend<O: Operation>(
        &mut self,
        operation: O,
        keyboard: &Keyboard,
        on_event: impl FnMut(Event<'_>),
    ) -> Result<O::Output, Error> {
        let outside = |run: &mut Run<'_, O>| {
            keyboard.reach(run);
            ControlFlow::Continue(())
        };
        self.drive(operation, TICK, outside, on_event)
    }

    /// Runs an operation to its end, or until `outside` breaks it off: it is asked before each step, and no step takes
    /// longer than `tick`. It may type in, and interrupt. A run that is broken off is dropped, with the board as it is: a script
    /// runs on, and the next operation finds its own way back.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run); the port's is [`Interrupted`](io::ErrorKind::Interrupted) if `outside` broke it off.
    pub fn drive<O: Operation>(
        &mut self,
        operation: O,
        tick: Duration,
        mut outside: impl FnMut(&mut Run<'_, O>) -> ControlFlow<()>,
        mut on_event: impl FnMut(Event<'_>),
    ) -> Result<O::Output, Error> {
        let Self { port, session, epoch, buffer } = self;
        let mut run = session.run(operation);
        while outside(&mut run).is_continue() {
            let now = Instant::from_epoch(epoch.elapsed());
            let wait = |until: Instant| until.saturating_duration_since(now).min(tick);
            let moved = match run.poll(now) {
                Step::Write { bytes, until } => {
                    let wrote = port.set_timeout(wait(until)).and_then(|()| port.write(bytes));
                    wrote.map(|n| run.wrote(n))
                }
                Step::Flush { until, .. } => {
                    let flushed = port.set_timeout(wait(until)).and_then(|()| port.flush());
                    flushed.map(|()| run.flushed())
                }
                Step::Read { until } => {
                    let read = port.set_timeout(wait(until)).and_then(|()| port.read(buffer));
                    read.map(|n| run.received(&buffer[..n]))
                }
                Step::Event(event) => {
                    on_event(event);
                    Ok(())
                }
                Step::Done(result) => return Ok(result?),
            };
            match moved {
                Err(error) if !was_in_vain(&error) => {
                    return run.failed().ok_or(DriveError::Transport(error));
                }
                // To wait in vain is no error: the engine says what to do next.
                Ok(()) | Err(_) => {}
            }
        }
        Err(DriveError::Transport(io::Error::new(io::ErrorKind::Interrupted, "the operation was stopped")))
    }
}

fn was_in_vain(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), TimedOut | WouldBlock | Interrupted)
}

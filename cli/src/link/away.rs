//! A board whose port vanishes under an operation, and one whose program is stopped for it.

use std::{
    io, mem,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use rawpaste::{Event, Operation, Session};
use rawpaste_blocking::{Connection, Error, Port};

use super::{AnyPort, Link, State, told};
use crate::{
    comeback::PATIENCE,
    port::Opened,
    report::{Failure, Visible, note},
};

/// Whether the board is to run its program again at the end.
static RESTARTS: AtomicBool = AtomicBool::new(false);

/// Says that at the end the board is to run its program again: it is left by a soft reset.
pub(crate) fn restart_at_the_end() {
    RESTARTS.store(true, Ordering::Relaxed);
}

pub(super) fn restarts() -> bool {
    RESTARTS.load(Ordering::Relaxed)
}

impl Link {
    /// Runs an operation, with its events and its error as they are. Where the port vanishes under it, the operation goes on
    /// once it is back, and does so once.
    pub(crate) fn attend<O: Operation>(
        &mut self,
        mut operation: O,
        mut on_event: impl FnMut(Event<'_>),
    ) -> Result<O::Output, Error> {
        self.plug_in()?;
        let mut entered = self.state != State::AsItIs;
        let result = self.attend_until_it_vanishes(&mut operation, |event| {
            entered |= matches!(event, Event::Entered { .. });
            on_event(event);
        });
        match result {
            // A server that closes at once has a reason, which it may have said.
            Err(error) if self.state == State::Gone && (entered || !self.known.is_elsewhere()) => {
                self.come_back(error)?;
                self.attend_until_it_vanishes(&mut operation, on_event)
            }
            result => result,
        }
    }

    /// Runs an operation that may not run twice: code of the user's. It goes on only where the port vanished before anything
    /// was done there.
    pub(crate) fn attend_once<O: Operation>(
        &mut self,
        mut operation: O,
        mut on_event: impl FnMut(Event<'_>),
    ) -> Result<O::Output, Error> {
        self.plug_in()?;
        let mut untouched = self.state == State::AsItIs;
        let result = self.attend_until_it_vanishes(&mut operation, |event| {
            untouched &= !matches!(event, Event::Entered { .. });
            on_event(event);
        });
        match result {
            Err(error) if self.state == State::Gone && untouched && !self.known.is_elsewhere() => {
                self.come_back(error)?;
                self.attend_until_it_vanishes(&mut operation, on_event)
            }
            result => result,
        }
    }

    fn attend_until_it_vanishes<O: Operation>(
        &mut self,
        operation: O,
        mut on_event: impl FnMut(Event<'_>),
    ) -> Result<O::Output, Error> {
        let Self { connection, keyboard, stopped, .. } = self;
        let result = connection.attend(operation, keyboard, |event| {
            tell_of_entry(&event, stopped);
            on_event(event);
        });
        self.ended(&result);
        result
    }

    /// Waits for the board if its port is closed.
    pub(super) fn plug_in(&mut self) -> Result<(), Error> {
        if self.state != State::Away {
            return Ok(());
        }
        self.come_back(Error::Transport(io::ErrorKind::NotConnected.into()))
    }

    /// Waits for the port that vanished.
    ///
    /// # Errors
    ///
    /// `error`, which said that it vanished, where it cannot come back; else why it did not.
    fn come_back(&mut self, error: Error) -> Result<(), Error> {
        self.unplug();
        // Unless it does: who asks for more does not wait again.
        self.state = State::Gone;
        if !self.known.may_come_back() {
            return Err(error);
        }
        note(&format!(
            "note: {} went away; going on when it is back, in {} s at most (^C: give up)",
            self.known.target(),
            PATIENCE.as_secs()
        ));
        let before = self.known.target().to_string();
        let Self { known, keyboard, .. } = self;
        let opened = known.reopen(PATIENCE, || keyboard.interrupts.try_recv().is_ok());
        let opened = opened.map_err(|failure| Error::Transport(io::Error::other(failure.into_text())))?;
        if before != self.known.target().to_string() {
            note(&format!("note: it is {} now", self.known.target()));
        }
        self.replug(opened);
        Ok(())
    }

    /// Says that the board runs a program that this command started: that it is stopped is no news.
    pub(crate) fn expects_a_program(&mut self) {
        self.stopped = true;
    }

    /// Runs an operation as [`attend_once`](Self::attend_once) does; `doing` completes "cannot ...".
    pub(crate) fn run_once<O: Operation>(
        &mut self,
        operation: O,
        doing: &str,
    ) -> crate::report::Result<O::Output> {
        self.attend_once(operation, |_| {}).map_err(|error| Failure::of(&error, doing))
    }

    /// Says that the board was reset, and whether its port vanished: it runs its program, and is left so, unless more is
    /// done on it.
    pub(crate) fn was_reset(&mut self, vanished: bool) {
        match vanished {
            true => self.unplug(),
            false => self.state = State::AsItIs,
        }
    }

    /// Resets the board by the lines of its port.
    pub(crate) fn reset_by_lines(&mut self, doing: &str) -> crate::report::Result<()> {
        let nowhere: AnyPort = Box::new(Nowhere);
        let (mut port, mut session) =
            mem::replace(&mut self.connection, Connection::new(nowhere, Session::default())).into_parts();
        let reset = rawpaste_blocking::reset_by_lines(&mut *port);
        session.lose();
        self.connection = Connection::new(port, session);
        self.was_reset(false);
        reset.map_err(|error| {
            let text = error.to_string();
            Failure::trouble(format!("cannot {doing}: its port has no lines: {}", Visible(&text)))
                .next("rawpaste reset --hard resets it from within; else press its reset button")
        })
    }

    /// Closes the port of a board that vanished, so that the system can give its name to the new one.
    pub(crate) fn unplug(&mut self) {
        self.replace(Box::new(Nowhere));
        self.state = State::Away;
    }

    /// Goes on with the board that came back.
    pub(super) fn replug(&mut self, opened: Opened) {
        self.replace(told(opened.port));
        self.state = State::AsItIs;
    }

    fn replace(&mut self, port: AnyPort) {
        let nowhere: AnyPort = Box::new(Nowhere);
        let old = mem::replace(&mut self.connection, Connection::new(nowhere, Session::default()));
        let (closed, mut session) = old.into_parts();
        drop(closed);
        session.lose();
        self.connection = Connection::new(port, session);
    }
}

/// Says that entering stopped a program, once.
pub(super) fn tell_of_entry(event: &Event<'_>, told: &mut bool) {
    if matches!(event, Event::Entered { stopped: true, .. }) && !mem::replace(told, true) {
        note(if restarts() {
            "note: a running program was stopped; it runs again at the end"
        } else {
            "note: a running program was stopped; --restart lets it run again"
        });
    }
}

/// Stands for the port of a board that is away.
struct Nowhere;

impl io::Read for Nowhere {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl io::Write for Nowhere {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Port for Nowhere {
    fn set_timeout(&mut self, _: Duration) -> io::Result<()> {
        Ok(())
    }
}

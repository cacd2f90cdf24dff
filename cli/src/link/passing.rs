//! The board without the session: its bytes pass as they are.

use std::{io, mem, ops::ControlFlow, time::Duration};

use rawpaste::{Leave, Operation, Run};
use rawpaste_blocking::{Connection, Error, Port};

use super::{AnyPort, Link, State};
use crate::{comeback::Known, port::Opened};

impl Link {
    /// Leaves the board at its friendly prompt, if something was done on it, unless `outside` breaks that off. True if it is
    /// there now; a board that was only opened is as it was.
    pub(crate) fn go_to_prompt(
        &mut self,
        mut outside: impl FnMut(bool) -> ControlFlow<()>,
    ) -> Result<bool, Error> {
        if self.state == State::Fresh {
            return Ok(false);
        }
        if self.state == State::Unknown {
            // It may hold input that no script read.
            self.connection.port_mut();
        }
        self.drive(Leave::default(), |_, stopped| outside(stopped))?;
        self.state = State::Fresh;
        Ok(true)
    }

    /// The port itself. What goes this way is not undone: at its end the board stays as it is then.
    pub(crate) fn port(&mut self) -> &mut AnyPort {
        self.let_be();
        self.connection.port_mut()
    }

    /// Leaves the board as it is, at the end too, unless more is done on it.
    pub(crate) fn let_be(&mut self) {
        if self.state != State::Gone {
            self.state = State::Fresh;
        }
    }

    /// Runs an operation until `outside` breaks it off, which is asked every [`TICK`] and told whether a signal asks for the
    /// end.
    pub(crate) fn drive<O: Operation>(
        &mut self,
        operation: O,
        mut outside: impl FnMut(&mut Run<'_, O>, bool) -> ControlFlow<()>,
    ) -> Result<O::Output, Error> {
        let Self { connection, keyboard, .. } = self;
        let outside = |run: &mut Run<'_, O>| outside(run, keyboard.interrupts.try_recv().is_ok());
        let result = connection.drive(operation, TICK, outside, |_| {});
        self.ended(&result);
        result
    }

    /// Whether a signal asked for the end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.keyboard.interrupts.try_recv().is_ok()
    }

    /// What the board's port is known by.
    pub(crate) fn known(&self) -> Known {
        Known::of(&self.target)
    }

    /// Closes the port of a board that vanished, so that the system can give its name to the new one.
    pub(crate) fn unplug(&mut self) {
        self.replace(Box::new(Nowhere));
        self.state = State::Gone;
    }

    /// Goes on with the board that came back.
    pub(crate) fn replug(&mut self, opened: Opened, known: &Known) {
        self.replace(opened.port);
        self.target = known.target().clone();
        self.state = State::Fresh;
    }

    fn replace(&mut self, port: AnyPort) {
        let nowhere: AnyPort = Box::new(Nowhere);
        let old = mem::replace(&mut self.connection, Connection::new(nowhere, rawpaste::Session::default()));
        let (closed, mut session) = old.into_parts();
        drop(closed);
        session.lose();
        self.connection = Connection::new(port, session);
    }
}

/// How long a key that was pressed waits at most while the board says nothing.
pub(crate) const TICK: Duration = Duration::from_millis(10);

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

//! The board without the session: its bytes pass as they are.

use std::{ops::ControlFlow, time::Duration};

use rawpaste::{Leave, Operation, Run};
use rawpaste_blocking::Error;

use super::{AnyPort, Link, State, away::tell_of_entry};

impl Link {
    /// Leaves the board at its friendly prompt, if something was done on it, unless `outside` breaks that off. True if it is
    /// there now; a board that was only opened is as it was.
    pub(crate) fn go_to_prompt(
        &mut self,
        mut outside: impl FnMut(bool) -> ControlFlow<()>,
    ) -> Result<bool, Error> {
        if self.state == State::AsItIs {
            return Ok(false);
        }
        if self.state == State::Unknown {
            // It may hold input that no script read.
            self.connection.port_mut();
        }
        self.drive(Leave::default(), |_, stopped| outside(stopped))?;
        self.state = State::AsItIs;
        Ok(true)
    }

    /// The port itself. What goes this way is not undone: at its end the board stays as it is then.
    pub(crate) fn port(&mut self) -> &mut AnyPort {
        self.let_be();
        self.connection.port_mut()
    }

    /// Leaves the board as it is, at the end too, unless more is done on it.
    pub(crate) fn let_be(&mut self) {
        if !matches!(self.state, State::Away | State::Gone) {
            self.state = State::AsItIs;
        }
    }

    /// Runs an operation until `outside` breaks it off, which is asked every [`TICK`] and told whether a signal asks for the
    /// end.
    pub(crate) fn drive<O: Operation>(
        &mut self,
        operation: O,
        mut outside: impl FnMut(&mut Run<'_, O>, bool) -> ControlFlow<()>,
    ) -> Result<O::Output, Error> {
        let Self { connection, keyboard, stopped, .. } = self;
        let outside = |run: &mut Run<'_, O>| outside(run, keyboard.interrupts.try_recv().is_ok());
        let result = connection.drive(operation, TICK, outside, |event| tell_of_entry(&event, stopped));
        self.ended(&result);
        result
    }

    /// Whether a signal asked for the end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.keyboard.interrupts.try_recv().is_ok()
    }

    /// Waits for a board that vanished, until `outside` has had enough.
    ///
    /// # Errors
    ///
    /// It had, or this is a board that cannot come back.
    pub(crate) fn wait_for_it(
        &mut self,
        mut outside: impl FnMut(bool) -> ControlFlow<()>,
    ) -> crate::report::Result<()> {
        let Self { known, keyboard, .. } = self;
        let opened =
            known.reopen(Duration::MAX, || outside(keyboard.interrupts.try_recv().is_ok()).is_break());
        self.replug(opened?);
        Ok(())
    }

    /// Whether the board can come back once it vanished.
    pub(crate) const fn may_come_back(&self) -> bool {
        self.known.may_come_back()
    }
}

/// How long a key that was pressed waits at most while the board says nothing.
pub(crate) const TICK: Duration = Duration::from_millis(10);

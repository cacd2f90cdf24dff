use alloc::{boxed::Box, format, string::String, vec::Vec};
use core::{fmt, ops::ControlFlow, time::Duration};

use crate::{
    Board, Error, Needs, Operation, Progress, Reply, Script, Stdin,
    testing::{Firmware, Program},
};

/// A story that every driver can tell, on the simulated board and on a real MicroPython, with the same end.
#[derive(Debug)]
#[non_exhaustive]
pub struct Scenario {
    /// Its name, fit for a test's.
    pub name: &'static str,
    /// What the simulated board is like.
    pub firmware: Firmware,
    /// The native twins of the code that it runs.
    pub programs: Vec<Program>,
    /// What is done, in order, in one session.
    pub tasks: Vec<Task>,
    /// Why a MicroPython of the unix port cannot tell it; none if it can.
    pub simulated_only: Option<&'static str>,
}

/// One operation of a scenario.
pub struct Task {
    /// Makes the operation. It results in what it came to, as text.
    pub operation: Box<dyn Fn() -> Result<Telling, Error> + Send>,
    /// What is typed while it runs, and how long after its start; `^C` interrupts.
    pub typed: Vec<(Duration, Vec<u8>)>,
    /// What [`outcome`] says of its result.
    pub expected: String,
}

impl Task {
    /// Returns a task without anything typed; `tell` makes a text of the operation's result.
    pub fn new<O: Operation + Send + 'static>(
        make: impl Fn() -> Result<O, Error> + Send + 'static,
        tell: fn(O::Output) -> String,
        expected: impl Into<String>,
    ) -> Self {
        let operation = Box::new(move || Ok(Telling(Box::new(Told { operation: make()?, tell }))));
        Self { operation, typed: Vec::new(), expected: expected.into() }
    }

    /// Types `bytes` when the operation has run for `after`.
    #[must_use]
    pub fn type_in(mut self, after: Duration, bytes: &[u8]) -> Self {
        self.typed.push((after, bytes.to_vec()));
        self
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("typed", &self.typed)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

/// Any operation, with its result as text.
pub struct Telling(Box<dyn Operation<Output = String> + Send>);

impl fmt::Debug for Telling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Telling")
    }
}

/// Says what a run came to, so that it can be compared: without addresses, times and the host's words.
#[must_use]
pub fn outcome(result: Result<String, Error>) -> String {
    match result {
        Ok(told) => told,
        // Where it is when ^C meets it is chance.
        Err(Error::Exception(exception)) if exception.is_interrupt() => exception.kind,
        Err(Error::Exception(exception)) => match (exception.errno, exception.line) {
            (Some(errno), _) => format!("{} {errno}", exception.kind),
            (None, Some(line)) => format!("{} in line {line}", exception.kind),
            (None, None) => exception.kind,
        },
        Err(Error::Fault(fault)) => format!("fault while {}: {:?}", fault.phase, fault.kind),
        Err(Error::Refused(refused)) => format!("refused: {refused}"),
    }
}

impl Operation for Telling {
    type Output = String;

    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.0.script(board, script)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        self.0.output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<String>, Error> {
        self.0.reply(reply)
    }

    fn progress(&self) -> Option<Progress> {
        self.0.progress()
    }
}

/// Turns an operation's result into text.
struct Told<O: Operation> {
    operation: O,
    tell: fn(O::Output) -> String,
}

impl<O: Operation> Operation for Told<O> {
    type Output = String;

    fn needs(&self) -> Needs {
        self.operation.needs()
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.operation.script(board, script)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        self.operation.output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<String>, Error> {
        Ok(match self.operation.reply(reply)? {
            ControlFlow::Break(output) => ControlFlow::Break((self.tell)(output)),
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
        })
    }

    fn progress(&self) -> Option<Progress> {
        self.operation.progress()
    }
}

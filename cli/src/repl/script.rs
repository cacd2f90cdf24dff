//! `^T`: a soft reset, and a program from this machine.

use std::{cell::RefCell, time::Instant};

use rawpaste::{DriveError, Error, Exec, FaultKind, Leave, Operation, Patience, Refused, Reply, Run};

use super::{Console, Repl, Then, breaks};
use crate::{
    report::{Failure, Result, Visible, closed_output, say},
    verbs::{exec::enter, run::program},
};

/// Soft-resets each firmware, and leaves it in its raw REPL without `main.py`.
const SOFT_RESET: &str = "raise SystemExit";
/// `^B`: from the raw REPL to the friendly one.
const TO_FRIENDLY: &[u8] = b"\x02";
/// And before it `^C`, from wherever an operation was broken off.
const BACK_TO_FRIENDLY: &[u8] = b"\x03\x02";
/// `^D` at the friendly prompt: a soft reset, with `main.py`.
const FRIENDLY_RESET: &[u8] = b"\x04";

impl Repl<'_> {
    /// Leaves a board that was used at its prompt, and shows that.
    pub(super) fn go_to_prompt(&mut self) -> Then {
        let Self { link, console, .. } = self;
        let mut then = None;
        let done = link.go_to_prompt(|stopped| breaks(&mut then, console.asks(stopped)));
        match done {
            Ok(true) => console.typing.push(b"\r"),
            Ok(false) => {}
            Err(error) => return self.gave_up(then, &error, "leave the board at its prompt"),
        }
        Then::Attach
    }

    /// Resets the board softly, and runs the script if there is one.
    pub(super) fn restart(&mut self) -> Result<Then> {
        self.console.typing.clear();
        let Some(file) = &self.script else {
            return Ok(self.bare(Leave::default()).map_or_else(
                |then| then,
                |()| {
                    self.console.typing.push(FRIENDLY_RESET);
                    Then::Attach
                },
            ));
        };
        say(&format!("\nrawpaste: a soft reset, then {}", Visible(&file.to_string_lossy())));
        let reset = Exec::new(SOFT_RESET, |_: &[u8]| Ok(()));
        let reset = reset.map_err(|error| Failure::of(&error.into(), "reset the board"))?;
        Ok(match self.bare(reset) {
            Ok(Reply::Closed) => Then::Wait { runs: true },
            Ok(_) => Then::Run,
            Err(then) => then,
        })
    }

    /// Runs an operation that is not to be seen.
    fn bare<O: Operation>(&mut self, operation: O) -> std::result::Result<O::Output, Then> {
        let Self { link, console, .. } = self;
        let mut then = None;
        let done = link.drive(operation, |_, stopped| breaks(&mut then, console.asks(stopped)));
        done.map_err(|error| self.gave_up(then, &error, "reset the board"))
    }

    /// What comes after an operation that was broken off, or failed.
    fn gave_up(&mut self, then: Option<Then>, error: &rawpaste_blocking::Error, doing: &str) -> Then {
        let Some(then) = then else { return trouble(error, doing) };
        if then != Then::Restart {
            self.parts_with(BACK_TO_FRIENDLY);
        }
        then
    }

    /// Runs the script, and leaves the board at its prompt.
    pub(super) fn run_script(&mut self) -> Result<Then> {
        let Some(file) = &self.script else { return Ok(Then::Attach) };
        let code = match program(file) {
            Ok(code) => code,
            Err(failure) => {
                let _ = failure.show();
                return Ok(self.go_to_prompt());
            }
        };
        let (mut closed, mut then) = (None, None);
        let enter = enter(self.link.place());
        let console = RefCell::new(&mut self.console);
        let output = |bytes: &[u8]| {
            console.borrow_mut().show(bytes).map_err(|error| {
                let refused = Refused::Local(format!("standard output: {error}"));
                closed = Some(error);
                refused.into()
            })
        };
        let done = Exec::new(code, output).map_err(DriveError::Engine).and_then(|exec| {
            self.link.drive(exec.patience(Patience::Forever), |run, stopped| {
                let mut console = console.borrow_mut();
                let asked = console.asks(stopped);
                console.type_into(run, enter);
                breaks(&mut then, asked)
            })
        });
        if let Some(error) = closed {
            return Err(closed_output(&error));
        }
        if let Some(then) = then {
            if then != Then::Restart {
                // The board reads it when the script ends.
                self.parts_with(TO_FRIENDLY);
            }
            return Ok(then);
        }
        self.ended(done)
    }

    fn ended(&mut self, done: std::result::Result<Reply, rawpaste_blocking::Error>) -> Result<Then> {
        match done {
            Ok(Reply::Closed) => return Ok(Then::Wait { runs: false }),
            Ok(Reply::Reset) => say("rawpaste: the script ended in a soft reset"),
            Ok(_) => {}
            Err(DriveError::Engine(Error::Exception(exception))) => {
                let text = format!("{exception}\n").replace('\n', "\r\n");
                self.console.show(text.as_bytes()).map_err(|error| closed_output(&error))?;
            }
            Err(error @ DriveError::Engine(Error::Refused(_))) => {
                let _ = Failure::of(&error, "run the script").show();
            }
            Err(error) => return Ok(trouble(&error, "run the script")),
        }
        // What no script read would be typed at the prompt.
        self.link.disturb();
        Ok(self.go_to_prompt())
    }
}

impl Console {
    /// Types into a script what may go.
    fn type_into<O: Operation>(&mut self, run: &mut Run<'_, O>, enter: u8) {
        let now = Instant::now();
        let Some(mut piece) = self.typing.piece(now).filter(|piece| run.input_room() >= piece.len()) else {
            return;
        };
        piece.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = enter);
        self.typing.went(run.type_in(&piece), now);
    }
}

/// Says what went wrong; what comes next.
fn trouble(error: &rawpaste_blocking::Error, doing: &str) -> Then {
    match error {
        DriveError::Transport(_) => return Then::Wait { runs: false },
        DriveError::Engine(Error::Fault(fault)) if fault.kind == FaultKind::Closed => {
            return Then::Wait { runs: false };
        }
        DriveError::Engine(_) => {
            let _ = Failure::of(error, doing).show();
        }
    }
    Then::Attach
}

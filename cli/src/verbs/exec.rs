//! `exec`, and what it shares with `run`.

use std::io::{self, Write};

use clap::Args;
use rawpaste::{DriveError, Error, Patience, Refused, Reply};

use crate::{
    link::{Board, Link},
    output::Output,
    port::{Kind, Target},
    report::{Exit, Failure, Result, closed_output, note, say},
    terminal::Raw,
    typing::Typist,
};

/// Run code on the board
///
/// What it prints comes out as it is, its traceback on standard error. Lines of standard input are typed into it, each
/// ended as the Enter key does; at its end nothing more is typed, and a script that reads on waits until ^C. At a terminal
/// each key is typed, and shows where the script shows it, as input() does. ^C interrupts
/// it; a second one within a second leaves, and may leave it running. Names that the code sets stay for the next command. A
/// program that prints the byte 04 cannot be run here: the raw REPL ends its output there.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste exec 'print(6*7)'\n  rawpaste exec 'import os; print(os.uname())'"
)]
pub(crate) struct Exec {
    #[command(flatten)]
    reading: Reading,
    /// The code
    #[arg(allow_hyphen_values = true)]
    code: String,
}

/// What a program may read.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// Type nothing into it: leave standard input to others, as in a shell's loop that reads
    #[arg(short, long)]
    no_input: bool,
}

impl Reading {
    /// What it reads.
    pub(super) const fn input(self) -> Input {
        if self.no_input { Input::Nothing } else { Input::Standard }
    }
}

impl Exec {
    /// Runs it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        execute(board.open()?, self.code.into_bytes(), self.reading.input())
    }
}

/// What a script can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// What comes on standard input.
    Standard,
    /// Nothing: standard input is for something else.
    Nothing,
}

/// Lets the board forget the modules that it imported from its files, so that a program that is run meets them as they are now. What
/// is built in or frozen, and what the code of others set, stays.
const FORGET: &str = "\
import sys,os
for m in list(sys.modules):
 try:
  os.stat(sys.modules[m].__file__)
  if m!='__main__':del sys.modules[m]
 except (AttributeError,OSError):pass
";

/// Runs a program, its output as it comes; it imports its modules afresh.
pub(crate) fn execute_program(link: &mut Link, code: Vec<u8>, input: Input) -> Result<()> {
    forget_modules(link)?;
    execute(link, code, input)
}

/// Lets the board forget the modules that it imported from its files.
pub(crate) fn forget_modules(link: &mut Link) -> Result<()> {
    let doing = format!("start a program on {}", link.place());
    let forget = rawpaste::Exec::new(format!("exec({FORGET:?},{{}})"), |_| Ok(()));
    let forget = forget.map_err(|error| Failure::of(&error.into(), &doing))?;
    // A firmware may have no such table.
    link.run_if_it_can(forget, &doing).map(drop)
}

/// Runs code, its output as it comes.
pub(crate) fn execute(link: &mut Link, code: Vec<u8>, input: Input) -> Result<()> {
    let raw = if input == Input::Standard { Raw::for_a_program() } else { None };
    let typist =
        (input == Input::Standard).then(|| Typist::start(link.typed(), enter(link.place()), raw.is_some()));
    let (mut out, mut closed) = (Output::new(), None);
    let output = |bytes: &[u8]| {
        let written = out.write_all(bytes).and_then(|()| out.flush());
        if let Some(typist) = &typist {
            typist.printed();
        }
        written.map_err(|error| {
            let refused = Refused::Local(format!("standard output: {error}"));
            closed = Some(error);
            refused.into()
        })
    };
    let doing = format!("run the code on {}", link.place());
    let exec = rawpaste::Exec::new(code, output).map_err(|error| Failure::of(&error.into(), &doing))?;
    let done = link.attend_once(exec.patience(Patience::Forever), |_| {});
    drop(raw);
    if typist.as_ref().is_some_and(|typist| typist.stop()) {
        link.disturb();
    }
    if let Some(error) = closed {
        return Err(closed_output(&error));
    }
    if ended(link, done, &doing)? == Ended::InReset {
        note("note: the code ended in a reset of the board, as sys.exit() does");
    }
    Ok(())
}

/// How code ended that did not raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// At its end.
    Whole,
    /// In a reset of the board.
    InReset,
}

/// What it means that the user's code ended so; what it raised is told here. `doing` completes "cannot ...".
pub(super) fn ended(
    link: &mut Link,
    done: std::result::Result<Reply, DriveError<io::Error>>,
    doing: &str,
) -> Result<Ended> {
    match done {
        Ok(Reply::Reset) => Ok(Ended::InReset),
        Ok(Reply::Closed) => {
            link.unplug();
            Err(Failure::trouble(
                "the port closed while the code ran: it reset the board, or the board was unplugged",
            )
            .next("if it should have reset, go on; else plug the board in again"))
        }
        Ok(_) => Ok(Ended::Whole),
        Err(DriveError::Engine(Error::Exception(exception))) => {
            say(&exception.to_string());
            Err(Failure::told(Exit::Raised))
        }
        Err(error) => Err(Failure::of(&error, doing)),
    }
}

/// What the Enter key sends. Boards make `\n` of it where a program reads a text; MicroPython on a computer does not.
pub(crate) const fn enter(target: &Target) -> u8 {
    match target.kind {
        Kind::MicroPython(_) => b'\n',
        Kind::Unnamed | Kind::Auto | Kind::Device(_) | Kind::SerialNumber(_) => b'\r',
        Kind::Tcp(_) | Kind::Rfc2217(..) | Kind::Simulated(_) => b'\r',
    }
}

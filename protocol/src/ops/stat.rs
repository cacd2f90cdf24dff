use alloc::string::String;
use core::ops::ControlFlow;

use super::{check_path, explain};
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{Argument, Board, Error, Helper, Operation, Reply, Script, Stdin, Value, answer::Answer};

/// Prints `os.stat`.
pub(super) static STAT: Helper = Helper {
    name: "s",
    source: concat!(
        " def s(p):\n",
        "  import os\n",
        "  s=os.stat(p)\n",
        "  print((s[0],s[6],s[8]if len(s)>8 else 0))\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// The bit of a mode (and of `os.ilistdir`'s type) that says that it is a directory.
pub(crate) const DIRECTORY: u64 = 0x4000;

/// Asks what stands at a path.
#[derive(Debug)]
pub struct Stat {
    path: String,
    answer: Answer,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Whether it is a file or a directory.
    pub kind: Kind,
    /// Its size in bytes; 0 for a directory on most boards.
    pub size: u64,
    /// When it was changed, in seconds since the board's epoch (2000 or 1970); 0 where the board does not keep it,
    /// or says a time before that.
    pub modified: u64,
}

/// A file or a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A file.
    File,
    /// A directory.
    Directory,
}

impl Kind {
    pub(crate) const fn of_mode(mode: u64) -> Self {
        if mode & DIRECTORY == 0 { Self::File } else { Self::Directory }
    }
}

impl Stat {
    /// Returns the operation for `path`; relative ones count from the board's current directory.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(path: &str) -> Result<Self, Error> {
        check_path(path)?;
        Ok(Self { path: path.into(), answer: Answer::new(256) })
    }
}

impl Operation for Stat {
    type Output = Status;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        script.call(&STAT, &[Argument::Str(&self.path)]);
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Status>, Error> {
        reply.finished().map_err(|error| explain(error, &["stat"]))?;
        status(&self.answer).map(ControlFlow::Break)
    }
}

/// Reads what the helper printed.
pub(super) fn status(answer: &Answer) -> Result<Status, Error> {
    let values: [Value; 3] = answer.values()?;
    let number = |at: usize| values[at].as_count().ok_or_else(|| answer.senseless());
    Ok(Status { kind: Kind::of_mode(number(0)?), size: number(1)?, modified: number(2)? })
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
    let entry = machine.disk.stat(arguments::text(given, 0)?)?;
    let mode = if entry.folder { 0x4000 } else { 0x8000 };
    machine.print(&alloc::format!("({mode}, {}, 0)\n", entry.size));
    Ok(())
}

use alloc::string::String;
use core::ops::ControlFlow;

use super::{check_path, explain};
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised};
use crate::{Argument, Board, Error, Helper, Operation, Reply, Script, Stdin, Value, answer::Answer};

/// Prints the sizes of a file system.
pub(super) static SPACE: Helper = Helper {
    name: "v",
    source: " def v(p):\n  import os\n  s=os.statvfs(p)\n  print((s[1]or s[0],s[2],s[4]))\n",
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Asks how much room the file system of a path has.
#[derive(Debug)]
pub struct Space {
    path: String,
    answer: Answer,
}

/// How much room a file system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Room {
    /// The size of a block in bytes.
    pub block: u64,
    /// All bytes.
    pub total: u64,
    /// The bytes that are free.
    pub free: u64,
}

impl Space {
    /// Returns the operation for the file system that holds `path`; an empty one is the root.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(path: &str) -> Result<Self, Error> {
        check_path(path)?;
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self { path: path.into(), answer: Answer::new(256) })
    }
}

impl Operation for Space {
    type Output = Room;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        script.call(&SPACE, &[Argument::Str(&self.path)]);
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Room>, Error> {
        reply.finished().map_err(|error| explain(error, &["statvfs"]))?;
        let values: [Value; 3] = self.answer.values()?;
        let number = |at: usize| values[at].as_u64().ok_or_else(|| self.answer.senseless());
        let block = number(0)?;
        let (total, free) = (block.saturating_mul(number(1)?), block.saturating_mul(number(2)?));
        Ok(ControlFlow::Break(Room { block, total, free }))
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, _given: &[Value]) -> Result<(), Raised> {
    if !machine.firmware().can.statvfs {
        return Err(Raised::no_attribute("'module' object", "statvfs"));
    }
    let space = machine.disk.space()?;
    machine.print(&alloc::format!("({}, {}, {})\n", space.block, space.blocks, space.free));
    Ok(())
}

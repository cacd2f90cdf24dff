use alloc::{string::String, vec::Vec};
use core::ops::ControlFlow;

use super::{explain, list::text};
#[cfg(feature = "testing")]
use crate::testing::{FileSystem, Machine, Raised};
use crate::{
    Board, Error, Helper, Operation, Refused, Reply, Room, Script, Stdin, Value,
    answer::{Answer, senseless},
};

/// Prints a line for each file system. `vfs.mount()` tells them from MicroPython 1.25 on; before that each folder of the root
/// that has another `statvfs` than the root is taken for one.
pub(super) static MOUNTS: Helper = Helper {
    name: "y",
    source: concat!(
        " def y():\n",
        "  import os\n",
        "  try:\n",
        "   import vfs\n",
        "   m=vfs.mount()\n",
        "  except Exception:m=[('','/')]+[('','/'+n)for n in os.listdir('/')if os.stat('/'+n)[0]&0x4000]\n",
        "  t=0\n",
        "  for f,p in m:\n",
        "   try:s=os.statvfs(p)\n",
        "   except OSError:continue\n",
        "   if s[2]and(f or s!=t):print((bytes(str(f),'utf-8'),bytes(p,'utf-8'),s[1]or s[0],s[2],s[4]))\n",
        "   if p=='/':t=s\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Asks which file systems are mounted, and how much room each has.
#[derive(Debug)]
pub struct Mounts {
    mounts: Vec<Mount>,
    line: Answer,
}

/// A file system that is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mount {
    /// What it is, as the board says it (`<VfsLfs2>`): untrusted. Empty where the board cannot tell.
    pub kind: String,
    /// Where it is mounted: untrusted.
    pub path: String,
    /// How much room it has.
    pub room: Room,
}

impl Mounts {
    /// The most file systems that are kept.
    pub const LIMIT: usize = 64;

    /// Returns the operation.
    pub const fn new() -> Self {
        Self { mounts: Vec::new(), line: Answer::new(1024) }
    }

    fn add_line(&mut self) -> Result<(), Error> {
        let [kind, path, block, blocks, free] = self.line.values()?;
        let (kind, path) = text(kind).zip(text(path)).ok_or_else(|| self.line.senseless())?;
        let number = |value: Value| value.as_u64().ok_or_else(|| self.line.senseless());
        let (block, blocks, free) = (number(block)?, number(blocks)?, number(free)?);
        if self.mounts.len() == Self::LIMIT {
            return Err(Refused::TooMuch { what: "file systems", limit: Self::LIMIT }.into());
        }
        let room = Room { block, total: block.saturating_mul(blocks), free: block.saturating_mul(free) };
        self.mounts.push(Mount { kind, path, room });
        self.line.clear();
        Ok(())
    }
}

impl Default for Mounts {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation for Mounts {
    type Output = Vec<Mount>;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.mounts.clear();
        self.line.clear();
        script.call(&MOUNTS, &[]);
        Ok(())
    }

    fn output(&mut self, mut bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        while self.line.take_line(&mut bytes)? {
            self.add_line()?;
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Vec<Mount>>, Error> {
        reply.finished().map_err(|error| explain(error, &["statvfs", "listdir", "stat"]))?;
        if !self.line.text().is_empty() {
            return Err(senseless(self.line.text()));
        }
        Ok(ControlFlow::Break(core::mem::take(&mut self.mounts)))
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, _given: &[Value]) -> Result<(), Raised> {
    if !machine.firmware().can.statvfs {
        return Err(Raised::no_attribute("'module' object", "statvfs"));
    }
    let kind = match machine.firmware().file_system {
        FileSystem::Littlefs => "<VfsLfs2>",
        FileSystem::Fat => "<VfsFat>",
        FileSystem::Flat => "",
        FileSystem::Missing => return Ok(()),
    };
    let space = machine.disk.space()?;
    let line = alloc::format!("(b'{kind}', b'/', {}, {}, {})\n", space.block, space.blocks, space.free);
    machine.print(&line);
    Ok(())
}

use core::ops::ControlFlow;

use super::change::Change;
#[cfg(feature = "testing")]
use crate::Value;
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{Board, Error, Helper, Operation, Reply, Script};

/// Renames a file or a directory. If it may have run before, and what it renames is gone, the target must be there.
pub(super) static RENAME: Helper = Helper {
    name: "n",
    source: concat!(
        " def n(p,q,a=0):\n",
        "  import os\n",
        "  if a:\n",
        "   try:os.stat(p)\n",
        "   except OSError as e:\n",
        "    if e.args[0]!=2:raise\n",
        "    return os.stat(q)\n",
        "  os.rename(p,q)\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Renames a file or a directory. A file that stands at the new path is replaced; on FAT that has a gap in which
/// neither is there, and a directory can replace a file (MicroPython's `extmod/vfs_fat.c`).
#[derive(Debug)]
pub struct Rename(Change);

impl Rename {
    /// Returns the operation.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(from: &str, to: &str) -> Result<Self, Error> {
        Ok(Self(Change::new(&RENAME, &[from, to], &["stat", "rename"])?))
    }
}

impl Operation for Rename {
    type Output = ();

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.0.script(script);
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        self.0.reply(reply)
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
    let (from, to) = (arguments::text(given, 0)?, arguments::text(given, 1)?);
    if given.len() > 2 {
        match machine.disk.stat(from) {
            Err(raised) if raised.errno() == Some(2) => return machine.disk.stat(to).map(|_| ()),
            found => found?,
        };
    }
    machine.disk.rename(from, to)
}

use core::ops::ControlFlow;

use super::change::Change;
#[cfg(feature = "testing")]
use crate::Value;
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{Board, Error, Helper, Operation, Reply, Script};

/// Removes a file, or an empty directory.
pub(super) static REMOVE: Helper = Helper {
    name: "r",
    source: concat!(
        " def r(p):\n",
        "  import os\n",
        "  (os.rmdir if os.stat(p)[0]&0x4000 else os.remove)(p)\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Removes a file, or an empty directory.
#[derive(Debug)]
pub struct Remove(Change);

impl Remove {
    /// Returns the operation for `path`.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(path: &str) -> Result<Self, Error> {
        Ok(Self(Change::new(&REMOVE, &[path], 2)?))
    }
}

impl Operation for Remove {
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
    let path = arguments::text(given, 0)?;
    if machine.disk.stat(path)?.folder { machine.disk.remove_dir(path) } else { machine.disk.remove(path) }
}

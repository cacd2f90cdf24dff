use core::ops::ControlFlow;

use super::change::Change;
#[cfg(feature = "testing")]
use crate::Value;
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{Board, Error, Helper, Operation, Reply, Script};

/// Makes a directory.
pub(super) static MAKE_DIR: Helper = Helper {
    name: "m",
    source: " def m(p):\n  import os\n  os.mkdir(p)\n",
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Makes a directory, whose parent must be there.
#[derive(Debug)]
pub struct MakeDir(Change);

impl MakeDir {
    /// Returns the operation for `path`.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(path: &str) -> Result<Self, Error> {
        Ok(Self(Change::new(&MAKE_DIR, &[path], 17)?))
    }
}

impl Operation for MakeDir {
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
    machine.disk.make_dir(arguments::text(given, 0)?)
}

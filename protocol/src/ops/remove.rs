use core::ops::ControlFlow;

use super::change::Change;
#[cfg(feature = "testing")]
use crate::Value;
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{Board, Error, Helper, Operation, Reply, Script};

/// Removes a file, or an empty directory. If it may have run before, what is not there is what it removed.
pub(crate) static REMOVE: Helper = Helper {
    name: "r",
    source: concat!(
        " def r(p,a=0):\n",
        "  import os\n",
        "  try:s=os.stat(p)\n",
        "  except OSError as e:\n",
        "   if a and e.args[0]==2:return\n",
        "   raise\n",
        "  (os.rmdir if s[0]&0x4000 else os.remove)(p)\n",
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
        Ok(Self(Change::new(&REMOVE, &[path], &["stat", "rmdir", "remove"])?))
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
    let (path, again) = (arguments::text(given, 0)?, given.len() > 1);
    match machine.disk.stat(path) {
        Ok(entry) if entry.folder => machine.disk.remove_dir(path),
        Ok(_) => machine.disk.remove(path),
        Err(raised) if again && raised.errno() == Some(2) => Ok(()),
        Err(raised) => Err(raised),
    }
}

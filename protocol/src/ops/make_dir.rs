use core::ops::ControlFlow;

use super::change::Change;
#[cfg(feature = "testing")]
use crate::Value;
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{Board, Error, Helper, Operation, Reply, Script};

/// Makes a directory. If it may have run before, a directory that is there is the one that it made.
pub(crate) static MAKE_DIR: Helper = Helper {
    name: "m",
    source: concat!(
        " def m(p,a=0):\n",
        "  import os\n",
        "  try:os.mkdir(p)\n",
        "  except OSError as e:\n",
        "   if not a or e.args[0]!=17 or not os.stat(p)[0]&0x4000:raise\n",
    ),
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
        Ok(Self(Change::new(&MAKE_DIR, &[path], &["mkdir"])?))
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
    let (path, again) = (arguments::text(given, 0)?, given.len() > 1);
    let made = machine.disk.make_dir(path);
    match made {
        Err(raised) if again && raised.errno() == Some(17) && machine.disk.stat(path)?.folder => Ok(()),
        made => made,
    }
}

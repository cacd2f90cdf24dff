use core::ops::ControlFlow;

use crate::{Board, Error, Operation, Reply, Script};

/// What a script of [`Leave`] runs: the engine's one name goes, and its memory with it.
pub(crate) const CLEAN_UP: &[u8] = b"globals().pop('_rp',None)\n__import__('gc').collect()\n";

/// Leaves the board at its friendly prompt, without anything of the engine: run it last.
///
/// The next operation of the session enters again.
#[derive(Debug, Default)]
pub struct Leave {
    cleaned: bool,
}

impl Operation for Leave {
    type Output = ();

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        if self.cleaned {
            script.leave();
            return Ok(());
        }
        script.code(CLEAN_UP)
    }

    fn reply(&mut self, _reply: Reply) -> Result<ControlFlow<()>, Error> {
        if self.cleaned {
            return Ok(ControlFlow::Break(()));
        }
        // A board that cannot even do this is left all the same.
        self.cleaned = true;
        Ok(ControlFlow::Continue(()))
    }
}

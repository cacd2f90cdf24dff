use core::ops::ControlFlow;

use crate::{Board, Error, Leaves, Operation, Reply, Script};

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
            script.leave(Leaves::AtPrompt);
            return Ok(());
        }
        script.code(CLEAN_UP)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        if core::mem::take(&mut self.cleaned) {
            return Ok(ControlFlow::Break(()));
        }
        if let Reply::Exception(exception) = reply
            && exception.is_interrupt()
        {
            return Err(exception.into());
        }
        // A board that was reset has nothing to clean up; one that cannot even do this is left all the same.
        self.cleaned = true;
        Ok(ControlFlow::Continue(()))
    }
}

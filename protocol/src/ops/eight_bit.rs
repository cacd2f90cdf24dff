use core::ops::ControlFlow;

use alloc::vec::Vec;

use crate::{Argument, Board, Error, Helper, Operation, Reply, Script, Stdin, answer::Answer};
#[cfg(feature = "testing")]
use crate::{
    Value,
    testing::{Machine, Raised},
};

/// Says whether a literal of all values arrived as they are.
pub(super) static TEST: Helper = Helper {
    name: "t",
    source: " def t(b):print(b==bytes(range(256)))\n",
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Sends a literal of all values once, to see whether the path carries them.
#[derive(Debug)]
pub(crate) struct EightBit {
    answer: Answer,
}

impl Default for EightBit {
    fn default() -> Self {
        Self { answer: Answer::new(64) }
    }
}

impl Operation for EightBit {
    type Output = bool;

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        // The board says already that the path is not clean, for the case that this test breaks the link.
        script.clear(if board.is_plain() { crate::Quoting::DensePlain } else { crate::Quoting::Dense });
        let all: Vec<u8> = (0..=255).collect();
        script.call(&TEST, &[Argument::Bytes(&all)]);
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<bool>, Error> {
        // Whatever the script became on its way, it did not arrive.
        Ok(ControlFlow::Break(reply == Reply::Finished && self.answer.value()?.is_true()))
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, arguments: &[Value]) -> Result<(), Raised> {
    let same = matches!(arguments, [Value::Bytes(bytes)] if bytes.iter().copied().eq(0..=255));
    machine.print(if same { "True\n" } else { "False\n" });
    Ok(())
}

use core::ops::ControlFlow;

use crate::{Board, Error, Leaves, Operation, Refused, Reply, Script};

/// What [`Reset::hard`] runs: MicroPython's way, then CircuitPython's.
pub(crate) const HARD: &[u8] = b"\
try:
 from machine import reset as _rp
except ImportError:
 from microcontroller import reset as _rp
_rp()
";
/// What [`Reset::bootloader`] runs.
pub(crate) const BOOTLOADER: &[u8] = b"\
try:
 from machine import bootloader as _rp
except ImportError:
 import microcontroller as _rp
 _rp.on_next_reset(_rp.RunMode.BOOTLOADER)
 _rp=_rp.reset
_rp()
";

/// Resets the board, and does not wait for what it runs then: run it last, or let the next operation enter again, which
/// stops its `main.py` once more.
///
/// It results in [`Reply::Reset`], or in [`Reply::Closed`] where the port vanished, as that of a board on USB does: open
/// it again when it is back. Of a hard reset nothing else comes, so it counts as done when the board raised nothing for 1 s.
///
/// After a fault the board may have been reset or not; to run it again does no harm.
#[derive(Debug)]
pub struct Reset(Way);

#[derive(Debug)]
enum Way {
    Soft,
    Hard,
    Bootloader,
}

impl Reset {
    /// Returns the operation that makes MicroPython start afresh and run `boot.py` and `main.py` (CircuitPython:
    /// `code.py`): `^D` at the friendly prompt. Hardware keeps the state that it has, and a USB port stays.
    #[must_use]
    pub const fn soft() -> Self {
        Self(Way::Soft)
    }

    /// Returns the operation that resets the whole chip, as its reset button does: `machine.reset()`.
    ///
    /// It is [`Refused::Unsupported`] where the firmware has no such function, as MicroPython on a computer.
    #[must_use]
    pub const fn hard() -> Self {
        Self(Way::Hard)
    }

    /// Returns the operation that starts the chip's bootloader, to be given another firmware: `machine.bootloader()`. There is
    /// no MicroPython to talk to then.
    ///
    /// It is [`Refused::Unsupported`] where the firmware has no such function.
    #[must_use]
    pub const fn bootloader() -> Self {
        Self(Way::Bootloader)
    }
}

impl Operation for Reset {
    type Output = Reply;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        let code = match self.0 {
            Way::Soft => {
                script.leave(Leaves::Reset);
                return Ok(());
            }
            Way::Hard => HARD,
            Way::Bootloader => BOOTLOADER,
        };
        script.does_reset();
        script.code(code)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Reply>, Error> {
        match (reply, &self.0) {
            (Reply::Exception(exception), way) if exception.kind == "ImportError" => {
                let (lacks, instead) = match way {
                    Way::Soft | Way::Hard => {
                        ("no `machine.reset`", "press its reset button, or unplug it and plug it in again")
                    }
                    Way::Bootloader => (
                        "no `machine.bootloader`",
                        "hold its boot button (BOOT, BOOTSEL) down while it is reset or plugged in",
                    ),
                };
                Err(Refused::Unsupported { lacks, instead }.into())
            }
            (Reply::Exception(exception), _) => Err(exception.into()),
            (reply, _) => Ok(ControlFlow::Break(reply)),
        }
    }
}

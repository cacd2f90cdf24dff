use alloc::vec::Vec;

#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{Argument, Board, Error, Helper, Quoting, Reply, Script, Value, answer::Answer};

/// Says whether a literal of the values from one on arrived as they are.
pub(super) static TEST: Helper = Helper {
    name: "t",
    source: " def t(b,s):print(b==bytes(i^2 for i in range(s,s+len(b))))\n",
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// The first and the last value that go first. Without bit 7 they are printable, and neither quote nor backslash.
const HARMLESS: (u8, u8) = (0xe0, 0xe7);

/// The order of values: XOFF, 0x13, before XON, 0x11, lest a path that obeys them stay silent.
const fn ordered(at: u8) -> u8 {
    at ^ 2
}

/// How far the self-test of a path is, while there is no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SelfTest {
    /// Whether bit 7 gets through, so that all values may be sent.
    high: bool,
    /// How many of its scripts in a row were written and got no reply.
    unanswered: u8,
    /// Whether the board could not do it, for want of memory, say: the run goes on without a verdict.
    pub(crate) unsure: bool,
}

impl SelfTest {
    pub(crate) const NEW: Self = Self { high: false, unanswered: 0, unsure: false };
}

impl Default for SelfTest {
    fn default() -> Self {
        Self::NEW
    }
}

/// One script of the self-test, which sends values to see whether the path carries them: a few harmless ones first,
/// since on a path that strips bit 7 most of the others would be control bytes (0x84 a soft reset), then all.
#[derive(Debug)]
pub(crate) struct EightBit {
    answer: Answer,
}

impl EightBit {
    pub(super) const fn new() -> Self {
        Self { answer: Answer::new(64) }
    }

    pub(super) fn script(&mut self, board: &mut Board, script: &mut Script) {
        self.answer.clear();
        let test = &mut board.self_test;
        test.unanswered = test.unanswered.saturating_add(1);
        // Once may be a cancel or a cable. If nothing comes of the second either, it is the test that breaks the link.
        if test.unanswered > 1 {
            board.eight_bit = Some(false);
        }
        script.clear(if board.is_plain() { Quoting::DensePlain } else { Quoting::Dense });
        let (first, last) = if board.self_test.high { (0, 0xff) } else { HARMLESS };
        let values: Vec<u8> = (first..=last).map(ordered).collect();
        script.call(&TEST, &[Argument::Bytes(&values), Argument::Int(first.into())]);
    }

    pub(super) fn output(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    pub(super) fn reply(&self, reply: Reply, board: &mut Board) -> Result<(), Error> {
        if matches!(reply, Reply::Reset | Reply::Closed) {
            return Ok(());
        }
        board.self_test.unanswered = 0;
        board.eight_bit = None;
        match reply {
            Reply::Exception(exception) if exception.is_interrupt() => return Err(exception.into()),
            Reply::Exception(exception) if exception.is_damage() => board.eight_bit = Some(false),
            Reply::Exception(_) => board.self_test.unsure = true,
            Reply::Finished | Reply::Reset | Reply::Closed => {
                let Value::Bool(same) = self.answer.value()? else { return Err(self.answer.senseless()) };
                if !same || board.self_test.high {
                    board.eight_bit = Some(same);
                }
                board.self_test.high = same;
            }
        }
        Ok(())
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
    let (bytes, first) = (arguments::bytes(given, 0)?, arguments::int(given, 1)?);
    let same = bytes.iter().zip(first..).all(|(byte, at)| i64::from(*byte) == at ^ 2);
    machine.print(if same { "True\n" } else { "False\n" });
    Ok(())
}

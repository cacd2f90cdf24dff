//! From the raw REPL to the friendly prompt, which a user may have changed (`sys.ps1`), and on through a soft reset if
//! one is asked for: only from there does it run `main.py` (`main.c` of each port).

use core::time::Duration;

use super::{Desk, News, Turn, reset::Watch};
use crate::{
    FaultKind, Instant,
    control::{CTRL_B, CTRL_D},
    scan::Finder,
};

/// How long a pause after the banner counts as the prompt.
const PAUSE: Duration = Duration::from_millis(300);

#[derive(Debug)]
pub(super) struct Leave {
    /// What happens at the friendly prompt.
    resets: bool,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// `^B` is next.
    Ask,
    /// The banner, `\r\n`, and the prompt should come now.
    Banner { asked: Instant, prompt: Finder, lines: u32 },
    /// `^D` is next, on the empty line.
    Reset,
    /// The text of a soft reset should come now, or the banner of a board that started again.
    Restart { asked: Instant, watch: Watch },
}

impl Leave {
    pub(super) const fn new(resets: bool) -> Self {
        Self { resets, step: Step::Ask }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self.step {
            Step::Ask | Step::Banner { .. } | Step::Reset => "waiting for the friendly prompt",
            Step::Restart { .. } => "waiting for the board to reset",
        }
    }

    /// Whether the end of the transport can be what was asked for.
    pub(super) const fn may_end(&self) -> bool {
        matches!(self.step, Step::Restart { .. })
    }

    pub(super) fn poll(
        &mut self,
        now: Instant,
        stirred: Instant,
        desk: &mut Desk<'_>,
    ) -> Result<Turn, FaultKind> {
        let patience = desk.config.patience;
        match self.step {
            Step::Ask => {
                desk.outbox.push(&[CTRL_B]);
                self.step = Step::Banner { asked: now, prompt: Finder::new(b">>> "), lines: 0 };
                Ok(Turn::Send)
            }
            Step::Banner { asked, lines, .. } => {
                let deadline = asked + patience;
                let until = if lines >= 2 { deadline.min(stirred + PAUSE) } else { deadline };
                match (now < until, lines >= 2, self.resets) {
                    (true, _, _) => Ok(Turn::Wait(until)),
                    (false, false, _) => Err(FaultKind::Silence(patience)),
                    (false, true, false) => Ok(Turn::Left),
                    (false, true, true) => self.reset(now, desk),
                }
            }
            Step::Reset => self.reset(now, desk),
            Step::Restart { asked, .. } if now < asked + patience => Ok(Turn::Wait(asked + patience)),
            Step::Restart { .. } => Err(FaultKind::Silence(patience)),
        }
    }

    fn reset(&mut self, now: Instant, desk: &mut Desk<'_>) -> Result<Turn, FaultKind> {
        desk.outbox.push(&[CTRL_D]);
        self.step = Step::Restart { asked: now, watch: Watch::new() };
        Ok(Turn::Send)
    }

    pub(super) fn read<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<News<'a>> {
        let text = core::mem::take(bytes);
        match &mut self.step {
            Step::Ask | Step::Reset => None,
            Step::Banner { prompt, lines, .. } => {
                *lines += u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX);
                prompt.feed(text)?;
                if !self.resets {
                    return Some(News::Left);
                }
                self.step = Step::Reset;
                None
            }
            Step::Restart { watch, .. } => {
                watch.follow(text);
                watch.saw_sign().then_some(News::Restarted)
            }
        }
    }
}

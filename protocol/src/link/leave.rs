//! From the raw REPL to the friendly prompt, which a user may have changed (`sys.ps1`).

use core::time::Duration;

use super::{Desk, News, Turn};
use crate::{FaultKind, Instant, control::CTRL_B, scan::Finder};

/// How long a pause after the banner counts as the prompt.
const PAUSE: Duration = Duration::from_millis(300);

#[derive(Debug)]
pub(super) enum Leave {
    /// `^B` is next.
    Ask,
    /// The banner, `\r\n`, and the prompt should come now.
    Banner { asked: Instant, prompt: Finder, lines: u32 },
}

impl Leave {
    pub(super) fn poll(
        &mut self,
        now: Instant,
        stirred: Instant,
        desk: &mut Desk<'_>,
    ) -> Result<Turn, FaultKind> {
        let Self::Banner { asked, lines, .. } = *self else {
            desk.outbox.push(&[CTRL_B]);
            *self = Self::Banner { asked: now, prompt: Finder::new(b">>> "), lines: 0 };
            return Ok(Turn::Send);
        };
        let deadline = asked + desk.config.patience;
        let until = if lines >= 2 { deadline.min(stirred + PAUSE) } else { deadline };
        if now < until {
            return Ok(Turn::Wait(until));
        }
        if lines >= 2 { Ok(Turn::Left) } else { Err(FaultKind::Silence(desk.config.patience)) }
    }

    pub(super) fn read<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<News<'a>> {
        let text = core::mem::take(bytes);
        let Self::Banner { prompt, lines, .. } = self else { return None };
        *lines += u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX);
        prompt.feed(text).map(|_| News::Left)
    }
}

//! What the session and the link hand each other.

use super::Marked;
use crate::{Config, Instant, Outbox, Reply, Script, Stdin};

/// What the session lends the link.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) script: &'a Script,
    /// The script behind it, of a pair.
    pub(crate) next: &'a Script,
    pub(crate) outbox: &'a mut Outbox,
    /// What is typed; none while a script of the engine's own runs.
    pub(crate) stdin: Option<&'a mut Stdin>,
    pub(crate) config: &'a Config,
}

impl Desk<'_> {
    /// What it lends the second of a pair: nothing may be typed in the middle of its source.
    pub(super) const fn behind(&mut self) -> Desk<'_> {
        Desk { script: self.next, next: self.next, outbox: self.outbox, stdin: None, config: self.config }
    }
}

/// What the link wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// There are bytes in the outbox.
    Send,
    /// Something may have come, and there is more to send.
    Look,
    /// The next script may follow the one under way, or be [held](super::Link::hold).
    Next,
    /// Something must come until then.
    Wait(Instant),
    /// It is at the raw prompt.
    Ready,
    /// It is somewhere, and must be entered first.
    Lost,
    /// The script ended in a reset of the board, which now says nothing more.
    Reset,
    /// An interrupt met a script that had not started; there is no answer.
    Dropped,
    /// The friendly prompt is there.
    Left,
}

/// What the link heard.
#[derive(Debug)]
pub(crate) enum News<'a> {
    /// The raw prompt is there; what was said before, and the nonce of the helpers found.
    Entered(Marked),
    /// What the script prints.
    Output(&'a [u8]),
    /// The script ended.
    Replied(Reply),
    /// The board has no raw paste.
    Plain,
    /// The board was soft-reset, and runs what it runs then.
    Restarted,
    /// The friendly prompt is there.
    Left,
}

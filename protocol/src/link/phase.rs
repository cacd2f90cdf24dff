//! What the conversation is at; [`super`] says what each phase sends and waits for.

use super::{enter::Enter, leave::Leave, talk::Talk};

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a pair begins with each script: a box would be allocated each time"
)]
pub(super) enum Phase {
    Lost,
    Enter(Enter),
    Ready,
    /// At the raw prompt, with an offer that went ahead: the next script's talk has begun.
    Open(Talk),
    Talk(Talk),
    /// Two scripts in flight.
    Pair {
        reads: Talk,
        writes: Talk,
    },
    Leave(Leave),
    Left,
}

impl Phase {
    /// What the link is at, for people.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Lost => "nothing is known of the board",
            Self::Ready | Self::Left => "waiting at the prompt",
            Self::Enter(enter) => enter.name(),
            Self::Open(talk) | Self::Talk(talk) | Self::Pair { reads: talk, .. } => talk.receiver.name(),
            Self::Leave(leave) => leave.name(),
        }
    }
}

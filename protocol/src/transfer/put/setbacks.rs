//! Counts what a put lost, so that it ends whatever the board does.

use crate::{Error, Refused};

/// How often bytes may be lost, or the digest differ, before a file is given up.
const LOSSES: u32 = 3;

/// How often the board may forget the file before it is given up.
const RESETS: u32 = 10;

const KEEPS_RESETTING: Refused = Refused::Unsupported {
    lacks: "been reset again and again while it took the file",
    instead: "find out what resets it (a watchdog, its supply, something else on this port), then run it again",
};

/// What went wrong since the put last got further than ever.
#[derive(Debug, Default)]
pub(super) struct Setbacks {
    /// The file, and how much of it the board held.
    furthest: (usize, u64),
    losses: u32,
    resets: u32,
}

impl Setbacks {
    /// The board holds so much of this file.
    pub(super) fn reached(&mut self, file: usize, offset: u64) {
        if (file, offset) > self.furthest {
            *self = Self { furthest: (file, offset), ..Self::default() };
        }
    }

    /// Bytes were lost: the digest differs, or a chunk is not what was sent. Returns whether it is worth another try.
    pub(super) const fn lost(&mut self) -> bool {
        self.losses += 1;
        self.losses < LOSSES
    }

    /// The board no longer knows the file: it was reset, or it is another one.
    pub(super) fn reset(&mut self) -> Result<(), Error> {
        self.resets += 1;
        if self.resets >= RESETS { Err(KEEPS_RESETTING.into()) } else { Ok(()) }
    }

    /// Returns whether anything went wrong.
    pub(super) const fn any(&self) -> bool {
        self.losses + self.resets > 0
    }
}

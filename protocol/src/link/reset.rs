//! The text of a reset: what the port says, and then a prompt, raw or friendly.

use core::time::Duration;

use crate::{control::RAW_BANNER, scan::Finder};

/// How long a friendly prompt that followed a banner must stand before it is believed: a script might print both.
pub(super) const SETTLES: Duration = Duration::from_secs(1);

/// Watches a text for a reset.
#[derive(Debug)]
pub(super) struct Watch {
    raw: Finder,
    /// Every port's `main.c` says it at a soft reset.
    soft: Finder,
    /// `MicroPython v1.29.0 on ..`: the whole machine started again.
    banner: Finder,
    /// Whether one of the two was seen.
    sign: bool,
    tail: [u8; 4],
}

/// Where a reset ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    RawPrompt,
    FriendlyPrompt,
}

impl Watch {
    pub(super) const fn new() -> Self {
        Self {
            raw: Finder::new(RAW_BANNER),
            soft: Finder::new(b"soft reboot"),
            banner: Finder::new(b"Python "),
            sign: false,
            tail: [0; 4],
        }
    }

    /// Takes the next byte; returns where the board is if it ends the reset.
    pub(super) fn feed(&mut self, byte: u8) -> Option<At> {
        self.sign |= self.soft.feed(&[byte]).is_some() | self.banner.feed(&[byte]).is_some();
        self.tail.rotate_left(1);
        self.tail[3] = byte;
        if self.raw.feed(&[byte]).is_some() {
            return Some(At::RawPrompt);
        }
        self.is_at_friendly_prompt().then_some(At::FriendlyPrompt)
    }

    /// Takes what a script prints, which ends nothing.
    pub(super) fn follow(&mut self, output: &[u8]) {
        for byte in output {
            let _ = self.feed(*byte);
        }
    }

    pub(super) const fn saw_sign(&self) -> bool {
        self.sign
    }

    pub(super) fn is_at_friendly_prompt(&self) -> bool {
        self.sign && self.tail == *b">>> "
    }
}

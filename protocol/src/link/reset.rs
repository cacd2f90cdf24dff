//! The text of a reset: what the port says, and then a prompt, raw or friendly.

use core::time::Duration;

use crate::{control::RAW_BANNER, scan::Finder};

/// How long a friendly prompt that followed a banner must stand before it is believed.
pub(super) const SETTLES: Duration = Duration::from_secs(1);

/// Watches a text for a reset.
#[derive(Debug)]
pub(super) struct Watch {
    raw: Finder,
    /// Every port's `main.c` says it at a soft reset.
    soft: Finder,
    said_soft: bool,
    line: Line,
    /// Whether the last whole line was a banner, or the line about help that follows it
    /// (`shared/runtime/pyexec.c`).
    after_banner: bool,
}

/// How the present line looks so far.
#[derive(Debug)]
struct Line {
    length: usize,
    start: [u8; 24],
    /// ` on `, with which a banner's date begins, and `; `, with which its board does.
    on: Finder,
    board: Finder,
    has_on: bool,
    has_board: bool,
}

/// Where a reset ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    RawPrompt,
    FriendlyPrompt,
}

impl Watch {
    pub(super) const fn new() -> Self {
        let (raw, soft) = (Finder::new(RAW_BANNER), Finder::new(b"soft reboot"));
        Self { raw, soft, said_soft: false, line: Line::new(), after_banner: false }
    }

    /// Takes the next byte; returns where the board is if it ends the reset.
    pub(super) fn feed(&mut self, byte: u8) -> Option<At> {
        self.said_soft |= self.soft.feed(&[byte]).is_some();
        if byte == b'\n' {
            self.after_banner = self.line.is_banner() || (self.after_banner && self.line.is_about_help());
            self.line = Line::new();
        } else if byte != b'\r' {
            self.line.add(byte);
        }
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
        self.said_soft || self.after_banner
    }

    pub(super) fn is_at_friendly_prompt(&self) -> bool {
        self.after_banner && self.line.is(b">>> ")
    }
}

impl Line {
    const fn new() -> Self {
        let (on, board) = (Finder::new(b" on "), Finder::new(b"; "));
        Self { length: 0, start: [0; 24], on, board, has_on: false, has_board: false }
    }

    fn add(&mut self, byte: u8) {
        if let Some(place) = self.start.get_mut(self.length) {
            *place = byte;
        }
        self.length += 1;
        self.has_on |= self.on.feed(&[byte]).is_some();
        self.has_board |= self.board.feed(&[byte]).is_some();
    }

    fn is(&self, text: &[u8]) -> bool {
        self.length == text.len() && self.start.starts_with(text)
    }

    /// `MicroPython v1.29.0 on 2026-08-19; Board with chip`.
    fn is_banner(&self) -> bool {
        let starts = [&b"MicroPython "[..], b"Adafruit CircuitPython "];
        self.has_on && self.has_board && starts.iter().any(|start| self.start.starts_with(start))
    }

    /// `Type "help()" for more information.`
    fn is_about_help(&self) -> bool {
        self.start.starts_with(b"Type \"help()\" for ")
    }
}

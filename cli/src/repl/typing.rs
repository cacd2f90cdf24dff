//! What was typed and did not go yet.
//!
//! A board without flow control loses what does not fit into its input buffer, 63 bytes on the smallest, and says
//! nothing. Nobody types that fast. What is pasted goes in pieces that fit there, none beyond the end of a line, and the
//! next one follows when the board has echoed the last one: it has read it by then. What a program prints meanwhile
//! is no echo. Where none comes (a line runs for a while, a program reads without showing it), the next piece
//! follows all the same, later each time.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The longest piece of a paste.
const PIECE: usize = 48;
/// How much may wait. Whoever reads the keys waits above that: of a pipe there is no hurry, and a ^C behind a longer paste is
/// not seen.
const MOST: usize = 1024 * 1024;
/// How long to wait for the echo of a piece; twice as long after each that has none.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long at most.
const LONGEST: Duration = Duration::from_secs(4);

/// What was typed and waits, and how it goes.
#[derive(Debug)]
pub(super) struct Typing {
    waiting: VecDeque<u8>,
    pace: Pace,
}

#[derive(Debug)]
enum Pace {
    /// As it comes.
    Keys,
    /// In pieces.
    Paste { echo: Echo, since: Instant, patience: Duration },
}

impl Typing {
    pub(super) const fn new() -> Self {
        Self { waiting: VecDeque::new(), pace: Pace::Keys }
    }

    /// Whether there is room for more.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MOST
    }

    /// Whether everything went.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds to what waits.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
    }

    /// Throws away what waits.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Throws away the rest of a paste, for a `^C`, which should not wait for it. False if none is under way.
    pub(super) fn give_up_paste(&mut self) -> bool {
        let pastes = self.waiting.len() > PIECE || matches!(self.pace, Pace::Paste { .. });
        if pastes {
            self.clear();
        }
        pastes
    }

    /// Returns what may go now.
    pub(super) fn piece(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.waiting.is_empty() {
            self.pace = Pace::Keys;
            return None;
        }
        if let Pace::Keys = self.pace {
            if self.waiting.len() <= PIECE {
                return Some(self.waiting.iter().copied().collect());
            }
            self.pace = Pace::Paste { echo: Echo::Complete, since: now, patience: PATIENCE };
        }
        if let Pace::Paste { echo, since, patience } = &mut self.pace
            && !matches!(echo, Echo::Complete)
        {
            if now.saturating_duration_since(*since) < *patience {
                return None;
            }
            (*echo, *patience) = (Echo::Complete, LONGEST.min(*patience * 2));
        }
        let line = self.waiting.iter().position(u8::is_ascii_control).map_or(PIECE, |end| end + 1);
        Some(self.waiting.iter().copied().take(line.min(PIECE)).collect())
    }

    /// Says that the first `n` bytes of the piece went.
    pub(super) fn went(&mut self, n: usize, now: Instant) {
        let sent: Vec<u8> = self.waiting.drain(..n.min(self.waiting.len())).collect();
        if let Pace::Paste { echo, since, .. } = &mut self.pace
            && !sent.is_empty()
        {
            (*echo, *since) = (Echo::of(sent), now);
        }
    }

    /// Says what the board sent.
    pub(super) fn heard(&mut self, bytes: &[u8]) {
        if let Pace::Paste { echo, patience, .. } = &mut self.pace {
            echo.heard(bytes);
            *patience = PATIENCE;
        }
    }
}

/// What came of a piece's echo.
#[derive(Debug)]
enum Echo {
    /// These bytes in a row, of which so many came. Where the friendly REPL edits a line it drops all but ASCII; in paste mode
    /// it echoes the rest too.
    Text { bytes: Vec<u8>, came: usize },
    /// A control character: whatever the board makes of it.
    Something,
    /// All.
    Complete,
}

impl Echo {
    fn of(mut bytes: Vec<u8>) -> Self {
        bytes.retain(u8::is_ascii);
        if bytes.last().is_some_and(|byte| byte.is_ascii_control() && *byte != b'\r') {
            bytes.pop();
        }
        if bytes.is_empty() { Self::Something } else { Self::Text { bytes, came: 0 } }
    }

    fn heard(&mut self, heard: &[u8]) {
        match self {
            Self::Text { bytes, came } => {
                for byte in heard.iter().filter(|byte| byte.is_ascii()) {
                    // What looked like its beginning may have been something else.
                    if *byte != bytes[*came] {
                        *came = 0;
                    }
                    if *byte == bytes[*came] {
                        *came += 1;
                    }
                    if *came == bytes.len() {
                        *self = Self::Complete;
                        return;
                    }
                }
            }
            Self::Something if !heard.is_empty() => *self = Self::Complete,
            Self::Something | Self::Complete => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Takes all pieces, each after the echo of the last.
    fn pieces(typing: &mut Typing, now: Instant) -> Vec<Vec<u8>> {
        let mut pieces = Vec::new();
        while let Some(piece) = typing.piece(now) {
            typing.went(piece.len(), now);
            // As a line that is edited: without what is not ASCII.
            typing.heard(&piece.iter().copied().filter(u8::is_ascii).collect::<Vec<_>>());
            pieces.push(piece);
        }
        pieces
    }

    #[test]
    fn keys_go_at_once() {
        let (mut typing, now) = (Typing::new(), Instant::now());
        for key in [&b"\x1b[A"[..], b"\x1b[A", b"x", b"\r", b"\x03", b"def f():\rpass\r"] {
            typing.push(key);
            // No answer comes.
            assert_eq!(typing.piece(now).unwrap(), key);
            typing.went(key.len(), now);
        }
        assert!(typing.is_empty() && typing.piece(now).is_none());
    }

    #[test]
    fn a_paste_goes_in_pieces_of_lines() {
        let (mut typing, now) = (Typing::new(), Instant::now());
        let text = format!("\x05one\rt\two\r\r{}\r\u{e9}nd", "x".repeat(PIECE + 6));
        typing.push(text.as_bytes());
        let pieces = pieces(&mut typing, now);
        assert_eq!(pieces.concat(), text.as_bytes());
        let lengths: Vec<_> = pieces.iter().map(Vec::len).collect();
        assert_eq!(lengths, [1, 4, 2, 3, 1, PIECE, 7, 4]);
        // What is typed then is no paste.
        typing.push(b"abc");
        assert_eq!(typing.piece(now).unwrap(), b"abc");
    }

    #[test]
    fn the_next_piece_waits_for_the_echo() {
        let (mut typing, now) = (Typing::new(), Instant::now());
        typing.push(b"print('once')\rprint('again')\r");
        typing.push(&[b'x'; 100]);
        let piece = typing.piece(now).unwrap();
        // A write that took a part of it.
        typing.went(11, now);
        assert_eq!(piece, b"print('once')\r");
        for heard in ["what a program prints", ">>> pri", "nt('on"] {
            typing.heard(heard.as_bytes());
            assert!(typing.piece(now).is_none(), "{heard}");
        }
        typing.heard(b"pr");
        typing.heard(b"print('once");
        let piece = typing.piece(now).unwrap();
        assert_eq!(piece, b"')\r");
        typing.went(piece.len(), now);
        typing.heard(b"')");
        assert!(typing.piece(now).is_none());
        typing.heard(b"\r\n");
        assert!(typing.piece(now).is_some());
    }

    #[test]
    fn without_an_answer_it_goes_slower_and_slower() {
        let (mut typing, start) = (Typing::new(), Instant::now());
        typing.push(&[b'x'; 10 * PIECE]);
        let (mut now, mut went) = (start, Vec::new());
        while !typing.is_empty() {
            if let Some(piece) = typing.piece(now) {
                went.push(now.duration_since(start).as_millis());
                typing.went(piece.len(), now);
            }
            now += Duration::from_millis(100);
        }
        assert_eq!(went, [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500]);
    }

    #[test]
    fn an_interrupt_ends_a_paste_and_keeps_keys() {
        let mut typing = Typing::new();
        typing.push(b"x = 1\r");
        assert!(!typing.give_up_paste() && !typing.is_empty());
        typing.push(&[b'x'; 100]);
        assert!(typing.give_up_paste() && typing.is_empty());
    }
}

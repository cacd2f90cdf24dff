//! A driver whose board is nothing but bytes.

use std::{collections::VecDeque, time::Duration};

use rawpaste::{Error, Instant, Operation, Refused, Run, Session, Step};

use super::{
    presentable,
    promises::{OFFER, Promises, RAW_BANNER, TYPED},
};

/// How the bytes travel, as an input's first bytes choose.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manner {
    /// The most bytes of one read; 0 for all.
    pub(super) reads: u8,
    /// The most bytes of one write; 0 for all.
    pub(super) writes: u8,
    /// Milliseconds from one read to the next.
    pub(super) pace: u8,
    /// The step at which somebody meddles; 0 for never.
    pub(super) meddle: u8,
    pub(super) flags: u8,
}

impl Manner {
    /// The end of the input is the end of the transport, and not silence.
    const CLOSES: u8 = 1;
    /// Bytes are handed in before each write, too.
    const EAGER: u8 = 2;
    /// Somebody types, and does not interrupt.
    pub(super) const TYPES: u8 = 4;
    /// The transport holds bytes back until it is flushed.
    pub(super) const HOLDS: u8 = 8;
    /// The flow is open.
    pub(super) const OPEN: u8 = 16;

    pub(super) const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Stands in an input, not on the wire: what follows comes when the engine has written all that it wants to and
/// reads. Two in a row: nothing comes in one read.
pub(super) const TURN: u8 = 0xfe;

/// The host's side of a conversation, and the board's bytes.
pub(super) struct Host<'a> {
    manner: Manner,
    /// What the board still has to say.
    board: &'a [u8],
    /// What a board in good order says first, up to the header with this window.
    entry: Option<u16>,
    scripted: VecDeque<u8>,
    promises: Promises,
    now: Instant,
    /// When the next bytes come.
    next: Instant,
    /// When the board had said all.
    silent: Option<Instant>,
    /// The write under way, as far as it did not go.
    batch: Vec<u8>,
    written: Vec<u8>,
    steps: u64,
    limit: u64,
}

/// A step without its borrow.
enum Seen {
    Write(Vec<u8>),
    Flush,
    Read(Instant),
}

impl<'a> Host<'a> {
    /// Returns a host whose board says `board`. With `entry` a board in good order answers first, up to the header
    /// of a paste with that window.
    pub(super) fn new(manner: Manner, board: &'a [u8], entry: Option<u16>) -> Self {
        Self {
            manner,
            board,
            entry,
            scripted: VecDeque::new(),
            promises: Promises::new(manner.has(Manner::OPEN)),
            now: Instant::EPOCH,
            next: Instant::EPOCH,
            silent: None,
            batch: Vec::new(),
            written: Vec::new(),
            steps: 0,
            // Each script may go byte by byte, and each needs an answer.
            limit: 40_000 + 4_000 * board.len() as u64,
        }
    }

    pub(super) const fn has_more(&self) -> bool {
        !self.board.is_empty()
    }

    /// Runs an operation to its end.
    pub(super) fn run<O: Operation>(
        &mut self,
        session: &mut Session,
        operation: O,
    ) -> Result<O::Output, Error> {
        self.promises.begin();
        self.batch.clear();
        let mut run = session.run(operation);
        loop {
            self.steps += 1;
            assert!(self.steps < self.limit, "a run without an end");
            self.meddle(&mut run);
            let seen = match run.poll(self.now) {
                Step::Event(_) => continue,
                Step::Done(result) => {
                    let again = run.poll(self.now);
                    assert!(matches!(again, Step::Done(Err(Error::Refused(Refused::Ended)))), "done twice");
                    let _ = result.as_ref().map_err(presentable);
                    return result;
                }
                Step::Write { bytes, until } => {
                    assert!(until > self.now, "a write without time");
                    Seen::Write(bytes.to_vec())
                }
                Step::Flush { .. } => Seen::Flush,
                Step::Read { until } => {
                    assert!(until > self.now || self.manner.has(Manner::OPEN), "a read without time");
                    Seen::Read(until)
                }
            };
            match seen {
                Seen::Write(bytes) => self.write(&mut run, bytes),
                Seen::Flush => run.flushed(),
                Seen::Read(until) => self.read(&mut run, until),
            }
        }
    }

    fn meddle<O: Operation>(&mut self, run: &mut Run<'_, O>) {
        if self.manner.meddle == 0 || self.steps != u64::from(self.manner.meddle) {
            return;
        }
        if self.manner.has(Manner::TYPES) {
            run.type_in(TYPED);
        } else {
            run.interrupt();
        }
    }

    fn write<O: Operation>(&mut self, run: &mut Run<'_, O>, bytes: Vec<u8>) {
        // Where an offer met another prompt, the board is entered afresh and the rest of the write is void.
        let afresh = bytes == [3] && self.batch != bytes;
        if self.batch.is_empty() || afresh {
            self.promises.asked(&bytes);
            self.written.clear();
            self.batch.clone_from(&bytes);
        }
        assert_eq!(self.batch, bytes, "a write changed under the driver's hands");
        if self.manner.has(Manner::EAGER) && self.now >= self.next && self.give(run, false) {
            return;
        }
        let n = most(self.manner.writes).min(bytes.len());
        self.promises.wrote(&bytes[..n]);
        self.written.extend(self.batch.drain(..n));
        if self.batch.is_empty() {
            self.answer_entry();
        }
        run.wrote(n);
    }

    fn read<O: Operation>(&mut self, run: &mut Run<'_, O>, until: Instant) {
        self.batch.clear();
        if until <= self.now {
            // A look between two slices: it may come in vain.
            self.give(run, false);
            return;
        }
        let ended = self.scripted.is_empty() && (self.entry.is_some() || self.board.is_empty());
        if !ended && self.next <= until {
            self.now = self.now.max(self.next);
            if !self.give(run, true) {
                self.now = until;
            }
            return;
        }
        if ended && self.entry.is_none() {
            let silent = *self.silent.get_or_insert(self.now);
            assert!(self.now <= silent + Duration::from_secs(60), "it waits for what does not come");
            if self.manner.has(Manner::CLOSES) {
                run.received(&[]);
                return;
            }
        }
        self.now = until;
    }

    /// Hands in the next bytes, if there are any; past a [`TURN`] only in a read.
    fn give<O: Operation>(&mut self, run: &mut Run<'_, O>, reads: bool) -> bool {
        let most = most(self.manner.reads);
        let piece: Vec<u8> = if !self.scripted.is_empty() {
            self.scripted.drain(..most.min(self.scripted.len())).collect()
        } else if self.entry.is_none() {
            if reads && self.board.first() == Some(&TURN) {
                self.board = &self.board[1..];
            }
            let turn = self.board.iter().position(|byte| *byte == TURN).unwrap_or(self.board.len());
            let (piece, rest) = self.board.split_at(most.min(turn));
            self.board = rest;
            piece.to_vec()
        } else {
            Vec::new()
        };
        if piece.is_empty() {
            return false;
        }
        // The entry is prompt; what the input says may take its time.
        if self.scripted.is_empty() && self.entry.is_none() {
            self.next = self.now + Duration::from_millis(self.manner.pace.into());
        }
        self.promises.heard(&piece);
        run.received(&piece);
        true
    }

    /// Answers as a board in good order does, until a paste's header went.
    fn answer_entry(&mut self) {
        let Some(window) = self.entry else { return };
        match &self.written[..] {
            [1] => self.scripted.extend(RAW_BANNER),
            OFFER => {
                let [low, high] = window.to_le_bytes();
                self.scripted.extend([b'R', 1, low, high, 1]);
                self.entry = None;
            }
            source if source.starts_with(b"print(") => {
                let product = product(source).expect("a mark that computes what it prints");
                self.scripted.extend(format!("OK{product} 0\r\n\x04\x04>").bytes());
            }
            _ => {}
        }
    }
}

fn most(size: u8) -> usize {
    if size == 0 { usize::MAX } else { size.into() }
}

/// Computes what the mark, `print(LEFT*RIGHT,...`, prints first.
fn product(source: &[u8]) -> Option<u64> {
    let source = std::str::from_utf8(source).ok()?;
    let (left, right) = source.strip_prefix("print(")?.split_once(',')?.0.split_once('*')?;
    Some(left.parse::<u64>().ok()? * right.parse::<u64>().ok()?)
}

//! From anywhere to a clean raw prompt.
//!
//! An attempt is `^C`, a pause, `^A` and the raw banner. No banner is trusted alone, since one may still be on its
//! way from a cancelled attempt: then comes the mark, a plain raw script that *computes* what it prints (a friendly
//! REPL would echo its source), different in each attempt.

use alloc::{format, string::String, vec::Vec};

use super::{Desk, Heard, News, Turn};
use crate::{
    FaultKind, Instant,
    control::{CTRL_A, CTRL_C, CTRL_D, END, RAW_BANNER},
    scan::{self, Finder},
};

/// A prompt that was reached.
#[derive(Debug, Default)]
pub(crate) struct Marked {
    /// How many attempts it took.
    pub(crate) attempts: u32,
    /// The nonce of the helpers that are on the board, 0 if there are none.
    pub(crate) nonce: u32,
    /// Whether a program was heard to end by the `^C`.
    pub(crate) stopped: bool,
    /// The last bytes that were heard before.
    pub(crate) heard: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Enter {
    started: Instant,
    attempt: u32,
    /// The last bytes that were no answer of the raw REPL's.
    before: Heard,
    traceback: Traceback,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// `^C` is next.
    Interrupt,
    /// Something should come now, unless the board is in raw mode.
    Pause { until: Option<Instant>, heard: bool },
    /// The raw banner should come now.
    Banner { until: Option<Instant>, finder: Finder, found: bool },
    /// The mark's answer should come now.
    Mark { until: Option<Instant>, answer: Answer },
}

/// Listens for the traceback of a program that a `^C` stopped. The `^C` that ends a paste has one without its first line.
#[derive(Debug)]
struct Traceback {
    first_line: Finder,
    begun: bool,
    exception: Finder,
    ended: bool,
}

/// The answer to the mark: `OK`, the computed number, a space, the nonce, a newline, `04 04 >`.
#[derive(Debug)]
struct Answer {
    head: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Head { matched: usize },
    Nonce { nonce: u32 },
    End { nonce: u32, matched: usize },
    Wrong,
}

impl Enter {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            started: now,
            attempt: 0,
            before: Heard::new(),
            traceback: Traceback::new(),
            step: Step::Interrupt,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self.step {
            Step::Interrupt | Step::Pause { .. } => "interrupting what runs on the board",
            Step::Banner { .. } => "waiting for the raw REPL's banner",
            Step::Mark { .. } => "waiting for the mark's answer",
        }
    }

    pub(super) fn poll(
        &mut self,
        now: Instant,
        desk: &mut Desk<'_>,
        entries: &mut u32,
    ) -> Result<Turn, FaultKind> {
        let Desk { outbox, config, .. } = desk;
        let deadline = self.started + config.entry;
        if now >= deadline {
            return Err(FaultKind::NoEntry(self.attempt.max(1)));
        }
        // A far link must not be outrun: each attempt waits longer than the last.
        let longer = self.attempt.clamp(1, 8);
        let (quiet, banner) = (config.quiet.saturating_mul(longer), config.banner.saturating_mul(longer));
        match &mut self.step {
            Step::Interrupt => {
                self.attempt += 1;
                outbox.push(&[CTRL_C]);
                self.step = Step::Pause { until: None, heard: false };
                Ok(Turn::Send)
            }
            Step::Pause { until, heard } => {
                let until = *until.get_or_insert(now + quiet);
                if !*heard && now < until {
                    return Ok(Turn::Wait(until.min(deadline)));
                }
                outbox.push(&[CTRL_A]);
                self.step = Step::Banner { until: None, finder: Finder::new(RAW_BANNER), found: false };
                Ok(Turn::Send)
            }
            Step::Banner { found: true, .. } => {
                *entries = entries.wrapping_add(1);
                let (source, head) = mark(*entries);
                outbox.push(source.as_bytes());
                outbox.push(&[CTRL_D]);
                let answer = Answer { head, place: Place::Head { matched: 0 } };
                self.step = Step::Mark { until: None, answer };
                Ok(Turn::Send)
            }
            Step::Mark { answer: Answer { place: Place::Wrong, .. }, .. } => {
                self.step = Step::Interrupt;
                self.poll(now, desk, entries)
            }
            Step::Banner { until, .. } | Step::Mark { until, .. } => {
                let until = *until.get_or_insert(now + banner);
                if now < until {
                    return Ok(Turn::Wait(until.min(deadline)));
                }
                self.step = Step::Interrupt;
                self.poll(now, desk, entries)
            }
        }
    }

    /// Takes all of `bytes`, or up to the end of the mark's answer. Where a script was given up before (`gave_up`), it is what
    /// the `^C` stops.
    pub(super) fn read<'a>(&mut self, bytes: &mut &'a [u8], gave_up: bool) -> Option<News<'a>> {
        // What comes before the first ^C went is no answer to it.
        if self.attempt > 1 || !matches!(self.step, Step::Interrupt | Step::Pause { until: None, .. }) {
            self.traceback.feed(bytes);
        }
        match &mut self.step {
            Step::Interrupt => self.before.add(core::mem::take(bytes)),
            Step::Pause { until, heard } => {
                // What came before the ^C went out is no answer to it.
                *heard = until.is_some();
                self.before.add(core::mem::take(bytes));
            }
            Step::Banner { finder, found, .. } => {
                *found |= finder.feed(bytes).is_some();
                *bytes = &[];
            }
            Step::Mark { answer, .. } => {
                for at in 0..bytes.len() {
                    if let Some(nonce) = answer.read(bytes[at]) {
                        *bytes = &bytes[at + 1..];
                        return Some(News::Entered(Marked {
                            attempts: self.attempt,
                            nonce,
                            stopped: self.traceback.ended && !gave_up,
                            heard: self.before.to_vec(),
                        }));
                    }
                }
                *bytes = &[];
            }
        }
        None
    }
}

impl Traceback {
    const fn new() -> Self {
        let first_line = Finder::new(b"Traceback (most recent call last):");
        Self { first_line, begun: false, exception: Finder::new(b"KeyboardInterrupt"), ended: false }
    }

    fn feed(&mut self, mut bytes: &[u8]) {
        if !self.begun
            && let Some(end) = self.first_line.feed(bytes)
        {
            (self.begun, bytes) = (true, &bytes[end..]);
        }
        self.ended |= self.begun && self.exception.feed(bytes).is_some();
    }
}

impl Answer {
    /// Returns the nonce once the answer came whole.
    fn read(&mut self, byte: u8) -> Option<u32> {
        match &mut self.place {
            Place::Head { matched } => {
                *matched = scan::advance(self.head.as_bytes(), *matched, byte);
                if *matched == self.head.len() {
                    self.place = Place::Nonce { nonce: 0 };
                }
            }
            Place::Nonce { nonce } => match byte {
                b'0'..=b'9' => *nonce = nonce.wrapping_mul(10).wrapping_add(u32::from(byte - b'0')),
                b'\r' => {}
                b'\n' => self.place = Place::End { nonce: *nonce, matched: 0 },
                _ => self.place = Place::Wrong,
            },
            Place::End { nonce, matched } => {
                if byte != END[*matched] {
                    self.place = Place::Wrong;
                    return None;
                }
                *matched += 1;
                if *matched == END.len() {
                    return Some(*nonce);
                }
            }
            Place::Wrong => {}
        }
        None
    }
}

/// Returns the source of the mark and how its answer starts.
fn mark(entry: u32) -> (String, String) {
    let (left, right) = (u64::from(1009 + entry % 7919), 7919);
    let source = format!("print({left}*{right},getattr(globals().get('_rp'),'_n',0))");
    (source, format!("OK{} ", left * right))
}

//! The sender: offer, source within the credit or at the pace, one `^D`; what is typed, and `^C`.

use core::time::Duration;

use super::{
    Desk, SLICE, Turn,
    reply::Receiver,
    talk::{Ahead, Interrupt, Talk},
};
use crate::{
    Credit, FaultKind, Flow, Instant,
    control::{CTRL_C, CTRL_D, OFFER},
};

/// How long a `^C` may take before the next one.
const AGAIN: Duration = Duration::from_millis(250);
/// How many `^C` are sent before it is a fault.
const INTERRUPTS: u32 = 10;

/// What goes out next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sender {
    /// The offer of a paste.
    Offer,
    /// Nothing: the answer to the offer decides.
    Offered,
    /// Source, not before `next`; in a windowed flow within the credit.
    Data { next: Instant },
    /// In an open flow a look at what came, then source.
    Look,
    /// Source in plain raw mode, not before `next`.
    Line { next: Instant },
    /// The one `^D`.
    End,
    /// Nothing more.
    Done,
}

impl Talk {
    /// Puts what goes out next in the outbox; nothing if there is none.
    pub(super) fn send(&mut self, now: Instant, desk: &mut Desk<'_>) -> Option<Turn> {
        let sends = match self.sender {
            Sender::Offer => {
                desk.outbox.push(OFFER);
                self.sender = Sender::Offered;
                true
            }
            Sender::Data { next } | Sender::Line { next } if now < next => false,
            Sender::Data { .. } => self.send_data(now, desk),
            Sender::Look => {
                self.sender = Sender::Data { next: now };
                return Some(Turn::Look);
            }
            Sender::Line { .. } => self.send_line(now, desk),
            Sender::End => {
                // It ends what the board throws away; the script raised already.
                self.ahead = Ahead::No;
                self.send_end(desk)
            }
            Sender::Offered | Sender::Done => false,
        };
        sends.then_some(Turn::Send)
    }

    /// The next slice of a paste: windowed within the credit, where the board's buffer is smaller than that at a pace;
    /// in an open flow whatever there is, since the board pushes back.
    fn send_data(&mut self, now: Instant, desk: &mut Desk<'_>) -> bool {
        let room = match self.flow {
            Flow::Windowed => self.credit.as_ref().map_or(0, Credit::room),
            Flow::Open => usize::MAX,
        };
        let source = desk.script.source();
        let most = desk.config.in_flight.map_or(SLICE, |most| most.get().min(SLICE));
        let piece = (source.len() - self.sent).min(room).min(most);
        desk.outbox.push(&source[self.sent..self.sent + piece]);
        self.sent += piece;
        if let Some(credit) = &mut self.credit {
            credit.sent(piece);
        }
        if piece > 0 {
            self.sender = match self.flow {
                Flow::Open => Sender::Look,
                Flow::Windowed if desk.config.in_flight.is_some() => {
                    Sender::Data { next: now + desk.config.pace.every }
                }
                Flow::Windowed => Sender::Data { next: now },
            };
        }
        // The room that the credit keeps holds the end.
        if self.sent == source.len() { self.send_end(desk) } else { piece > 0 }
    }

    /// The next slice of a line in plain raw mode, at the pace.
    fn send_line(&mut self, now: Instant, desk: &mut Desk<'_>) -> bool {
        let source = desk.script.source();
        let piece = (source.len() - self.sent).min(desk.config.pace.bytes.max(1));
        desk.outbox.push(&source[self.sent..self.sent + piece]);
        self.sent += piece;
        self.sender = Sender::Line { next: now + desk.config.pace.every };
        if self.sent == source.len() {
            if source.is_empty() {
                // On the empty line a ^D is a soft reset.
                desk.outbox.push(b"\n");
            }
            return self.send_end(desk);
        }
        true
    }

    fn send_end(&mut self, desk: &mut Desk<'_>) -> bool {
        desk.outbox.push(&[CTRL_D]);
        if let Ahead::Wanted { independent } = self.ahead {
            desk.outbox.push(OFFER);
            let goes_on = independent && self.flow == Flow::Open;
            self.ahead = if goes_on { Ahead::Free } else { Ahead::Sent };
        }
        self.sender = Sender::Done;
        true
    }

    /// What is typed, at a pace: while a script runs nothing grants anything, and its buffer may hold 255 bytes.
    pub(super) fn send_typed(&mut self, now: Instant, desk: &mut Desk<'_>) -> bool {
        let Some(stdin) = desk.stdin.as_mut().filter(|stdin| !stdin.waiting().is_empty()) else {
            return false;
        };
        let is_due = self.typed.is_none_or(|typed| now >= typed + desk.config.pace.every);
        if !matches!(self.receiver, Receiver::Output { .. }) || !is_due {
            return false;
        }
        let policy = &desk.config.policy;
        if let Some(gather) = policy.gather.filter(|_| stdin.waiting().len() < policy.coalesce) {
            let since = *self.gathers.get_or_insert(now);
            if now < since + gather {
                return false;
            }
        }
        self.gathers = None;
        let piece = stdin.waiting().len().min(desk.config.pace.bytes.clamp(1, 255));
        desk.outbox.push(&stdin.waiting()[..piece]);
        stdin.took(piece);
        self.typed = Some(now);
        true
    }

    /// Puts a `^C` in the outbox if one is due, alone: CircuitPython throws away what follows it in the same packet,
    /// and elsewhere what follows it in a paste runs as a script.
    pub(super) fn send_interrupt(&mut self, now: Instant, desk: &mut Desk<'_>) -> Result<bool, FaultKind> {
        let Interrupt::Asked { sent, again } = self.interrupt else { return Ok(false) };
        let due = match self.receiver {
            Receiver::Data | Receiver::Output { .. } => now >= again,
            // The raw REPL drops the line at a ^C and answers nothing, so it is sent before the ^D or not at all.
            Receiver::Ok { .. } => sent == 0 && matches!(self.sender, Sender::Line { .. }),
            Receiver::Header { .. }
            | Receiver::Error { .. }
            | Receiver::Prompt { .. }
            | Receiver::Reset { .. }
            | Receiver::End { .. } => false,
        };
        if !due {
            return Ok(false);
        }
        if sent == INTERRUPTS {
            return Err(FaultKind::NotInterrupted(sent));
        }
        desk.outbox.push(&[CTRL_C]);
        if let Some(stdin) = &mut desk.stdin {
            stdin.clear();
        }
        self.interrupt = Interrupt::Asked { sent: sent + 1, again: now + AGAIN };
        // In a paste it ends the data, as the ^D would, and none may follow.
        self.sender = Sender::Done;
        Ok(true)
    }

    /// Returns when this talk has something to send that is not due yet; what is due waits for something else.
    pub(super) fn wake_up(&self, now: Instant, desk: &Desk<'_>) -> Instant {
        const NEVER: Instant = Instant::NEVER;
        let is_paced = desk.config.in_flight.is_some() || matches!(self.sender, Sender::Line { .. });
        let is_calm = matches!(self.interrupt, Interrupt::No) && self.typed.is_none();
        if is_calm && !is_paced && self.gathers.is_none() {
            return NEVER;
        }
        let paced = match self.sender {
            Sender::Line { next } => next,
            Sender::Data { next } if desk.config.in_flight.is_some() => next,
            Sender::Offer
            | Sender::Offered
            | Sender::Data { .. }
            | Sender::Look
            | Sender::End
            | Sender::Done => NEVER,
        };
        let waits = desk.stdin.as_ref().is_some_and(|stdin| !stdin.waiting().is_empty());
        let typing = match self.typed {
            Some(typed) if waits => typed + desk.config.pace.every,
            Some(_) | None => NEVER,
        };
        let gathered = match (self.gathers, desk.config.policy.gather) {
            (Some(since), Some(gather)) if waits => since + gather,
            (Some(_) | None, _) => NEVER,
        };
        let interrupt = match (self.interrupt, &self.receiver) {
            (Interrupt::Asked { again, .. }, Receiver::Data | Receiver::Output { .. }) => again,
            _ => NEVER,
        };
        [paced, typing, gathered, interrupt].into_iter().filter(|due| *due > now).min().unwrap_or(NEVER)
    }

    /// In plain raw mode, a line that was dropped by `^C` has no answer: this stands for it.
    pub(super) fn was_dropped(&self) -> bool {
        matches!(
            (&self.receiver, self.sender, self.interrupt),
            (Receiver::Ok { .. }, Sender::Done, Interrupt::Asked { sent: 1.., .. })
        )
    }
}

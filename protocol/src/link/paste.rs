//! The sender: offer, source within the credit or at the pace, one `^D`; what is typed, and `^C`.

use core::time::Duration;

use super::{
    SLICE,
    reply::Receiver,
    talk::{Interrupt, Talk},
};
use crate::{
    Config, Credit, FaultKind, Instant, Script, Stdin,
    control::{CTRL_C, CTRL_D, OFFER},
    outbox::Outbox,
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
    /// Source, from this offset on, within the credit.
    Data { sent: usize },
    /// Source in plain raw mode, from this offset on, not before `next`.
    Line { sent: usize, next: Instant },
    /// The one `^D`.
    End,
    /// Nothing more.
    Done,
}

impl Talk {
    /// Puts what goes out next in the outbox; returns whether there is anything.
    pub(super) fn send(
        &mut self,
        now: Instant,
        script: &Script,
        outbox: &mut Outbox,
        config: &Config,
    ) -> bool {
        let source = script.source();
        let (from, room) = match self.sender {
            Sender::Offer => {
                outbox.push(OFFER);
                self.sender = Sender::Offered;
                return true;
            }
            Sender::End => {
                outbox.push(&[CTRL_D]);
                self.sender = Sender::Done;
                return true;
            }
            Sender::Offered | Sender::Done => return false,
            Sender::Line { next, .. } if now < next => return false,
            Sender::Line { sent, .. } => (sent, config.pace.bytes.max(1)),
            Sender::Data { sent } => (sent, self.credit.as_ref().map_or(0, Credit::room)),
        };
        let piece = (source.len() - from).min(room).min(SLICE);
        outbox.push(&source[from..from + piece]);
        match &mut self.sender {
            Sender::Data { sent } => {
                *sent += piece;
                if let Some(credit) = &mut self.credit {
                    credit.sent(piece);
                }
            }
            Sender::Line { sent, next } => {
                *sent += piece;
                *next = now + config.pace.every;
            }
            Sender::Offer | Sender::Offered | Sender::End | Sender::Done => {}
        }
        if from + piece == source.len() {
            if source.is_empty() {
                // On the empty line of plain raw mode a ^D is a soft reset.
                outbox.push(b"\n");
            }
            // The room that the credit keeps holds it.
            outbox.push(&[CTRL_D]);
            self.sender = Sender::Done;
            return true;
        }
        piece > 0
    }

    /// Puts a `^C` in the outbox if one is due, alone: CircuitPython throws away what follows it in the same packet,
    /// and elsewhere what follows it in a paste runs as a script.
    pub(super) fn send_interrupt(
        &mut self,
        now: Instant,
        outbox: &mut Outbox,
        stdin: &mut Stdin,
    ) -> Result<bool, FaultKind> {
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
        outbox.push(&[CTRL_C]);
        stdin.clear();
        self.interrupt = Interrupt::Asked { sent: sent + 1, again: now + AGAIN };
        // In a paste it ends the data, as the ^D would, and none may follow.
        self.sender = Sender::Done;
        Ok(true)
    }

    /// Returns when this talk has something to send that is not due yet.
    pub(super) fn wake_up(&self) -> Instant {
        const NEVER: Instant = Instant::from_epoch(Duration::MAX);
        let paced = match self.sender {
            Sender::Line { next, .. } => next,
            Sender::Offer | Sender::Offered | Sender::Data { .. } | Sender::End | Sender::Done => NEVER,
        };
        match (self.interrupt, &self.receiver) {
            (Interrupt::Asked { again, .. }, Receiver::Data | Receiver::Output { .. }) => paced.min(again),
            _ => paced,
        }
    }

    /// In plain raw mode, a line that was dropped by `^C` has no answer: this stands for it.
    pub(super) fn was_dropped(&self) -> bool {
        matches!(
            (&self.receiver, self.sender, self.interrupt),
            (Receiver::Ok { .. }, Sender::Done, Interrupt::Asked { sent: 1.., .. })
        )
    }
}

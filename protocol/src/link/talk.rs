//! A script under way: what its two cursors share.

use core::time::Duration;

use super::{Desk, Turn, paste::Sender, reply::Receiver, reset::SETTLES};
use crate::{Config, Credit, FaultKind, Flow, Follows, Instant, Patience, Resets, Script};

/// How far apart the wake-ups of an endless patience are.
const WAKE_UP: Duration = Duration::from_secs(60);

/// How long a script that resets the board may take to say why it does not. What comes in that time may be the board's boot
/// already, and the program that runs then may never come to a prompt.
const RAISES: Duration = Duration::from_secs(1);

/// A script under way.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) sender: Sender,
    pub(super) receiver: Receiver,
    /// How its source goes.
    pub(super) flow: Flow,
    /// How many bytes of its source went.
    pub(super) sent: usize,
    /// The credit of the paste, from its header on.
    pub(super) credit: Option<Credit>,
    /// Whether the source was taken for complete before it was.
    pub(super) early: bool,
    pub(super) interrupt: Interrupt,
    /// Whether the script resets the board.
    pub(super) resets: Resets,
    /// Since when it is known to run.
    runs: Option<Instant>,
    /// The next paste's offer.
    pub(super) ahead: Ahead,
    /// Since when what is typed waits for more.
    pub(super) gathers: Option<Instant>,
    /// When something was typed: what the script left unread would spoil the next script.
    pub(super) typed: Option<Instant>,
}

/// The offer of the next paste, which may go along with the `^D` of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ahead {
    No,
    /// It goes if the board's window leaves room for it; in an open flow the next script may go with it.
    Wanted {
        independent: bool,
    },
    /// It went: its answer comes after this script's prompt.
    Sent,
    /// It went, and the next script may follow at once.
    Free,
}

/// The `^C` of a talk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Interrupt {
    No,
    Asked { sent: u32, again: Instant },
}

impl Talk {
    pub(super) const fn new(sender: Sender, receiver: Receiver) -> Self {
        Self {
            sender,
            receiver,
            flow: Flow::Windowed,
            sent: 0,
            credit: None,
            early: false,
            interrupt: Interrupt::No,
            resets: Resets::No,
            runs: None,
            ahead: Ahead::No,
            gathers: None,
            typed: None,
        }
    }

    /// Says what the script is like, for which this talk was begun.
    pub(super) fn prepare(&mut self, flow: Flow, script: &Script, config: &Config) {
        self.flow = flow;
        self.resets = script.resets();
        if script.has_more() && config.in_flight.is_none() && !matches!(self.receiver, Receiver::Ok { .. }) {
            self.ahead = Ahead::Wanted { independent: script.is_independent() };
        }
        self.settle_credit();
    }

    /// Once the window is known, decides whether an offer goes ahead, and what room the credit keeps for it.
    pub(super) const fn settle_credit(&mut self) {
        let Some(credit) = &mut self.credit else { return };
        if credit.window().get() < 5 {
            self.flow = Flow::Windowed;
            if matches!(self.ahead, Ahead::Wanted { .. }) {
                self.ahead = Ahead::No;
            }
        }
        credit.follow(if matches!(self.ahead, Ahead::No) { Follows::End } else { Follows::EndAndOffer });
    }

    /// Asks for `^C`, as soon as the script can be interrupted. Returns whether what was not written yet is void: the
    /// source of a paste that it ends, or what was typed into a script that does not read it.
    pub(super) const fn interrupt(&mut self) -> bool {
        let first = matches!(self.interrupt, Interrupt::No);
        if first {
            self.interrupt = Interrupt::Asked { sent: 0, again: Instant::EPOCH };
        }
        first && matches!(self.receiver, Receiver::Data | Receiver::Output { .. })
    }

    pub(super) fn poll(
        &mut self,
        now: Instant,
        stirred: Instant,
        desk: &mut Desk<'_>,
    ) -> Result<Turn, FaultKind> {
        if !matches!(self.interrupt, Interrupt::No) {
            if self.was_dropped() {
                return Ok(Turn::Dropped);
            }
            if self.send_interrupt(now, desk)? {
                return Ok(Turn::Send);
            }
        }
        if self.may_go_on() {
            return Ok(Turn::Next);
        }
        if let Some(turn) = self.send(now, desk) {
            return Ok(turn);
        }
        if self.send_typed(now, desk) {
            return Ok(Turn::Send);
        }
        let gone = self.is_gone_at(now);
        if gone.is_some_and(|gone| now >= gone) {
            return Ok(Turn::Reset);
        }
        let settled = stirred + SETTLES;
        let at_prompt = self.is_at_friendly_prompt();
        if at_prompt && now >= settled {
            return Ok(Turn::Reset);
        }
        let until = match self.patience(desk.script, desk.config) {
            Patience::Forever => now + WAKE_UP,
            Patience::For(time) if now >= stirred + time => return self.receiver.silent(time),
            Patience::For(time) => stirred + time,
        };
        let until = if at_prompt { until.min(settled) } else { until };
        let until = gone.map_or(until, |gone| until.min(gone));
        Ok(Turn::Wait(until.min(self.wake_up(now, desk))))
    }

    /// The next script may be asked for before this one's reply.
    const fn may_go_on(&self) -> bool {
        matches!((self.ahead, self.interrupt), (Ahead::Free, Interrupt::No))
    }

    /// The script may have started the whole board again, which then stands at its friendly prompt.
    fn is_at_friendly_prompt(&self) -> bool {
        matches!(&self.receiver, Receiver::Output { watch: Some(watch) } if watch.is_at_friendly_prompt())
    }

    /// When a script that resets the board has done so, if nothing else came of it.
    fn is_gone_at(&mut self, now: Instant) -> Option<Instant> {
        let runs = self.resets == Resets::Does && matches!(self.receiver, Receiver::Output { .. });
        runs.then(|| *self.runs.get_or_insert(now) + RAISES)
    }

    /// How long a write may take.
    pub(super) const fn write_patience(&self, script: &Script, config: &Config) -> Patience {
        match self.interrupt {
            Interrupt::No => self.patience(script, config),
            Interrupt::Asked { .. } => Patience::For(config.patience),
        }
    }

    /// How long a silence may be: the script's own patience counts while it runs.
    pub(super) const fn patience(&self, script: &Script, config: &Config) -> Patience {
        match (&self.receiver, script.asked_patience()) {
            (Receiver::Output { .. }, Some(patience)) => patience,
            _ => Patience::For(config.patience),
        }
    }

    /// The script gave this talk its end: whether the board is at a prompt that nothing can spoil.
    pub(super) const fn leaves_clean_prompt(&self) -> bool {
        self.typed.is_none() && matches!(self.interrupt, Interrupt::No) && self.receiver.is_at_raw_prompt()
    }

    /// Whether the end of the transport can be what the script did.
    pub(super) const fn may_end(&self) -> bool {
        !matches!(self.resets, Resets::No)
            && matches!(
                self.receiver,
                Receiver::Output { .. }
                    | Receiver::Error { .. }
                    | Receiver::Prompt { .. }
                    | Receiver::Reset { .. }
            )
    }
}

//! The conversation with a board's raw REPL, byte by byte.
//!
//! | phase | sent on entry | ends when | a fault is |
//! |---|---|---|---|
//! | `Lost` | - | the next run enters | - |
//! | `Enter` | `^C`; `^A`; the mark with its `^D`: each a write of its own | the mark's answer came whole | 5 s without it |
//! | `Ready` | - | a script is there | - |
//! | `Open` | - (the offer went along with the last `^D`) | a script is there: `Talk`, header | as there |
//! | `Talk`, header | `^E A ^A` | `R 01 lo hi 01` (paste), `R 00 >` or the raw banner twice (plain) | any other byte, the last two where source went ahead, a window of 0 or above 32767, silence |
//! | `Talk`, data | source, then one `^D`: windowed within the credit; open in slices with a look at what came before each | `04` | a byte other than `01`, a grant that nothing earned, silence |
//! | `Talk`, ok (plain raw mode) | source at the pace, then `^D` | `OK` | any other byte, silence |
//! | `Talk`, output | what is typed, at the pace; `^C` to interrupt | `04`, or a banner and a friendly prompt that stands for 1 s (a hard reset); 1 s without `04` where the script does nothing but reset: `Lost` | the script's patience, ten `^C` in vain |
//! | `Talk`, error | - | `04` | silence, more than 64 KiB |
//! | `Talk`, prompt | - | `>`; another byte begins a reset's text | `04`, `>` after an early end without an exception, silence |
//! | `Talk`, reset | - | the raw banner, or a banner and a friendly prompt | silence without a sign of a reset, more than 64 KiB |
//! | `Pair`: two `Talk`s | the second's source and its `^D`, as of an open flow | the first's prompt: `Talk` with the second; `^C` is asked for: `Talk` with the first | as for the first |
//! | `Leave` | `^B` | the friendly prompt, or its banner and a pause | silence |
//! | `Leave`, reset | `^D` at that prompt | the text of a soft reset, or a banner: `Lost` | silence |
//! | `Left` | - | the next run enters | - |
//!
//! `Talk` has two cursors: the sender (offer, data, end) and the receiver (header to prompt). Exactly one `^D` goes out
//! for each paste, at the end of its data or in answer to an early `04`: one more, on the empty line, is a soft reset.
//!
//! In an open flow a `Talk` whose `^D` and next offer went, and whose script is independent, asks for the next script: a
//! `Pair` reads the first, whose `^D` is out, and writes the second. Each keeps its own sender, so an early `04` of the one being read is
//! answered by a `^D` if its own did not go yet. A `Talk` that was the second of a `Pair` may have sent anything up to its
//! `^D` before the answer to its offer: what answers that source, where the offer itself was lost, is a fault.

mod desk;
mod enter;
mod heard;
mod leave;
mod paste;
mod phase;
mod reply;
mod reset;
mod talk;

use crate::{
    Board, Config, Fault, FaultKind, Flow, Instant, Patience, Reply, Script, control::CTRL_A, trace,
};
pub(crate) use desk::{Desk, News, Turn};
use enter::Enter;
pub(crate) use enter::Marked;
use heard::Heard;
use leave::Leave;
use paste::Sender;
use phase::Phase;
use reply::Receiver;
use talk::{Ahead, Interrupt, Talk};

/// The longest slice of source that goes out between two reads.
const SLICE: usize = 1024;

/// The machine.
#[derive(Debug)]
pub(crate) struct Link {
    phase: Phase,
    /// When a byte last went or came.
    stirred: Instant,
    heard: Heard,
    /// How often the raw banner answered an offer: once may be a stray byte on the line.
    banners: u8,
    /// How many times this link was entered; each attempt's mark differs.
    entries: u32,
    /// Whether a script was given up on this link: it may be what the next entry interrupts.
    gave_up: bool,
}

impl Link {
    pub(crate) const fn new() -> Self {
        Self {
            phase: Phase::Lost,
            stirred: Instant::EPOCH,
            heard: Heard::new(),
            banners: 0,
            entries: 0,
            gave_up: false,
        }
    }

    /// Forgets where the conversation was: the next thing is to enter.
    pub(crate) fn lose(&mut self) {
        self.gave_up |= self.is_under_way();
        self.set(Phase::Lost);
    }

    /// The same on another transport, where nothing was given up.
    pub(crate) fn forget(&mut self) {
        self.gave_up = false;
        self.set(Phase::Lost);
    }

    /// Returns whether a run left this link at a clean prompt.
    pub(crate) const fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Lost | Phase::Ready | Phase::Open(_) | Phase::Left)
    }

    /// Returns whether nothing but an offer went out for the script under way.
    pub(crate) const fn only_offered(&self) -> bool {
        matches!(
            &self.phase,
            Phase::Open(_) | Phase::Talk(Talk { sender: Sender::Offer | Sender::Offered, .. })
        )
    }

    pub(crate) fn enter(&mut self, now: Instant) {
        self.heard.clear();
        self.stirred = now;
        self.banners = 0;
        self.set(Phase::Enter(Enter::new(now)));
    }

    /// Starts a script; at the raw prompt only.
    pub(crate) fn start(&mut self, now: Instant, board: &Board, script: &Script, config: &Config) {
        self.stirred = now;
        let mut talk = if let Phase::Open(talk) = core::mem::replace(&mut self.phase, Phase::Ready) {
            talk
        } else if board.plain {
            Talk::new(Sender::Line { next: now }, Receiver::Ok { matched: 0 })
        } else {
            Talk::new(Sender::Offer, Receiver::header())
        };
        talk.prepare(board.next_flow(), script, config);
        self.set(Phase::Talk(talk));
    }

    /// Sends the next script behind the one under way, whose offer went ahead; at [`Turn::Next`] only.
    pub(crate) fn follow(&mut self, script: &Script, config: &Config) {
        let Phase::Talk(mut reads) = core::mem::replace(&mut self.phase, Phase::Lost) else { return };
        reads.ahead = Ahead::Sent;
        let mut writes = Talk::new(Sender::Look, Receiver::header());
        writes.prepare(Flow::Open, script, config);
        self.set(Phase::Pair { reads, writes });
    }

    /// Lets the next script wait for the reply of the one under way; at [`Turn::Next`] only.
    pub(crate) const fn hold(&mut self) {
        if let Phase::Talk(talk) = &mut self.phase {
            talk.ahead = Ahead::Sent;
        }
    }

    /// Returns whether a script is under way.
    pub(crate) const fn is_under_way(&self) -> bool {
        matches!(self.phase, Phase::Talk(_) | Phase::Pair { .. })
    }

    /// Leaves the raw REPL, and lets the board reset softly if it `resets`; an offer that is open is ended first, by entering
    /// once more.
    pub(crate) fn leave(&mut self, now: Instant, resets: bool) {
        self.stirred = now;
        let open = matches!(self.phase, Phase::Open(_));
        self.set(if open { Phase::Lost } else { Phase::Leave(Leave::new(resets)) });
    }

    /// Asks for `^C`, as soon as the script can be interrupted. Returns whether what was not written yet is void: the second of
    /// a pair is given up, since nobody can say what of it a `^C` throws away on its way.
    pub(crate) fn interrupt(&mut self) -> bool {
        let is_pair = matches!(self.phase, Phase::Pair { .. });
        if is_pair && let Phase::Pair { reads, .. } = core::mem::replace(&mut self.phase, Phase::Lost) {
            self.set(Phase::Talk(reads));
        }
        let Phase::Talk(talk) = &mut self.phase else { return false };
        talk.interrupt() || is_pair
    }

    /// Returns how long a write may take: what is typed into a running script waits as long as the script may, unless it
    /// is to be interrupted.
    pub(crate) const fn write_patience(&self, script: &Script, config: &Config) -> Patience {
        match &self.phase {
            Phase::Talk(talk) | Phase::Pair { reads: talk, .. } => talk.write_patience(script, config),
            Phase::Enter(_) => Patience::For(config.entry),
            Phase::Lost | Phase::Ready | Phase::Open(_) | Phase::Leave(_) | Phase::Left => {
                Patience::For(config.patience)
            }
        }
    }

    /// Takes note that bytes went.
    #[inline]
    pub(crate) const fn stir(&mut self, now: Instant) {
        self.stirred = now;
    }

    /// Says what comes next, and puts it in the (empty) outbox.
    pub(crate) fn poll(&mut self, now: Instant, desk: &mut Desk<'_>) -> Result<Turn, Fault> {
        let stirred = self.stirred;
        let turn = match &mut self.phase {
            Phase::Lost | Phase::Left => return Ok(Turn::Lost),
            Phase::Ready | Phase::Open(_) => return Ok(Turn::Ready),
            Phase::Enter(enter) => enter.poll(now, desk, &mut self.entries),
            Phase::Leave(leave) => leave.poll(now, stirred, desk),
            Phase::Talk(talk) => talk.poll(now, stirred, desk),
            Phase::Pair { reads, writes } => match reads.poll(now, stirred, desk) {
                Ok(Turn::Wait(until)) => {
                    Ok(writes.send(now, &mut desk.behind()).unwrap_or(Turn::Wait(until)))
                }
                turn => turn,
            },
        };
        match turn {
            Ok(Turn::Send) => self.stirred = now,
            Ok(Turn::Reset) => self.forget(),
            Ok(Turn::Dropped) => self.lose(),
            Ok(Turn::Left) => self.set(Phase::Left),
            Ok(Turn::Look | Turn::Next | Turn::Wait(_) | Turn::Ready | Turn::Lost) | Err(_) => {}
        }
        turn.map_err(|kind| self.fault(kind))
    }

    /// Says whether all that is to be done is to send source within the credit, and to take grants.
    pub(crate) const fn is_streaming(&self) -> bool {
        matches!(
            &self.phase,
            Phase::Talk(Talk {
                sender: Sender::Data { .. },
                receiver: Receiver::Data,
                flow: Flow::Windowed,
                credit: Some(_),
                interrupt: Interrupt::No,
                gathers: None,
                typed: None,
                ..
            })
        )
    }

    /// Returns how much source the credit allows. Only while it [streams](Self::is_streaming).
    #[inline]
    pub(crate) const fn room(&self) -> Option<usize> {
        let Phase::Talk(Talk { credit: Some(credit), .. }) = &self.phase else { return None };
        Some(credit.room())
    }

    /// Counts as sent so much of a source of this length, and says where it begins and how much it is; nothing if the end would
    /// go along. Only while it [streams](Self::is_streaming).
    #[inline]
    pub(crate) fn stream(&mut self, room: usize, length: usize) -> Option<(usize, usize)> {
        let Phase::Talk(Talk { credit: Some(credit), sent, .. }) = &mut self.phase else { return None };
        let (at, piece) = (*sent, room.min(SLICE));
        if at + piece >= length {
            return None;
        }
        credit.sent(piece);
        *sent = at + piece;
        Some((at, piece))
    }

    /// Returns how much of the script under way was sent. Only while it [streams](Self::is_streaming).
    pub(crate) const fn sent(&self) -> usize {
        if let Phase::Talk(Talk { sent, .. }) = &self.phase { *sent } else { 0 }
    }

    /// Takes a grant, if it was earned. Only while it [streams](Self::is_streaming).
    #[inline]
    pub(crate) fn take_grant(&mut self) -> bool {
        let Phase::Talk(Talk { credit: Some(credit), .. }) = &mut self.phase else { return false };
        let mut after = *credit;
        let earned = after.grant();
        if earned {
            *credit = after;
        }
        earned
    }

    /// Takes note that so many grants came.
    pub(crate) fn heard_grants(&mut self, count: usize) {
        self.heard.add_times(CTRL_A, count);
    }

    /// Returns when a byte last went or came.
    pub(crate) const fn stirred(&self) -> Instant {
        self.stirred
    }

    /// Takes from `bytes` up to the next piece of news; `None` when all are taken.
    pub(crate) fn read<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<News<'a>>, Fault> {
        while !bytes.is_empty() {
            let before = *bytes;
            let news = match &mut self.phase {
                // Nobody asked: text of another thread, or late bytes of a cancelled run.
                Phase::Lost | Phase::Ready | Phase::Left => {
                    *bytes = &[];
                    Ok(None)
                }
                Phase::Enter(enter) => Ok(enter.read(bytes, self.gave_up)),
                Phase::Leave(leave) => Ok(leave.read(bytes)),
                Phase::Open(talk) | Phase::Talk(talk) | Phase::Pair { reads: talk, .. } => {
                    talk.read(bytes, &mut self.banners)
                }
            };
            self.heard.add(&before[..before.len() - bytes.len()]);
            match news {
                Ok(None) => {}
                Ok(Some(news)) => {
                    self.settle(&news);
                    return Ok(Some(news));
                }
                Err(kind) => {
                    // What follows may tell what it is.
                    self.heard.add(&bytes[..bytes.len().min(Heard::LIMIT / 2)]);
                    return Err(self.fault(kind));
                }
            }
        }
        Ok(None)
    }

    /// The transport ended.
    pub(crate) fn closed(&mut self) -> Result<Reply, Fault> {
        let resets = match &self.phase {
            Phase::Talk(talk) | Phase::Pair { reads: talk, .. } => talk.may_end(),
            Phase::Leave(leave) => leave.may_end(),
            Phase::Lost | Phase::Enter(_) | Phase::Ready | Phase::Open(_) | Phase::Left => false,
        };
        let fault = self.fault(FaultKind::Closed);
        self.forget();
        if resets { Ok(Reply::Closed) } else { Err(fault) }
    }

    /// Moves to the phase that the news leads to.
    fn settle(&mut self, news: &News<'_>) {
        let next = match news {
            News::Output(_) => return,
            News::Plain | News::Entered(_) => Phase::Ready,
            News::Left => Phase::Left,
            News::Restarted => Phase::Lost,
            News::Replied(_) => self.after_reply(),
        };
        if matches!(news, News::Entered(_)) {
            self.heard.clear();
            self.gave_up = false;
        }
        self.set(next);
    }

    /// The phase after a reply: where nothing disturbed it, with the second of a pair or at the prompt.
    fn after_reply(&mut self) -> Phase {
        let phase = core::mem::replace(&mut self.phase, Phase::Lost);
        if let Phase::Talk(talk) = &phase
            && talk.leaves_clean_prompt()
        {
            return match talk.ahead {
                Ahead::Sent | Ahead::Free => Phase::Open(Talk::new(Sender::Offered, Receiver::header())),
                Ahead::No | Ahead::Wanted { .. } => Phase::Ready,
            };
        }
        match phase {
            Phase::Pair { reads, writes } if reads.leaves_clean_prompt() => Phase::Talk(writes),
            Phase::Lost
            | Phase::Enter(_)
            | Phase::Ready
            | Phase::Open(_)
            | Phase::Talk(_)
            | Phase::Pair { .. }
            | Phase::Leave(_)
            | Phase::Left => Phase::Lost,
        }
    }

    pub(crate) fn fault(&self, kind: FaultKind) -> Fault {
        Fault { kind, phase: self.phase.name(), heard: self.heard.to_vec() }
    }

    fn set(&mut self, phase: Phase) {
        trace::phase(self.phase.name(), phase.name());
        self.phase = phase;
    }
}

//! From script to script: probes first, then helpers, then the operation's own.

use core::ops::ControlFlow;

use super::{Run, writing::Writing};
use crate::{
    Error, Exception, FaultKind, Instant, Leaves, Operation, Reply,
    link::News,
    ops::{NO_MEMORY, Probe},
    session::Whose,
};

/// What the script under way is for.
#[derive(Debug)]
pub(super) enum Stage {
    /// The next script is to be asked for.
    Next,
    /// A script is to be run, or runs: a probe's, or the operation's own.
    Script {
        probe: Option<Probe>,
        /// Whether it cannot be sent again: it printed something, or followed another that was under way.
        once: bool,
        /// How often it was sent before in vain.
        sent: u8,
    },
    /// A script of the operation's runs, and its next one is written: sent already, or held until this one's reply.
    Pair,
    /// The helpers that it calls are being defined.
    Define {
        probe: Option<Probe>,
        sent: u8,
    },
    /// The board is being left.
    Leave,
    Ended,
}

impl<O: Operation> Run<'_, O> {
    /// At the raw prompt: starts the script that is due.
    pub(super) fn advance(&mut self, now: Instant) {
        self.eventful = true;
        let started = if self.interrupted { Err(Exception::interrupted().into()) } else { self.start(now) };
        if let Err(error) = started {
            self.end(Err(error));
        }
    }

    fn start(&mut self, now: Instant) -> Result<(), Error> {
        if matches!(self.stage, Stage::Next) {
            self.write_script()?;
        }
        let session = &mut *self.session;
        if let Stage::Script { probe, sent, .. } = &mut self.stage
            && session.lacks_helpers(*sent > 0)
        {
            self.stage = Stage::Define { probe: probe.take(), sent: *sent };
        }
        session.whose = match self.stage {
            Stage::Define { .. } => Whose::Definition,
            Stage::Script { probe: None, .. } | Stage::Pair => Whose::Operation,
            Stage::Script { .. } | Stage::Next | Stage::Leave | Stage::Ended => Whose::Probe,
        };
        let script = if session.whose == Whose::Definition { &session.definition } else { &session.script };
        if let Some(leaves) = script.leaves() {
            self.stage = Stage::Leave;
            session.link.leave(now, leaves == Leaves::Reset);
            return Ok(());
        }
        if session.board.plain {
            script.check_plain(session.config.plain_limit)?;
        }
        session.link.start(now, &session.board, script, &session.config);
        Ok(())
    }

    /// In an open flow: asks the operation for the next script before the reply of the one under way.
    pub(super) fn go_on(&mut self) {
        self.eventful = true;
        let is_own = matches!(self.stage, Stage::Script { probe: None, .. });
        if !is_own || self.interrupted || self.ending.is_some() {
            return self.session.link.hold();
        }
        let session = &mut *self.session;
        session.next.clear_ahead(session.board.quoting());
        let written = self.operation.script(&session.board, &mut session.next);
        if written.is_ok() {
            self.stage = Stage::Pair;
        }
        if session.next.says_windowed() {
            session.narrow();
        }
        if written.is_ok() && session.may_follow() {
            session.link.follow(&session.next, &session.config);
        } else {
            session.link.hold();
        }
        if let Err(error) = written {
            self.finish(Err(error));
        }
    }

    /// Writes the next script: a probe's, if the operation needs to know something, or its own.
    fn write_script(&mut self) -> Result<(), Error> {
        let session = &mut *self.session;
        let mut probe = Probe::first(self.operation.needs(), &session.board);
        session.script.clear(session.board.quoting());
        match &mut probe {
            Some(probe) => {
                probe.script(&mut session.board, &mut session.script)?;
                session.script.more();
            }
            None => {
                let begun = core::mem::replace(&mut self.begun, true);
                session.script.at(!begun, session.defined.is_empty());
                self.operation.script(&session.board, &mut session.script)?;
            }
        }
        if session.script.says_windowed() {
            session.narrow();
        }
        self.stage = Stage::Script { probe, once: false, sent: 0 };
        Ok(())
    }

    pub(super) fn take(&mut self, news: News<'_>) {
        self.eventful = true;
        match news {
            News::Entered(marked) => {
                if marked.nonce != self.session.config.nonce {
                    self.session.defined.clear();
                }
                self.events.entered = Some(marked);
            }
            News::Output(bytes) => self.output(bytes),
            News::Replied(reply) => {
                self.session.board.answered();
                self.replied(reply);
            }
            News::Left => self.replied(Reply::Finished),
            News::Restarted => self.replied(Reply::Reset),
            News::Plain => {
                self.session.board.plain = true;
                self.events.plain = true;
                self.write_for_plain();
            }
        }
    }

    /// There is no raw paste after all: definitions are written again, and a script that was quoted for a paste is.
    fn write_for_plain(&mut self) {
        let limit = self.session.config.plain_limit;
        let fits = self.session.script.check_plain(limit).is_ok();
        self.stage = match core::mem::replace(&mut self.stage, Stage::Next) {
            Stage::Script { probe, once, sent } if fits => Stage::Script { probe, once, sent },
            Stage::Define { probe, sent } if fits => Stage::Script { probe, once: false, sent },
            // It takes an answered paste to have two.
            Stage::Script { .. } | Stage::Pair | Stage::Define { .. } | Stage::Next => Stage::Next,
            stage @ (Stage::Leave | Stage::Ended) => stage,
        };
        // What the operation wrote last was not sent.
        self.begun &= !matches!(self.stage, Stage::Next);
    }

    fn output(&mut self, bytes: &[u8]) {
        let probe = match &mut self.stage {
            Stage::Script { probe, once, .. } => {
                *once = true;
                probe.as_mut()
            }
            Stage::Pair => None,
            Stage::Next | Stage::Define { .. } | Stage::Leave | Stage::Ended => return,
        };
        if self.ending.is_some() {
            return;
        }
        let taken = match probe {
            Some(probe) => probe.output(bytes),
            None => self.operation.output(bytes, &mut self.session.stdin),
        };
        if let Err(error) = taken {
            self.ending = Some(Err(error));
            if self.session.interrupt() {
                (self.writing, self.flushing) = (Writing::Idle, None);
            }
        }
    }

    /// The script under way ended.
    pub(super) fn replied(&mut self, reply: Reply) {
        self.eventful = true;
        if matches!(reply, Reply::Reset | Reply::Closed) || self.session.current().wipes() {
            self.session.defined.clear();
        }
        if let Some(ending) = self.ending.take() {
            return self.finish(ending);
        }
        match (core::mem::replace(&mut self.stage, Stage::Next), self.amiss(&reply)) {
            // That it does not arrive is what a self-test may find out.
            (
                stage @ Stage::Script { probe: Some(Probe::EightBit(_)), sent: 2.., .. },
                Some(Amiss::Damaged),
            ) => {
                self.answered(stage, reply);
            }
            (Stage::Script { probe, once: false, sent } | Stage::Define { probe, sent }, Some(amiss)) => {
                self.send_again(probe, sent, amiss)
            }
            (stage, amiss) => {
                if matches!(amiss, Some(Amiss::Reset)) {
                    self.session.defined.clear();
                }
                self.answered(stage, reply);
            }
        }
    }

    /// A script of the engine's own did nothing. It is sent again, the second time with its helpers defined afresh: a
    /// definition may have arrived damaged, too.
    fn send_again(&mut self, probe: Option<Probe>, sent: u8, amiss: Amiss) {
        if sent > 0 || matches!(amiss, Amiss::Reset) {
            self.session.defined.clear();
        }
        if sent < 2 {
            self.stage = Stage::Script { probe, once: false, sent: sent + 1 };
            return;
        }
        let fault = self.session.link.fault(FaultKind::Damaged);
        self.session.give_up();
        self.end(Err(fault.into()));
    }

    /// The script that `stage` says got its reply.
    fn answered(&mut self, stage: Stage, reply: Reply) {
        match stage {
            Stage::Define { probe, sent } => match reply.finished() {
                Ok(()) => {
                    self.session.has_helpers();
                    self.stage = Stage::Script { probe, once: false, sent };
                }
                Err(Error::Exception(exception)) if exception.kind == "MemoryError" => {
                    if self.session.defines_fewer() {
                        self.stage = Stage::Script { probe, once: false, sent };
                    } else {
                        self.end(Err(NO_MEMORY.into()));
                    }
                }
                Err(error) => self.end(Err(error)),
            },
            Stage::Script { probe: Some(mut probe), .. } => {
                if let Err(error) = probe.reply(reply, &mut self.session.board) {
                    self.end(Err(error));
                }
            }
            Stage::Script { probe: None, .. } | Stage::Leave => self.tell(reply),
            Stage::Pair => {
                self.session.turn_over();
                // If it is not under way, it was held, or went down with the board; then it is sent now.
                let once = self.session.link.is_under_way();
                self.stage = Stage::Script { probe: None, once, sent: 0 };
                self.tell(reply);
            }
            Stage::Next => {}
            Stage::Ended => self.stage = Stage::Ended,
        }
    }

    fn tell(&mut self, reply: Reply) {
        match self.operation.reply(reply) {
            Ok(ControlFlow::Break(output)) => self.finish(Ok(output)),
            Ok(ControlFlow::Continue(())) => {}
            Err(error) => self.finish(Err(error)),
        }
    }

    /// Says why a script of the engine's own may be worth sending once more.
    fn amiss(&self, reply: &Reply) -> Option<Amiss> {
        let Reply::Exception(exception) = reply else { return None };
        if self.session.whose == Whose::Definition {
            // For too little memory there is another remedy.
            let damaged = !exception.is_interrupt() && exception.kind != "MemoryError";
            return damaged.then_some(Amiss::Damaged);
        }
        let own = !self.session.script.helpers().is_empty();
        if own && exception.is_damage() {
            return Some(Amiss::Damaged);
        }
        (own && exception.lacks_helper()).then_some(Amiss::Reset)
    }
}

/// What may be amiss with a script of the engine's own that raised.
enum Amiss {
    /// Its bytes did not arrive as they are, and it did nothing.
    Damaged,
    /// The board was reset behind our back, and no longer has the helpers that it calls.
    Reset,
}

//! From script to script: probes first, then helpers, then the operation's own.

use core::ops::ControlFlow;

use super::{Run, writing::Writing};
use crate::{Error, Exception, FaultKind, Instant, Operation, Reply, link::News, ops::Probe, session::Whose};

/// What the script under way is for.
#[derive(Debug)]
pub(super) enum Stage {
    /// The next script is to be asked for.
    Next,
    /// A script is to be run, or runs: a probe's, or the operation's own.
    Script {
        probe: Option<Probe>,
        /// Whether it printed anything, so that it cannot be sent again.
        printed: bool,
        /// How often it was sent before in vain.
        sent: u8,
    },
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
            Stage::Script { probe: None, .. } => Whose::Operation,
            Stage::Script { .. } | Stage::Next | Stage::Leave | Stage::Ended => Whose::Probe,
        };
        let script = if session.whose == Whose::Definition { &session.definition } else { &session.script };
        if script.leaves() {
            self.stage = Stage::Leave;
            session.link.leave(now);
            return Ok(());
        }
        if session.board.plain {
            script.check_plain(session.config.plain_limit)?;
        }
        session.link.start(now, session.board.plain, script, &session.config);
        Ok(())
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
        self.stage = Stage::Script { probe, printed: false, sent: 0 };
        Ok(())
    }

    pub(super) fn take(&mut self, news: News<'_>) {
        match news {
            News::Entered(marked) => {
                if marked.nonce != self.session.config.nonce {
                    self.session.defined.clear();
                }
                self.events.entered = Some(marked);
            }
            News::Output(bytes) => self.output(bytes),
            News::Replied(reply) => self.replied(reply),
            News::Left => self.replied(Reply::Finished),
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
            Stage::Script { probe, printed, sent } if fits => Stage::Script { probe, printed, sent },
            Stage::Define { probe, sent } if fits => Stage::Script { probe, printed: false, sent },
            Stage::Script { .. } | Stage::Define { .. } | Stage::Next => Stage::Next,
            stage @ (Stage::Leave | Stage::Ended) => stage,
        };
        // What the operation wrote last was not sent.
        self.begun &= !matches!(self.stage, Stage::Next);
    }

    fn output(&mut self, bytes: &[u8]) {
        let Stage::Script { probe, printed, .. } = &mut self.stage else { return };
        *printed = true;
        if self.failed.is_some() {
            return;
        }
        let taken = match probe {
            Some(probe) => probe.output(bytes),
            None => self.operation.output(bytes, &mut self.session.stdin),
        };
        if let Err(error) = taken {
            self.failed = Some(error);
            if self.session.interrupt() {
                self.writing = Writing::Idle;
            }
        }
    }

    /// The script under way ended.
    pub(super) fn replied(&mut self, reply: Reply) {
        if matches!(reply, Reply::Reset | Reply::Closed) || self.session.current().wipes() {
            self.session.defined.clear();
        }
        if let Some(error) = self.failed.take() {
            return self.end(Err(error));
        }
        match (core::mem::replace(&mut self.stage, Stage::Next), self.amiss(&reply)) {
            // That it does not arrive is what a self-test may find out.
            (
                stage @ Stage::Script { probe: Some(Probe::EightBit(_)), sent: 2.., .. },
                Some(Amiss::Damaged),
            ) => {
                self.answered(stage, reply);
            }
            (Stage::Script { probe, printed: false, sent } | Stage::Define { probe, sent }, Some(amiss)) => {
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
            self.stage = Stage::Script { probe, printed: false, sent: sent + 1 };
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
                    self.stage = Stage::Script { probe, printed: false, sent };
                }
                Err(error) => self.end(Err(error)),
            },
            Stage::Script { probe: Some(mut probe), .. } => {
                if let Err(error) = probe.reply(reply, &mut self.session.board) {
                    self.end(Err(error));
                }
            }
            Stage::Script { probe: None, .. } | Stage::Leave => match self.operation.reply(reply) {
                Ok(ControlFlow::Break(output)) => self.end(Ok(output)),
                Ok(ControlFlow::Continue(())) => {}
                Err(error) => self.end(Err(error)),
            },
            Stage::Next => {}
            Stage::Ended => self.stage = Stage::Ended,
        }
    }

    /// Says why a script of the engine's own may be worth sending once more.
    fn amiss(&self, reply: &Reply) -> Option<Amiss> {
        let Reply::Exception(exception) = reply else { return None };
        if self.session.whose == Whose::Definition && !exception.is_interrupt() {
            return Some(Amiss::Damaged);
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

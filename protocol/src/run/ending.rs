//! How a run ends.

use core::time::Duration;

use super::{Next, Run, stage::Stage};
use crate::{Error, Fault, FaultKind, Flow, Operation};

impl<O: Operation> Run<'_, O> {
    /// Says that the transport failed, which ends the run. Returns its result if that is how it was to end: a board on USB
    /// that resets takes its port along ([`Reply::Closed`](crate::Reply::Closed)). If not, the transport's error is what the run ends with.
    pub fn failed(mut self) -> Option<O::Output> {
        self.closed();
        loop {
            match self.look(self.now) {
                // What it is that nobody can be told any more.
                Next::Event(_) => {}
                Next::Done => return self.outcome?.ok(),
                Next::Write(_) | Next::Flush(..) | Next::Read(_) => return None,
            }
        }
    }

    pub(super) fn end(&mut self, outcome: Result<O::Output, Error>) {
        if matches!(&outcome, Err(Error::Fault(fault)) if fault.kind != FaultKind::Closed)
            && self.session.board.next_flow() == Flow::Open
        {
            self.session.narrow();
        }
        self.eventful = true;
        // How the operation ended says more than how its scripts then did.
        self.outcome = Some(self.ending.take().unwrap_or(outcome));
    }

    /// The operation has ended; the run does when no script is under way any more.
    pub(super) fn finish(&mut self, outcome: Result<O::Output, Error>) {
        if self.session.link.is_under_way() {
            self.ending = Some(outcome);
        } else {
            self.end(outcome);
        }
    }

    pub(super) fn stuck(&mut self, patience: Duration) {
        let fault = self.session.link.fault(FaultKind::Stuck(patience));
        self.session.give_up();
        self.end(Err(fault.into()));
    }

    /// The link failed. Where an earlier run left it at a prompt and only an offer went out since, something else may
    /// have talked to the board: then it is entered afresh, once.
    pub(super) fn fault(&mut self, fault: Fault) {
        let fresh = self.entered || !self.session.link.only_offered();
        self.session.give_up();
        if fresh {
            self.end(Err(fault.into()));
        }
    }

    pub(super) fn closed(&mut self) {
        self.end_stream();
        if self.outcome.is_some() || matches!(self.stage, Stage::Ended) {
            return;
        }
        match self.session.closed() {
            Ok(reply) => self.replied(reply),
            Err(fault) => self.end(Err(fault.into())),
        }
    }
}

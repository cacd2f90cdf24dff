//! The middle of a windowed paste: a grant comes, source goes, and there is nothing else to look at.
//!
//! Nearly all steps of a large put are of this kind. [`look`](Run::look) would find in vain at each of them that nothing
//! else is due, and copy the source to the outbox; this lends the driver the source itself, at a sixth of the instructions
//! (`.ci/callgrind` counts them). At everything else that happens it stands back, and the outbox takes what was lent and is not written. A
//! poll without news goes through `look`, so that a driver which polls twice, as `testing::drive` does, compares the two.

use super::{
    Run, Step,
    writing::{WRITE, Writing},
};
use crate::{Instant, Operation, control::CTRL_A};

/// Whether the last step was one in the middle of a windowed paste, and only grants came since.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    No,
    Yes(Lent),
}

/// A piece of the script under way that counts as sent, and is lent to the driver.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lent {
    at: usize,
    length: usize,
    /// How much of it goes in one write.
    offered: usize,
    /// How many grants came, of which nothing was noted yet.
    grants: usize,
}

impl<O: Operation> Run<'_, O> {
    /// Takes notice that the wait that was just found is one for a grant in the middle of a windowed paste, if it is.
    pub(super) fn begin_stream(&mut self) {
        if !self.eventful && self.outcome.is_none() && self.session.is_streaming() {
            self.stream = Stream::Yes(Lent::default());
        }
    }

    /// Ends it: something else is to be looked at.
    pub(super) fn end_stream(&mut self) {
        let Stream::Yes(lent) = core::mem::replace(&mut self.stream, Stream::No) else { return };
        self.session.link.heard_grants(lent.grants);
        if lent.length > 0 {
            let since = self.session.link.stirred();
            self.writing = Writing::Asked { since, until: since + WRITE };
            self.session.keep(lent.at);
        }
    }

    /// Says until when the next write or read may take, if it is more source or the wait for a grant, and which of them.
    #[inline]
    pub(super) fn stream(&mut self, now: Instant) -> Option<(bool, Instant)> {
        let Stream::Yes(lent) = &mut self.stream else { return None };
        let session = &mut *self.session;
        if !session.stirred {
            return None;
        }
        if lent.length == 0 {
            let room = session.link.room()?;
            if room == 0 {
                session.stirred = false;
                session.link.stir(now);
                return Some((false, now + session.config.patience));
            }
            (lent.at, lent.length) = session.link.stream(room, session.current().source().len())?;
        }
        session.stirred = false;
        session.link.stir(now);
        lent.offered = lent.length.min(session.config.policy.coalesce);
        Some((true, now + WRITE))
    }

    /// Returns the write of what is lent.
    #[inline]
    pub(super) fn lend(&self, until: Instant) -> Step<'_, O::Output> {
        let Stream::Yes(Lent { at, offered, .. }) = self.stream else { return Step::Read { until } };
        Step::Write { bytes: &self.session.current().source()[at..][..offered], until }
    }

    /// The driver wrote so much of what is lent; says whether it was of that.
    #[inline]
    pub(super) fn stream_wrote(&mut self, n: usize) -> bool {
        match &mut self.stream {
            Stream::Yes(lent) if lent.length > 0 && n > 0 => {
                let n = n.min(lent.offered);
                (lent.at, lent.length) = (lent.at + n, lent.length - n);
                true
            }
            Stream::Yes(_) | Stream::No => false,
        }
    }

    /// Takes grants from the front of `bytes`.
    #[inline]
    pub(super) fn take_grants(&mut self, bytes: &mut &[u8]) {
        while let ([CTRL_A, rest @ ..], Stream::Yes(lent)) = (*bytes, &mut self.stream)
            && self.session.link.take_grant()
        {
            lent.grants += 1;
            *bytes = rest;
        }
    }
}

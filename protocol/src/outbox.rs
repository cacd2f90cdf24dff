//! Bytes become batches, batches end in flush points.

use core::fmt;

use alloc::vec::Vec;

use crate::{Cause, Holds, Instant, Policy};

/// What is to be written, and what of the written the transport still holds back: which batches to write, and when to flush.
///
/// A [`Run`](crate::Run) has one and asks it by itself; it is for those who carry bytes of their own, and for tests of a
/// policy. Write [`batch`](Self::batch), say [`wrote`](Self::wrote), and look at [`due`](Self::due) before each write and
/// before each wait.
pub struct Outbox {
    bytes: Vec<u8>,
    /// So many of them were written.
    gone: usize,
    holds: Holds,
    policy: Policy,
    held: Held,
}

/// Room for what the engine puts in at once: a slice of 1 KiB, a `^D`, an offer.
const ROOM: usize = 1024 + 64;

/// What the transport holds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Nothing,
    /// So many bytes, the first of them since then.
    Bytes {
        count: usize,
        since: Instant,
    },
}

impl Outbox {
    /// Returns one with nothing in it, for a transport that holds back this.
    #[must_use]
    pub fn new(holds: Holds, policy: Policy) -> Self {
        Self { bytes: Vec::with_capacity(ROOM), gone: 0, holds, policy, held: Held::Nothing }
    }

    /// Appends bytes that are to be written.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        if self.gone > 0 {
            self.bytes.drain(..core::mem::take(&mut self.gone));
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns whether everything was written.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns what is to be written next: as much as goes together, and no more than the threshold leaves room for. It
    /// is empty only if nothing is to be written, or a flush is [due](Self::due) first.
    #[must_use]
    #[inline]
    pub fn batch(&self) -> &[u8] {
        let room = match (self.holds, self.held) {
            (Holds::Nothing, _) => usize::MAX,
            (Holds::UntilFlush, Held::Nothing) => self.policy.threshold,
            (Holds::UntilFlush, Held::Bytes { count, .. }) => self.policy.threshold.saturating_sub(count),
        };
        let rest = &self.bytes[self.gone..];
        &rest[..rest.len().min(self.policy.coalesce).min(room)]
    }

    /// Takes note that the first `n` bytes of the batch went, clamped to its length.
    #[inline]
    pub fn wrote(&mut self, n: usize, now: Instant) {
        let n = n.min(self.batch().len());
        self.gone += n;
        if self.gone == self.bytes.len() {
            self.clear();
        }
        if n > 0 && self.holds == Holds::UntilFlush {
            self.held = match self.held {
                Held::Nothing => Held::Bytes { count: n, since: now },
                Held::Bytes { count, since } => Held::Bytes { count: count + n, since },
            };
        }
    }

    /// Says whether a flush is due before the next write, and by which rule.
    #[must_use]
    #[inline]
    pub fn due(&self, now: Instant) -> Option<Cause> {
        match self.held {
            Held::Bytes { count, .. } if count >= self.policy.threshold => Some(Cause::Threshold),
            Held::Bytes { since, .. } if now >= since + self.policy.interval => Some(Cause::Interval),
            Held::Bytes { .. } | Held::Nothing => None,
        }
    }

    /// Returns when a flush is due whatever is written until then; a write that waits must not wait longer.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        match self.held {
            Held::Bytes { since, .. } => Some(since + self.policy.interval),
            Held::Nothing => None,
        }
    }

    /// Returns whether the transport holds anything back: then a flush ([`Cause::Forced`]) comes before a wait for an
    /// answer.
    #[must_use]
    pub const fn holds_back(&self) -> bool {
        matches!(self.held, Held::Bytes { .. })
    }

    /// Takes note that the transport was flushed.
    pub const fn flushed(&mut self) {
        self.held = Held::Nothing;
    }

    /// Throws away what was not written yet; what the transport holds back, it still does.
    #[inline]
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.gone = 0;
    }
}

impl fmt::Debug for Outbox {
    /// Never shows the bytes: they are the contents of files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("bytes", &(self.bytes.len() - self.gone))
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_epoch(Duration::from_millis(ms))
    }

    fn policies() -> impl Strategy<Value = Policy> {
        (1..5000_usize, 1..300_u64, 1..2000_usize).prop_map(|(threshold, interval, coalesce)| {
            let mut policy = Policy::UNIX;
            (policy.threshold, policy.coalesce) = (threshold, coalesce);
            policy.interval = Duration::from_millis(interval);
            policy
        })
    }

    proptest! {
        /// Whatever is pushed, however little is taken and whenever: the bytes come out once, in order; what is held
        /// stays below the threshold and the interval; a bare transport is never flushed.
        #[test]
        fn bytes_come_out_once_in_order_and_are_not_held_for_long(
            policy in policies(),
            holds in any::<bool>(),
            turns in prop::collection::vec((0..700_usize, 1..900_usize, 0..40_u64), 1..200),
        ) {
            let holds = if holds { Holds::UntilFlush } else { Holds::Nothing };
            let mut outbox = Outbox::new(holds, policy);
            let (mut now, mut pushed, mut came) = (0, 0_u32, Vec::new());
            let (mut held, mut oldest) = (0, None);
            let mut forced = 0;
            for (more, takes, later) in turns {
                outbox.push(&(pushed..).take(more).map(|at| at as u8).collect::<Vec<_>>());
                pushed += more as u32;
                loop {
                    if outbox.due(at(now)).is_some() {
                        prop_assert!(holds == Holds::UntilFlush && held > 0);
                        outbox.flushed();
                        (held, oldest) = (0, None);
                        continue;
                    }
                    let batch = outbox.batch();
                    if batch.is_empty() {
                        break;
                    }
                    prop_assert!(batch.len() <= policy.coalesce);
                    let n = batch.len().min(takes);
                    came.extend_from_slice(&batch[..n]);
                    outbox.wrote(n, at(now));
                    if holds == Holds::UntilFlush {
                        held += n;
                        oldest.get_or_insert(now);
                        prop_assert!(held <= policy.threshold);
                    }
                    let until = outbox.deadline().unwrap_or_else(|| at(u64::MAX / 2));
                    prop_assert!(oldest.is_none_or(|oldest| until == at(oldest) + policy.interval));
                    now = if at(now + later) < until { now + later } else { now.max(oldest.unwrap_or(now)) };
                }
                prop_assert!(outbox.is_empty());
                // Now it would wait for an answer.
                if outbox.holds_back() {
                    forced += 1;
                    outbox.flushed();
                    (held, oldest) = (0, None);
                }
                prop_assert_eq!(held, 0);
            }
            prop_assert!(holds == Holds::UntilFlush || forced == 0);
            prop_assert_eq!(came, (0..pushed).map(|at| at as u8).collect::<Vec<_>>());
        }
    }
}

use core::{
    fmt,
    ops::{Add, AddAssign},
    time::Duration,
};

/// A point in time, as a duration since an epoch of the driver's choosing.
///
/// The engine reads no clock: a driver takes its start as the epoch and hands in the time that went since
/// ([`from_epoch`](Self::from_epoch)). It must never go backwards. It counts nanoseconds, and 584 years of them.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The epoch itself.
    pub const EPOCH: Self = Self(0);

    /// The end of time.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// Returns the instant that lies `elapsed` after the epoch, the last one if that is too far.
    #[must_use]
    pub const fn from_epoch(elapsed: Duration) -> Self {
        Self(nanoseconds(elapsed))
    }

    /// Returns the time since the epoch.
    #[must_use]
    pub const fn since_epoch(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// Returns the time from `earlier` to here, zero if `earlier` is later.
    #[must_use]
    pub const fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

const fn nanoseconds(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1_000_000_000).saturating_add(time.subsec_nanos() as u64)
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Instant").field(&self.since_epoch()).finish()
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(nanoseconds(rhs)))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}

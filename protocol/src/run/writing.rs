//! How long a write or a flush may take.

use core::time::Duration;

use crate::Instant;

/// How long a write may take before the engine reads in between: a board that echoes may be waiting for us to read.
pub(super) const WRITE: Duration = Duration::from_millis(250);
/// How long it reads then.
const LISTEN: Duration = Duration::from_millis(50);

/// The write or flush that a driver was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Writing {
    Idle,
    /// Asked for since `since`, to be done by `until`.
    Asked {
        since: Instant,
        until: Instant,
    },
    /// Nothing went: a read, until `until`.
    Listening {
        since: Instant,
        until: Instant,
    },
}

/// What the driver is asked for.
pub(super) enum Ask {
    /// To do it, by then.
    Done(Instant),
    /// To read first, until then.
    Read(Instant),
    /// Nothing went for the whole patience.
    Stuck,
}

impl Writing {
    #[inline]
    pub(super) fn ask(&mut self, now: Instant, flushes: bool, patience: impl Fn() -> Duration) -> Ask {
        let allowed = || if flushes { patience() } else { WRITE };
        *self = match *self {
            Self::Idle => Self::Asked { since: now, until: now + allowed() },
            Self::Asked { since, until } | Self::Listening { since, until }
                if now >= until && (flushes || now >= since + patience()) =>
            {
                *self = Self::Idle;
                return Ask::Stuck;
            }
            Self::Asked { since, until } if now >= until => Self::Listening { since, until: now + LISTEN },
            Self::Listening { since, until } if now >= until => Self::Asked { since, until: now + allowed() },
            unchanged @ (Self::Asked { .. } | Self::Listening { .. }) => unchanged,
        };
        match *self {
            Self::Listening { until, .. } => Ask::Read(until),
            Self::Asked { until, .. } => Ask::Done(until),
            Self::Idle => Ask::Stuck,
        }
    }

    /// Bytes came while it listened: the write is worth trying at once.
    pub(super) fn heard(&mut self, now: Instant) {
        if let Self::Listening { since, .. } = *self {
            *self = Self::Asked { since, until: now + WRITE };
        }
    }
}

use core::ops::Range;

use crate::{Config, Holds, Policy, Session};

/// A transport, as far as the engine is told of it: what it holds back, and under which preset.
///
/// A test of yours that runs on [`all`](Self::ALL) has met every flush that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// It holds nothing back, and no preset makes a difference.
    Bare,
    /// It holds back, under [`Policy::WINDOWS`].
    Windows,
    /// It holds back, under [`Policy::UNIX`].
    Unix,
}

impl Transport {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Bare, Self::Windows, Self::Unix];

    /// Returns the default configuration, for this transport.
    #[must_use]
    pub fn config(self) -> Config {
        let (holds, policy) = match self {
            Self::Bare => (Holds::Nothing, Policy::host()),
            Self::Windows => (Holds::UntilFlush, Policy::WINDOWS),
            Self::Unix => (Holds::UntilFlush, Policy::UNIX),
        };
        Config { holds, policy, ..Config::default() }
    }

    /// Returns a session for it, otherwise the default one.
    #[must_use]
    pub fn session(self) -> Session {
        Session::new(self.config())
    }

    /// Returns which of these places a test looks at that tries all: on a bare transport each, and every seventh on the
    /// others, where there are more flushes and little else, under each preset others.
    pub fn places(self, all: Range<u64>) -> impl Iterator<Item = u64> {
        let (first, step) = match self {
            Self::Bare => (0, 1),
            Self::Windows => (0, 7),
            Self::Unix => (3, 7),
        };
        (all.start + first..all.end).step_by(step)
    }
}

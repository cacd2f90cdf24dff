//! How bytes are put together, and when a transport that holds them back is flushed: as data.

use alloc::{format, string::String};
use core::{fmt, str::FromStr, time::Duration};

use crate::Refused;

/// What a transport holds back until it is flushed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Holds {
    /// Nothing: a bare serial port, a pseudo-terminal, a socket. The engine asks for no flush at all.
    #[default]
    Nothing,
    /// What was written since the last flush: a buffered writer, a port behind a polling thread. The engine asks for a
    /// flush before each wait for an answer, and by the [`Policy`] while bytes go out without one.
    UntilFlush,
}

/// By which rule a flush is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// An answer is about to be waited for, and its question may be held back.
    Forced,
    /// So many bytes went since the last flush.
    Threshold,
    /// So much time went since the first byte that is held back.
    Interval,
}

/// When to flush, and how much goes in one write.
///
/// What each transport does with a flush, and what to tell the engine:
///
/// | transport | a flush | [`Holds`] | preset |
/// |---|---|---|---|
/// | a pseudo-terminal | has nothing to wait for | `Nothing` | any |
/// | a TCP socket | does nothing; Nagle's algorithm holds small writes back whatever is flushed: set `TCP_NODELAY` | `Nothing` | any |
/// | tokio's serial port on Unix | `tcdrain`: blocks the thread until the wire is empty. Opened by our driver it is wrapped, and does nothing | `Nothing` | [`UNIX`](Self::UNIX) |
/// | tokio's serial port on Windows | does nothing; `FlushFileBuffers` by its blocking `std::io::Write` | `Nothing` | [`WINDOWS`](Self::WINDOWS) |
/// | `serialport` | `tcdrain` or `FlushFileBuffers`: waits until the wire is empty. Opened by our drivers it is wrapped, and does nothing | `Nothing` | [`host`](Self::host)'s |
/// | a buffered writer | writes what it has | `UntilFlush` | that of the host where the bytes go on |
/// | a port behind a polling thread | hands over what it has | `UntilFlush` | [`WINDOWS`](Self::WINDOWS): a thread that polls is as slow as a driver there |
///
/// A wait for an empty wire after each small write is what once made uploads slow, so the first rule is to tell the truth
/// about a transport that holds nothing back. What a put costs in writes and flushes under each preset is a table in the
/// sources, `protocol/tests/cost.txt`: none on a bare transport; on one that holds back, windowed, one for each grant
/// that is waited for, since two windows (256 bytes on most boards) are less than any threshold; in an
/// [open flow](crate::Flow::Open) one for each script, and one each time that the threshold is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// After so many bytes a flush is due, at least 1; also the most that is held back.
    pub threshold: usize,
    /// After so much time a flush is due; also the longest that a byte is held back while others go out.
    pub interval: Duration,
    /// The most bytes that go in one write, at least 1.
    pub coalesce: usize,
    /// How long what is typed ([`Run::type_in`](crate::Run::type_in)) waits for more, until there are
    /// [`coalesce`](Self::coalesce) bytes of it: for callers that feed small pieces. None: it goes at once.
    pub gather: Option<Duration>,
}

impl Policy {
    /// For Windows, whose drivers take long for a flush.
    pub const WINDOWS: Self =
        Self { threshold: 2048, interval: Duration::from_millis(200), coalesce: 512, gather: None };

    /// For Unix.
    pub const UNIX: Self =
        Self { threshold: 1024, interval: Duration::from_millis(50), coalesce: 512, gather: None };

    /// How long what is typed waits for more where it is asked to.
    pub const GATHER: Duration = Duration::from_millis(50);

    /// Returns the preset of the system that this was compiled for.
    #[must_use]
    pub const fn host() -> Self {
        if cfg!(windows) { Self::WINDOWS } else { Self::UNIX }
    }

    /// Checks that it makes sense for a session with this patience.
    ///
    /// # Errors
    ///
    /// [`Refused::Policy`] with what is wrong.
    pub fn check(&self, patience: Duration) -> Result<(), Refused> {
        let wrong = |what: &str| Err(Refused::Policy(what.into()));
        if self.threshold == 0 {
            return wrong("its threshold is 0 bytes, so that nothing could be written");
        }
        if self.coalesce == 0 {
            return wrong("its writes have 0 bytes, so that nothing could be written");
        }
        if self.interval >= patience {
            return wrong("its interval is not shorter than the patience with the board");
        }
        if self.gather.is_some_and(|gather| gather >= patience) {
            return wrong("what is typed would wait longer than the patience with the board");
        }
        Ok(())
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::host()
    }
}

impl fmt::Display for Policy {
    /// As [`FromStr`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { threshold, interval, coalesce, gather } = self;
        write!(f, "threshold={threshold},interval={}ms,coalesce={coalesce}", interval.as_millis())?;
        gather.map_or(Ok(()), |gather| write!(f, ",gather={}ms", gather.as_millis()))
    }
}

/// Reads `windows`, `unix`, `host`, or some of `threshold=BYTES,interval=TIME,coalesce=BYTES,gather=TIME`, the rest as on
/// the host; a time is `200ms` or `1s`.
impl FromStr for Policy {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        match text {
            "windows" => return Ok(Self::WINDOWS),
            "unix" => return Ok(Self::UNIX),
            "host" => return Ok(Self::host()),
            _ => {}
        }
        let mut policy = Self::host();
        for part in text.split(',') {
            let wrong = || Refused::Policy(unread(part));
            let (name, value) = part.split_once('=').ok_or_else(wrong)?;
            match name {
                "threshold" => policy.threshold = value.parse().map_err(|_| wrong())?,
                "coalesce" => policy.coalesce = value.parse().map_err(|_| wrong())?,
                "interval" => policy.interval = time(value).ok_or_else(wrong)?,
                "gather" => policy.gather = Some(time(value).ok_or_else(wrong)?),
                _ => return Err(wrong()),
            }
        }
        Ok(policy)
    }
}

fn unread(part: &str) -> String {
    format!(
        "{part:?} is not windows, unix, host, threshold=BYTES, coalesce=BYTES, interval=TIME or gather=TIME (200ms, 1s)"
    )
}

fn time(text: &str) -> Option<Duration> {
    if let Some(number) = text.strip_suffix("ms") {
        return number.parse().ok().map(Duration::from_millis);
    }
    text.strip_suffix('s')?.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_policy_is_read_as_it_is_written() {
        for preset in [Policy::WINDOWS, Policy::UNIX] {
            assert_eq!(preset.to_string().parse(), Ok(preset));
        }
        assert_eq!("windows".parse(), Ok(Policy::WINDOWS));
        assert_eq!("unix".parse(), Ok(Policy::UNIX));
        let policy: Policy = "threshold=4096,interval=1s,gather=50ms".parse().expect("a policy");
        assert_eq!((policy.threshold, policy.interval), (4096, Duration::from_secs(1)));
        assert_eq!((policy.coalesce, policy.gather), (Policy::host().coalesce, Some(Policy::GATHER)));
        for wrong in ["", "threshold", "threshold=x", "interval=5", "speed=1", "interval=ms"] {
            let error = wrong.parse::<Policy>().expect_err(wrong);
            assert!(error.to_string().contains("threshold=BYTES"), "{error}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_reason() {
        let patience = Duration::from_secs(10);
        assert_eq!(Policy::WINDOWS.check(patience), Ok(()));
        let cases: [(Policy, &str); 4] = [
            (Policy { threshold: 0, ..Policy::UNIX }, "threshold"),
            (Policy { coalesce: 0, ..Policy::UNIX }, "writes"),
            (Policy { interval: patience, ..Policy::UNIX }, "interval"),
            (Policy { gather: Some(patience), ..Policy::UNIX }, "typed"),
        ];
        for (policy, word) in cases {
            let error = policy.check(patience).expect_err(word).to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}

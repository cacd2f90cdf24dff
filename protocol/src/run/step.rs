//! The steps and the events of a run.

use crate::{Cause, Error, Instant, Progress, link::Marked};

/// What a driver does next.
#[derive(Debug)]
#[must_use = "a step is to be done"]
pub enum Step<'a, T> {
    /// Write some of these bytes, then say how many with [`wrote`](crate::Run::wrote). If none go until then, poll again.
    Write {
        /// What to write; never empty.
        bytes: &'a [u8],
        /// Poll again at this time even if nothing went.
        until: Instant,
    },
    /// Flush the transport, then say so with [`flushed`](crate::Run::flushed).
    Flush {
        /// By which rule it is due.
        cause: Cause,
        /// Poll again at this time even if it is not done.
        until: Instant,
    },
    /// Wait for bytes, then hand them in with [`received`](crate::Run::received).
    Read {
        /// Poll again at this time even if nothing came. If it is the present, take what is there and do not wait: there is
        /// more to write, and a board that cannot get rid of what it says takes nothing.
        until: Instant,
    },
    /// Something to know; poll again at once. Each comes once.
    Event(Event<'a>),
    /// The run has ended.
    Done(Result<T, Error>),
}

/// What happens in a run, besides its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The raw prompt was reached, from whatever the board was doing.
    Entered {
        /// How many attempts it took.
        attempts: u32,
        /// The last bytes that the board sent before, 64 at most: an interrupted program, a traceback.
        heard: &'a [u8],
        /// Whether the `^C` stopped a program, as its traceback says: the board's `main.py`, or what somebody else started.
        /// [`Reset::soft`](crate::Reset::soft) lets `main.py` run again. A script that an earlier run of this session gave up
        /// does not count, and a program that ends on `^C` without a traceback is not noticed.
        stopped: bool,
    },
    /// The board has no raw paste: scripts go in plain raw mode, short and paced, for the rest of the connection.
    Plain,
    /// Bytes were lost in an [open flow](crate::Flow::Open): it is windowed for the rest of the connection.
    Windowed,
    /// The operation came further.
    Progress(Progress),
}

#[derive(Debug, Default)]
pub(super) struct Events {
    pub(super) entered: Option<Marked>,
    pub(super) plain: bool,
    pub(super) progress: Option<Progress>,
    /// Keeps what [`Event::Entered`] borrows.
    pub(super) shown: Marked,
}

impl Events {
    /// Whether it is another hundredth, or the end.
    pub(super) fn is_worth(&self, progress: &Progress) -> bool {
        let Some(last) = self.progress else { return true };
        let step = progress.total.map_or(4096, |total| (total / 100).max(1));
        let ends = Some(progress.done) == progress.total && last.done != progress.done;
        ends || progress.done.abs_diff(last.done) >= step || last.total != progress.total
    }
}

/// [`Step`] before it borrows from the run.
pub(super) enum Next {
    Write(Instant),
    Flush(Cause, Instant),
    Read(Instant),
    Event(Kind),
    Done,
}

pub(super) enum Kind {
    Entered,
    Plain,
    Windowed,
    Progress(Progress),
}

mod ending;
mod stage;
mod writing;

use crate::{
    Cause, Error, Exception, Instant, Operation, Progress, Refused, Reply, Session,
    control::CTRL_C,
    link::{Marked, Turn},
};
use stage::Stage;
use writing::{Ask, Writing};

/// One operation under way on a [`Session`].
///
/// Ask [`poll`](Self::poll) what to do, do it, say what happened, and ask again, until it answers [`Step::Done`].
/// `received`, `type_in` and `interrupt` are legal at any time. Dropping a run cancels it.
#[derive(Debug)]
pub struct Run<'a, O: Operation> {
    session: &'a mut Session,
    operation: O,
    stage: Stage,
    writing: Writing,
    /// The flush that is asked for.
    flushing: Option<Cause>,
    /// When it was last polled.
    now: Instant,
    outcome: Option<Result<O::Output, Error>>,
    /// How the operation ended while scripts of it were under way, until the last one's reply.
    ending: Option<Result<O::Output, Error>>,
    interrupted: bool,
    /// Whether the operation wrote a script.
    begun: bool,
    /// Whether this run entered the link itself; where an earlier one did, the first offer may meet another prompt.
    entered: bool,
    events: Events,
}

/// What a driver does next.
#[derive(Debug)]
#[must_use = "a step is to be done"]
pub enum Step<'a, T> {
    /// Write some of these bytes, then say how many with [`wrote`](Run::wrote). If none go until then, poll again.
    Write {
        /// What to write; never empty.
        bytes: &'a [u8],
        /// Poll again at this time even if nothing went.
        until: Instant,
    },
    /// Flush the transport, then say so with [`flushed`](Run::flushed).
    Flush {
        /// By which rule it is due.
        cause: Cause,
        /// Poll again at this time even if it is not done.
        until: Instant,
    },
    /// Wait for bytes, then hand them in with [`received`](Run::received).
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
struct Events {
    entered: Option<Marked>,
    plain: bool,
    progress: Option<Progress>,
    /// Keeps what [`Event::Entered`] borrows.
    shown: Marked,
}

impl Events {
    /// Whether it is another hundredth, or the end.
    fn is_worth(&self, progress: &Progress) -> bool {
        let Some(last) = self.progress else { return true };
        let step = progress.total.map_or(4096, |total| (total / 100).max(1));
        let ends = Some(progress.done) == progress.total && last.done != progress.done;
        ends || progress.done.abs_diff(last.done) >= step || last.total != progress.total
    }
}

/// [`Step`] before it borrows from the run.
enum Next {
    Write(Instant),
    Flush(Cause, Instant),
    Read(Instant),
    Event(Kind),
    Done,
}

enum Kind {
    Entered,
    Plain,
    Windowed,
    Progress(Progress),
}

impl<'a, O: Operation> Run<'a, O> {
    pub(crate) fn new(session: &'a mut Session, operation: O) -> Self {
        session.begin();
        let refused = session.config.policy.check(session.config.patience).err();
        Self {
            session,
            operation,
            stage: Stage::Next,
            writing: Writing::Idle,
            flushing: None,
            now: Instant::EPOCH,
            outcome: refused.map(|refused| Err(refused.into())),
            ending: None,
            interrupted: false,
            begun: false,
            entered: false,
            events: Events::default(),
        }
    }

    /// Says what to do next. `now` never goes backwards.
    ///
    /// Polled again without news, it repeats its `Write`, `Flush` or `Read`; an `Event` comes once, and so does a `Read` that
    /// is not to wait; after `Done` it answers `Done(Err(`[`Refused::Ended`]`))`.
    pub fn poll(&mut self, now: Instant) -> Step<'_, O::Output> {
        match self.next(now) {
            Next::Write(until) => Step::Write { bytes: self.session.outbox.batch(), until },
            Next::Flush(cause, until) => Step::Flush { cause, until },
            Next::Read(until) => Step::Read { until },
            Next::Event(Kind::Plain) => Step::Event(Event::Plain),
            Next::Event(Kind::Windowed) => Step::Event(Event::Windowed),
            Next::Event(Kind::Progress(progress)) => Step::Event(Event::Progress(progress)),
            Next::Event(Kind::Entered) => {
                let Marked { attempts, heard, stopped, .. } = &self.events.shown;
                Step::Event(Event::Entered { attempts: *attempts, heard, stopped: *stopped })
            }
            Next::Done => {
                self.stage = Stage::Ended;
                Step::Done(self.outcome.take().unwrap_or_else(|| Err(Refused::Ended.into())))
            }
        }
    }

    /// Says that the first `n` bytes of the write went (clamped to its length); 0 says that the writer is dead.
    pub fn wrote(&mut self, n: usize) {
        if n == 0 && !self.session.outbox.is_empty() {
            return self.closed();
        }
        self.session.outbox.wrote(n, self.now);
        self.session.stirred = true;
        self.writing = Writing::Idle;
    }

    /// Says that the flush is done.
    pub fn flushed(&mut self) {
        self.session.outbox.flushed();
        (self.writing, self.flushing) = (Writing::Idle, None);
    }

    /// Hands in bytes from the board; none at all says that the transport ended.
    pub fn received(&mut self, mut bytes: &[u8]) {
        if bytes.is_empty() {
            return self.closed();
        }
        self.session.stirred = true;
        loop {
            let ended = self.outcome.is_some() || matches!(self.stage, Stage::Ended);
            match self.session.link.read(&mut bytes) {
                Ok(None) => return,
                // The answer to an offer that went ahead is for the next run.
                Ok(Some(_)) if ended => {}
                Ok(Some(news)) => self.take(news),
                Err(_) if ended => return self.session.give_up(),
                Err(fault) => return self.fault(fault),
            }
        }
    }

    /// Returns how many bytes [`type_in`](Self::type_in) takes now; a driver that reads what is typed waits while
    /// it is 0.
    #[must_use]
    pub fn input_room(&self) -> usize {
        self.session.stdin.room()
    }

    /// Types bytes into the running script's standard input; `^C` among them is [`interrupt`](Self::interrupt).
    ///
    /// They wait until a script runs. Returns how many were taken: all, unless there is no room.
    pub fn type_in(&mut self, bytes: &[u8]) -> usize {
        let bytes = &bytes[..bytes.len().min(self.input_room())];
        for (at, piece) in bytes.split(|byte| *byte == CTRL_C).enumerate() {
            if at > 0 {
                self.interrupt();
            }
            // It fits: the slice was cut to the room that there is.
            let _ = self.session.stdin.write(piece);
        }
        bytes.len()
    }

    /// Interrupts the running script with `^C` and goes on to its traceback. A run between two scripts ends.
    ///
    /// `^C` is repeated each 250 ms until the answer ends, ten times, then it is a fault.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
        if self.session.interrupt() {
            (self.writing, self.flushing) = (Writing::Idle, None);
        }
    }

    /// Returns the operation, for a look at what it knows.
    #[must_use]
    pub const fn operation(&self) -> &O {
        &self.operation
    }

    fn next(&mut self, now: Instant) -> Next {
        self.now = now;
        if core::mem::take(&mut self.session.stirred) {
            self.session.link.stir(now);
            self.writing.heard(now);
        }
        loop {
            if let Some(event) = self.next_event() {
                return Next::Event(event);
            }
            if self.outcome.is_some() || matches!(self.stage, Stage::Ended) {
                return Next::Done;
            }
            if let Some(cause) = self.flushing.or_else(|| self.session.outbox.due(now)) {
                match self.flush(now, cause) {
                    Some(next) => return next,
                    None => continue,
                }
            }
            if !self.session.outbox.is_empty() {
                match self.write(now) {
                    Some(next) => return next,
                    None => continue,
                }
            }
            match self.session.poll_link(now) {
                Ok(Turn::Send) => {}
                Ok(Turn::Look) => return Next::Read(now),
                Ok(Turn::Next) => self.go_on(),
                // Nothing is waited for while its question is held back.
                Ok(Turn::Wait(_)) if self.session.outbox.holds_back() => {
                    if let Some(next) = self.flush(now, Cause::Forced) {
                        return next;
                    }
                }
                Ok(Turn::Wait(until)) => return Next::Read(until),
                Ok(Turn::Lost) => {
                    self.entered = true;
                    self.session.link.enter(now);
                }
                Ok(Turn::Ready) => self.advance(now),
                Ok(Turn::Reset) => self.replied(Reply::Reset),
                Ok(Turn::Dropped) => self.replied(Reply::Exception(Exception::interrupted())),
                Ok(Turn::Left) => self.replied(Reply::Finished),
                Err(fault) => self.fault(fault),
            }
        }
    }

    /// Asks for a write; `None` if it took too long.
    fn write(&mut self, now: Instant) -> Option<Next> {
        let patience = self.session.write_patience();
        match self.writing.ask(now, false, patience) {
            Ask::Done(until) => {
                let deadline = self.session.outbox.deadline();
                Some(Next::Write(deadline.map_or(until, |deadline| until.min(deadline))))
            }
            Ask::Read(_) if self.session.outbox.holds_back() => self.flush(now, Cause::Forced),
            Ask::Read(until) => Some(Next::Read(until)),
            Ask::Stuck => {
                self.stuck(patience);
                None
            }
        }
    }

    /// Asks for a flush; `None` if it took too long.
    fn flush(&mut self, now: Instant, cause: Cause) -> Option<Next> {
        if self.flushing.replace(cause).is_none() {
            self.writing = Writing::Idle;
        }
        let patience = self.session.config.patience;
        match self.writing.ask(now, true, patience) {
            Ask::Done(until) => Some(Next::Flush(cause, until)),
            Ask::Read(until) => Some(Next::Read(until)),
            Ask::Stuck => {
                self.stuck(patience);
                None
            }
        }
    }

    fn next_event(&mut self) -> Option<Kind> {
        if let Some(marked) = self.events.entered.take() {
            self.events.shown = marked;
            return Some(Kind::Entered);
        }
        if core::mem::take(&mut self.events.plain) {
            return Some(Kind::Plain);
        }
        if !matches!(self.stage, Stage::Ended) && core::mem::take(&mut self.session.narrowed) {
            return Some(Kind::Windowed);
        }
        let progress = self.operation.progress().filter(|progress| self.events.is_worth(progress))?;
        self.events.progress = Some(progress);
        Some(Kind::Progress(progress))
    }
}

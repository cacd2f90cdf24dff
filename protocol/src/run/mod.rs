mod ending;
mod stage;
mod step;
mod stream;
mod writing;

use crate::{
    Cause, Error, Exception, Instant, Operation, Refused, Reply, Session,
    control::CTRL_C,
    link::{Marked, Turn},
};
use stage::Stage;
use step::{Events, Kind, Next};
use stream::Stream;
use writing::{Ask, Writing};

pub use step::{Event, Step};

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
    /// Whether there may be an event: only a reply, output or a new script brings one.
    eventful: bool,
    stream: Stream,
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
            eventful: true,
            stream: Stream::No,
        }
    }

    /// Says what to do next. `now` never goes backwards.
    ///
    /// Polled again without news, it repeats its `Write`, `Flush` or `Read`; an `Event` comes once, and so does a `Read` that
    /// is not to wait; after `Done` it answers `Done(Err(`[`Refused::Ended`]`))`.
    pub fn poll(&mut self, now: Instant) -> Step<'_, O::Output> {
        match self.stream(now) {
            Some((true, until)) => self.lend(until),
            Some((false, until)) => Step::Read { until },
            None => self.step(now),
        }
    }

    /// Says what is next, whatever that may be.
    #[inline(never)]
    fn step(&mut self, now: Instant) -> Step<'_, O::Output> {
        self.end_stream();
        let next = self.look(now);
        if matches!(next, Next::Read(_)) {
            self.begin_stream();
        }
        match next {
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
        if !self.stream_wrote(n) {
            return self.outbox_wrote(n);
        }
        self.session.stirred = true;
    }

    #[inline(never)]
    fn outbox_wrote(&mut self, n: usize) {
        self.end_stream();
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
        self.take_grants(&mut bytes);
        if !bytes.is_empty() {
            self.hear(bytes);
        }
    }

    /// Takes bytes that are not only grants.
    #[inline(never)]
    fn hear(&mut self, mut bytes: &[u8]) {
        self.end_stream();
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
        self.end_stream();
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

    /// Looks at everything that may be due.
    fn look(&mut self, now: Instant) -> Next {
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
        match self.writing.ask(now, false, || self.session.write_patience()) {
            Ask::Done(until) => {
                let deadline = self.session.outbox.deadline();
                Some(Next::Write(deadline.map_or(until, |deadline| until.min(deadline))))
            }
            Ask::Read(_) if self.session.outbox.holds_back() => self.flush(now, Cause::Forced),
            Ask::Read(until) => Some(Next::Read(until)),
            Ask::Stuck => {
                self.stuck(self.session.write_patience());
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
        match self.writing.ask(now, true, || patience) {
            Ask::Done(until) => Some(Next::Flush(cause, until)),
            Ask::Read(until) => Some(Next::Read(until)),
            Ask::Stuck => {
                self.stuck(patience);
                None
            }
        }
    }

    #[inline]
    fn next_event(&mut self) -> Option<Kind> {
        if !self.eventful {
            return None;
        }
        let event = self.event();
        self.eventful = event.is_some();
        event
    }

    fn event(&mut self) -> Option<Kind> {
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

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::time::Duration;

use crate::{
    Cause, Config, Error, Event, Flow, Holds, Instant, Operation, Policy, Refused, Run, Session, Step,
    testing::{Device, Firmware, LinkShape, Wire},
};

/// A simulated board at the end of a simulated link, and the time there.
#[derive(Debug)]
pub struct Bench {
    /// The board.
    pub device: Device,
    /// The link to it.
    pub wire: Wire,
    /// The present.
    pub now: Instant,
    /// What a transport that holds back has not put on the link yet.
    held: Vec<u8>,
}

impl Bench {
    /// Returns a board that is like `firmware`, at the end of a link in good order.
    #[must_use]
    pub fn new(firmware: Firmware, shape: LinkShape) -> Self {
        Self { device: Device::new(firmware), wire: Wire::new(shape), now: Instant::EPOCH, held: Vec::new() }
    }

    /// Lets time go by while the host does nothing.
    pub fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        self.wire.deliver(until, &mut self.device);
        self.now = until;
    }

    /// Puts another link in place of this one, as when a board is plugged in again; the board is not reset.
    pub fn replug(&mut self, shape: LinkShape) {
        self.wire = Wire::new(shape);
        self.held.clear();
    }
}

/// How a driver behaves: in which pieces it reads and writes, how long a write takes, what is typed, when it gives up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// The sizes of reads in bytes, again and again from the first; everything at once if there are none.
    pub reads: Vec<usize>,
    /// The sizes of writes, likewise.
    pub writes: Vec<usize>,
    /// How long each write takes.
    pub pause: Duration,
    /// What is typed, and how long after the start, in the order of time. `^C` interrupts.
    pub typed: Vec<(Duration, Vec<u8>)>,
    /// After so many steps the run is dropped.
    pub cancel: Option<u64>,
}

/// What a run came to, and what it cost.
#[derive(Debug)]
pub struct Driven<T> {
    /// The result; none if the run was dropped.
    pub result: Option<Result<T, Error>>,
    /// How many steps there were.
    pub steps: u64,
    /// How many writes.
    pub writes: u64,
    /// How many flushes.
    pub flushes: u64,
    /// How many of them by each rule.
    pub causes: BTreeMap<Cause, u64>,
    /// How often it waited for bytes that were an answer to what it wrote: each costs the way there and back.
    pub turnarounds: u64,
    /// The events, as text.
    pub events: Vec<String>,
}

/// So many steps are enough for everything that a test does; more is a loop without an end.
const STEPS: u64 = 2_000_000;

/// The most that goes in one write of an open flow: a slice, the `^D`, and an offer.
const SLICE: usize = 1024 + 1 + 3;

/// Runs an operation against a simulated board, on virtual time, and holds the engine to its promises at every step.
///
/// Where the session is told so ([`Config::holds`]), nothing that is written is on the link before it is flushed.
///
/// # Panics
///
/// If the engine breaks a promise: a step that does not repeat, a read while bytes are held back, a flush that nobody
/// needs, more held back than the threshold or longer than the interval, a deadline in the past, a run without an end,
/// credit exceeded in a windowed flow, a write of more than 1 KiB in an open one.
pub fn drive<O: Operation>(
    session: &mut Session,
    bench: &mut Bench,
    operation: O,
    manner: &Manner,
) -> Driven<O::Output> {
    let exceeded = bench.device.statistics().credit_exceeded;
    let mut driver = Driver::new(bench, manner, &session.config);
    let flow = driver.flow;
    let mut run = session.run(operation);
    let result = driver.run(&mut run);
    let Driver { steps, writes, flushes, causes, turnarounds, events, .. } = driver;
    // What a link loses or repeats is not the engine's, and an open flow goes without credit.
    if bench.wire.is_sound() && !exceeded && flow == Flow::Windowed {
        assert!(!bench.device.statistics().credit_exceeded, "more was in flight than the board had granted");
    }
    Driven { result, steps, writes, flushes, causes, turnarounds, events }
}

struct Driver<'a> {
    bench: &'a mut Bench,
    manner: &'a Manner,
    holds: Holds,
    policy: Policy,
    started: Instant,
    typed: usize,
    steps: u64,
    writes: u64,
    reads: u64,
    flushes: u64,
    causes: BTreeMap<Cause, u64>,
    turnarounds: u64,
    events: Vec<String>,
    /// How many bytes were written since the last flush, and when the first of them was.
    unflushed: usize,
    since: Instant,
    /// Whether bytes were written since the last answer.
    asked: bool,
    /// Whether bytes were written since the last look at what came.
    sent: bool,
    flow: Flow,
}

/// A step that may be asked for again, without its borrow.
#[derive(Debug, PartialEq)]
enum Seen {
    Write(Vec<u8>, Instant),
    Flush(Cause, Instant),
    Read(Instant),
}

impl<'a> Driver<'a> {
    const fn new(bench: &'a mut Bench, manner: &'a Manner, config: &Config) -> Self {
        let (holds, policy, flow) = (config.holds, config.policy, config.flow);
        let started = bench.now;
        Self {
            bench,
            manner,
            holds,
            policy,
            started,
            typed: 0,
            steps: 0,
            writes: 0,
            reads: 0,
            flushes: 0,
            causes: BTreeMap::new(),
            turnarounds: 0,
            events: Vec::new(),
            unflushed: 0,
            since: started,
            asked: false,
            sent: false,
            flow,
        }
    }

    fn run<O: Operation>(&mut self, run: &mut Run<'_, O>) -> Option<Result<O::Output, Error>> {
        while self.manner.cancel != Some(self.steps) {
            self.steps += 1;
            assert!(self.steps < STEPS, "a run without an end");
            self.bench.wire.deliver(self.bench.now, &mut self.bench.device);
            self.type_in(run);
            match run.poll(self.bench.now) {
                Step::Event(event) => self.events.push(text(event)),
                Step::Done(result) => {
                    let again = run.poll(self.bench.now);
                    assert!(matches!(again, Step::Done(Err(Error::Refused(Refused::Ended)))), "done twice");
                    return Some(result);
                }
                step @ (Step::Write { .. } | Step::Flush { .. } | Step::Read { .. }) => {
                    let seen = Seen::new(step);
                    // A look at what came is for once. Polled once, the engine may take a shorter way: each way has its turn.
                    if seen != Seen::Read(self.bench.now) && (self.steps / 8).is_multiple_of(2) {
                        let again = Seen::new(run.poll(self.bench.now));
                        assert_eq!(seen, again, "polled without news, the step is another");
                    }
                    self.step(run, seen);
                }
            }
        }
        None
    }

    fn step<O: Operation>(&mut self, run: &mut Run<'_, O>, seen: Seen) {
        match seen {
            Seen::Write(bytes, until) => self.write(run, &bytes, until),
            Seen::Flush(cause, until) => self.flush(run, cause, until),
            Seen::Read(until) => self.read(run, until),
        }
    }

    fn write<O: Operation>(&mut self, run: &mut Run<'_, O>, bytes: &[u8], until: Instant) {
        assert!(!bytes.is_empty(), "an empty write");
        assert!(until > self.bench.now, "a write without time");
        assert!(bytes.len() <= SLICE || self.flow == Flow::Windowed, "a slice of {} bytes", bytes.len());
        if self.manner.pause >= until.saturating_duration_since(self.bench.now) {
            self.bench.wait(until.saturating_duration_since(self.bench.now));
            return;
        }
        let most = piece(&self.manner.writes, self.writes).min(bytes.len());
        let n = if self.holds == Holds::UntilFlush {
            self.hold(&bytes[..most]);
            most
        } else {
            self.bench.wire.send(self.bench.now, &bytes[..most])
        };
        if n == 0 && !self.bench.wire.ended() {
            return self.pass(until);
        }
        self.writes += 1;
        (self.asked, self.sent) = (true, true);
        if !self.manner.pause.is_zero() {
            self.bench.wait(self.manner.pause);
        }
        run.wrote(n);
    }

    /// The transport takes bytes, and does nothing with them.
    fn hold(&mut self, bytes: &[u8]) {
        if self.unflushed == 0 {
            self.since = self.bench.now;
        }
        self.unflushed += bytes.len();
        self.bench.held.extend_from_slice(bytes);
        assert!(self.unflushed <= self.policy.threshold, "{} bytes are held back", self.unflushed);
        assert!(
            self.bench.now < self.since + self.policy.interval,
            "bytes are held back while others are written"
        );
    }

    /// Puts what is held back on the link, as far as there is room.
    fn flush<O: Operation>(&mut self, run: &mut Run<'_, O>, cause: Cause, until: Instant) {
        assert!(until > self.bench.now, "a flush without time");
        assert!(self.holds == Holds::UntilFlush, "a flush of a bare transport");
        assert!(self.unflushed > 0, "a flush without a write");
        let sent = self.bench.wire.send(self.bench.now, &self.bench.held);
        self.bench.held.drain(..sent);
        if self.bench.wire.ended() {
            return run.received(&[]);
        }
        if !self.bench.held.is_empty() {
            return self.pass(until);
        }
        self.unflushed = 0;
        self.flushes += 1;
        *self.causes.entry(cause).or_default() += 1;
        run.flushed();
    }

    fn read<O: Operation>(&mut self, run: &mut Run<'_, O>, until: Instant) {
        let waits = until > self.bench.now;
        assert!(waits || self.flow == Flow::Open, "it looks, and what it sends needs an answer");
        assert!(
            waits || core::mem::take(&mut self.sent),
            "it looks, and has sent nothing since the last time"
        );
        assert!(!(waits && self.unflushed > 0), "it waits for an answer while its question is held back");
        let mut bytes = Vec::new();
        let most = piece(&self.manner.reads, self.reads);
        if self.bench.wire.receive(self.bench.now, most, &mut bytes) > 0 {
            self.reads += 1;
            // What was there already was not waited for.
            self.turnarounds += u64::from(core::mem::take(&mut self.asked) && waits);
            run.received(&bytes);
        } else if self.bench.wire.ended() {
            run.received(&[]);
        } else if waits {
            self.pass(until);
        }
    }

    /// Lets time go by until the next thing happens.
    fn pass(&mut self, until: Instant) {
        let now = self.bench.now;
        let typed = self.manner.typed.get(self.typed).map(|(after, _)| self.started + *after);
        let next = [self.bench.wire.next_event(now), typed].into_iter().flatten().filter(|next| *next > now);
        self.bench.now = next.min().map_or(until, |next| next.min(until));
    }

    fn type_in<O: Operation>(&mut self, run: &mut Run<'_, O>) {
        while let Some((after, bytes)) = self.manner.typed.get(self.typed) {
            if self.bench.now < self.started + *after {
                return;
            }
            self.typed += 1;
            assert_eq!(run.type_in(bytes), bytes.len(), "more was typed than there is room for");
        }
    }
}

impl Seen {
    fn new<T>(step: Step<'_, T>) -> Self {
        match step {
            Step::Write { bytes, until } => Self::Write(bytes.to_vec(), until),
            Step::Flush { cause, until } => Self::Flush(cause, until),
            Step::Read { until } => Self::Read(until),
            Step::Event(_) | Step::Done(_) => panic!("polled without news, there is news"),
        }
    }
}

/// The size of the next piece.
fn piece(sizes: &[usize], at: u64) -> usize {
    let at = usize::try_from(at).unwrap_or_default();
    if sizes.is_empty() { usize::MAX } else { sizes[at % sizes.len()].max(1) }
}

fn text(event: Event<'_>) -> String {
    match event {
        Event::Entered { attempts, stopped, .. } => {
            format!("entered after {attempts} attempts{}", if stopped { ", stopped a program" } else { "" })
        }
        Event::Plain => "no raw paste".into(),
        Event::Windowed => "windowed".into(),
        Event::Progress(progress) => format!("{} of {:?}", progress.done, progress.total),
    }
}

//! A link with a rate and a delay.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use crate::pipe::End;

/// How many bytes may wait to leave: more pushes back on the writer.
pub(crate) const WAIT: usize = 4096;
/// The part of [`WAIT`] that the pump takes ahead of time, so that a late wake-up does not idle the line.
const AHEAD: usize = 2048;
/// The rest of it, the capacity of the pipe that a pump reads from.
pub(crate) const BEHIND: usize = WAIT - AHEAD;
/// How much of a late wake-up is made good. More than that was no late wake-up but a receiver that pushed back.
const CATCH_UP: Duration = Duration::from_millis(50);
/// How long bytes wait for those behind them, as in the buffer of a serial port: to wake up for each would keep a
/// processor busy. The last of those that travel together never waits.
const TOGETHER: Duration = Duration::from_micros(250);
/// How many bytes may be under way on a link without a rate.
const UNDER_WAY: usize = 64 * 1024;

/// What a link does to the bytes of each direction.
///
/// Bytes that follow each other within a quarter of a millisecond arrive together, with the last of them.
///
/// The default is a link that does nothing. Used by [`Running::shaped`](crate::Running::shaped).
///
/// ```
/// use rawpaste_board::Shape;
/// use std::time::Duration;
///
/// // A serial line: ten bits on the wire for a byte.
/// let uart = Shape { rate: Some(115_200 / 10), delay: Duration::from_millis(1) };
/// assert_ne!(uart, Shape::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Bytes per second at which bytes leave, one by one; `None` is at once, and so is `Some(0)`.
    pub rate: Option<u32>,
    /// How long a byte that has left is under way.
    pub delay: Duration,
}

impl Shape {
    /// The time that one byte takes to leave.
    fn byte(&self) -> Duration {
        match self.rate {
            None | Some(0) => Duration::ZERO,
            Some(rate) => Duration::from_secs(1) / rate,
        }
    }
}

/// What becomes of the bytes under way when the sender is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    Deliver,
    Discard,
}

/// Copies bytes from `from` to `to` as `shape` says, until either is closed; then closes both.
pub(crate) fn pump(mut from: End, mut to: End, shape: Shape, rest: Rest) {
    from.set_timeout(Duration::MAX);
    to.set_timeout(Duration::MAX);
    // Either end being gone is how a pump ends: there is nobody left to tell.
    let _ = if shape.byte().is_zero() && shape.delay.is_zero() {
        copy(&mut from, &mut to)
    } else {
        Line::new(shape).run(&mut from, &mut to, rest)
    };
    from.shut();
    to.shut();
}

fn copy(from: &mut End, to: &mut End) -> io::Result<()> {
    let mut buffer = [0; WAIT];
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..n])?;
    }
}

/// The bytes between two ends, each with the time when it is due at the other.
struct Line {
    shape: Shape,
    byte: Duration,
    room: usize,
    under_way: VecDeque<(Instant, u8)>,
    /// When the last byte taken has left.
    free: Instant,
    /// The sender had more to send when the last bytes were taken: the line has not idled since.
    busy: bool,
}

impl Line {
    fn new(shape: Shape) -> Self {
        let on_the_way = shape.delay.as_secs_f64() * f64::from(shape.rate.unwrap_or(0));
        let room = if shape.byte().is_zero() { UNDER_WAY } else { AHEAD + on_the_way.ceil() as usize };
        let byte = shape.byte();
        Self { shape, byte, room, under_way: VecDeque::new(), free: Instant::now(), busy: false }
    }

    fn run(&mut self, from: &mut End, to: &mut End, rest: Rest) -> io::Result<()> {
        let mut buffer = [0; AHEAD];
        loop {
            self.deliver(to)?;
            let wait = self.wait();
            let take = self.take(Instant::now()).min(buffer.len());
            if take == 0 {
                thread::sleep(wait);
                continue;
            }
            from.set_timeout(wait);
            match from.read(&mut buffer[..take]) {
                Ok(0) => break,
                Ok(n) => self.send(&buffer[..n], from.waiting() > 0),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                Err(error) => return Err(error),
            }
        }
        while rest == Rest::Deliver && !self.under_way.is_empty() {
            thread::sleep(self.wait());
            self.deliver(to)?;
        }
        Ok(())
    }

    /// How many bytes may be taken in now.
    fn take(&self, now: Instant) -> usize {
        let room = self.room.saturating_sub(self.under_way.len());
        if self.byte.is_zero() {
            return room;
        }
        let leaving = self.free.saturating_duration_since(now).as_nanos() / self.byte.as_nanos().max(1);
        room.min(AHEAD.saturating_sub(usize::try_from(leaving).unwrap_or(AHEAD)))
    }

    /// Gives each byte its time. Times follow from one another and not from when this thread woke up, so
    /// that errors of sleeping do not add up.
    fn send(&mut self, bytes: &[u8], more: bool) {
        let now = Instant::now();
        let idle = if self.busy { now.checked_sub(CATCH_UP).unwrap_or(now) } else { now };
        self.free = self.free.max(idle);
        for &byte in bytes {
            self.free += self.byte;
            self.under_way.push_back((self.free + self.shape.delay, byte));
        }
        self.busy = more;
    }

    /// How long until bytes are to be delivered; for ever if there are none.
    fn wait(&self) -> Duration {
        let (Some((first, _)), Some((last, _))) = (self.under_way.front(), self.under_way.back()) else {
            return Duration::MAX;
        };
        (*last).min(*first + TOGETHER).saturating_duration_since(Instant::now())
    }

    fn deliver(&mut self, to: &mut End) -> io::Result<()> {
        let now = Instant::now();
        let due = self.under_way.iter().take_while(|(due, _)| *due <= now).count();
        let bytes: Vec<u8> = self.under_way.drain(..due).map(|(_, byte)| byte).collect();
        to.write_all(&bytes)
    }
}

//! A pair of byte ends in memory, with a bound and with timeouts.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);

/// Makes a pipe that goes both ways: what is written to one [`End`] is read from the other.
///
/// `capacity` is how many bytes may wait in each direction; 0 counts as 1. A writer that is ahead by more
/// waits for the reader.
///
/// ```
/// use std::io::{Read, Write};
///
/// let (mut host, mut board) = rawpaste_board::pipe(64);
/// host.write_all(b"\x03")?;
/// let mut byte = [0];
/// board.read_exact(&mut byte)?;
/// assert_eq!(byte, [3]);
/// drop(host);
/// assert_eq!(board.read(&mut byte)?, 0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn pipe(capacity: usize) -> (End, End) {
    let (there, back) = (Way::new(capacity), Way::new(capacity));
    (End::new(Arc::clone(&back), Arc::clone(&there)), End::new(there, back))
}

/// One end of a pipe made with [`pipe`]: a blocking byte stream with a timeout.
///
/// A read or a write that waits longer than the timeout (1 s unless [`set_timeout`](Self::set_timeout) says
/// otherwise) fails with [`TimedOut`](io::ErrorKind::TimedOut) and has moved nothing: try again. A read
/// answers `Ok(0)` once the other end is gone and everything it wrote has been read; a write then fails with
/// [`BrokenPipe`](io::ErrorKind::BrokenPipe). Flushing does nothing: what is written is there.
///
/// The host's end of a board ([`Running::in_process`](crate::Running::in_process)) keeps that board running;
/// dropping its last clone stops the board, and returns when it has stopped.
pub struct End {
    side: Arc<Side>,
    timeout: Duration,
}

impl End {
    fn new(inward: Arc<Way>, outward: Arc<Way>) -> Self {
        let side = Arc::new(Side { inward, outward, kept: Mutex::default() });
        Self { side, timeout: DEFAULT_TIMEOUT }
    }

    /// How long a read or a write of this clone may wait.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sets how long a read or a write of this clone may wait: zero is not at all, [`Duration::MAX`] for ever.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Makes a second handle of the same end, so that one thread reads while another writes.
    ///
    /// # Errors
    /// None today. It is a `Result` so that it reads like the `try_clone` of sockets and serial ports.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self { side: Arc::clone(&self.side), timeout: self.timeout })
    }

    /// Closes this end as if all its clones were dropped: both ends read `Ok(0)` once they have read what
    /// waits, and writes fail with [`BrokenPipe`](io::ErrorKind::BrokenPipe).
    pub fn shut(&self) {
        self.side.shut();
    }

    /// Keeps `guard` until the last clone of this end is dropped; the pipe is closed before the guard is dropped.
    pub(crate) fn keep(&self, guard: impl Send + 'static) {
        lock(&self.side.kept).push(Box::new(guard));
    }

    /// How many bytes wait to be read here.
    pub(crate) fn waiting(&self) -> usize {
        lock(&self.side.inward.state).bytes.len()
    }
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.side.inward.read(buffer, self.timeout)
    }
}

impl Write for End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.side.outward.write(bytes, self.timeout)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("End").field("waiting", &self.waiting()).field("timeout", &self.timeout).finish()
    }
}

/// What the clones of an end share.
struct Side {
    inward: Arc<Way>,
    outward: Arc<Way>,
    kept: Mutex<Vec<Box<dyn Send>>>,
}

impl Side {
    fn shut(&self) {
        self.inward.close();
        self.outward.close();
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        self.shut();
    }
}

/// One direction.
struct Way {
    capacity: usize,
    state: Mutex<State>,
    filled: Condvar,
    drained: Condvar,
}

#[derive(Default)]
struct State {
    bytes: VecDeque<u8>,
    closed: bool,
}

impl Way {
    fn new(capacity: usize) -> Arc<Self> {
        let capacity = capacity.max(1);
        Arc::new(Self { capacity, state: Mutex::default(), filled: Condvar::new(), drained: Condvar::new() })
    }

    fn close(&self) {
        lock(&self.state).closed = true;
        self.filled.notify_all();
        self.drained.notify_all();
    }

    fn read(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let mut state =
            wait(&self.state, &self.filled, timeout, |state| state.bytes.is_empty() && !state.closed)?;
        let n = state.bytes.read(buffer)?;
        self.drained.notify_all();
        Ok(n)
    }

    fn write(&self, bytes: &[u8], timeout: Duration) -> io::Result<usize> {
        // One of no bytes asks whether the other end is there, and needs no room.
        let full = |state: &State| !bytes.is_empty() && state.bytes.len() >= self.capacity && !state.closed;
        let mut state = wait(&self.state, &self.drained, timeout, full)?;
        if state.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let n = bytes.len().min(self.capacity - state.bytes.len());
        state.bytes.extend(&bytes[..n]);
        self.filled.notify_all();
        Ok(n)
    }
}

/// Waits until `not_yet` is false, at most for `timeout`.
fn wait<'a>(
    state: &'a Mutex<State>,
    news: &Condvar,
    timeout: Duration,
    not_yet: impl Fn(&State) -> bool,
) -> io::Result<MutexGuard<'a, State>> {
    let deadline = Instant::now().checked_add(timeout);
    let mut state = lock(state);
    while not_yet(&state) {
        state = match deadline {
            None => news.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
            }
        };
    }
    Ok(state)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

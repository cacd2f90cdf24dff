//! Keeps a MicroPython running behind a byte end: two threads, one for each direction.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::micropython::{MicroPython, Process};
use crate::pipe::{End, pipe};

const CTRL_C: u8 = 0x03;
const CAPACITY: usize = 4096;
/// This many ends within [`HASTE`] are not a board that is reset but a MicroPython that does not run.
const ENDS: usize = 5;
const HASTE: Duration = Duration::from_secs(2);

/// Starts a MicroPython and answers the host's end, which keeps it running.
pub(crate) fn start(micropython: MicroPython) -> io::Result<End> {
    let slot = Arc::new(Slot::new(micropython.spawn()?));
    let (host, board) = pipe(CAPACITY);
    let mut guard = Guard { slot: Arc::clone(&slot), threads: Vec::new() };
    let (typed, printed) = (board.try_clone()?, board);
    let listening = Arc::clone(&slot);
    guard.spawn("micropython stdin", move || listen(&listening, typed))?;
    guard.spawn("micropython stdout", move || speak(&slot, &micropython, printed))?;
    host.keep(guard);
    Ok(host)
}

/// The process that runs now, and word of the next one.
struct Slot {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    process: Arc<Process>,
    closed: bool,
}

impl Slot {
    fn new(process: Process) -> Self {
        let state = State { process: Arc::new(process), closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Arc<Process> {
        Arc::clone(&self.state().process)
    }

    /// Waits for the process after `old`; `None` if there will be none.
    fn after(&self, old: &Arc<Process>) -> Option<Arc<Process>> {
        let mut state = self.state();
        while !state.closed && Arc::ptr_eq(&state.process, old) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        (!state.closed).then(|| Arc::clone(&state.process))
    }

    /// Puts `process` in place. False if nobody wants one any more.
    fn put(&self, process: Process) -> bool {
        let mut state = self.state();
        if !state.closed {
            state.process = Arc::new(process);
            self.changed.notify_all();
        }
        !state.closed
    }

    fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.process.kill();
        self.changed.notify_all();
    }
}

/// Stops process and threads when the host's end is gone.
struct Guard {
    slot: Arc<Slot>,
    threads: Vec<JoinHandle<()>>,
}

impl Guard {
    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.threads.push(thread::Builder::new().name(name.into()).spawn(run)?);
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.slot.close();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

/// Passes on what the processes print, one after another.
fn speak(slot: &Slot, micropython: &MicroPython, mut host: End) {
    host.set_timeout(Duration::MAX);
    let mut ends = VecDeque::new();
    loop {
        let process = slot.now();
        if print(&process, &mut host).is_err() {
            break;
        }
        process.kill();
        ends.push_back(Instant::now());
        if ends.len() >= ENDS && ends.pop_front().is_some_and(|first: Instant| first.elapsed() < HASTE) {
            break;
        }
        let Ok(next) = micropython.spawn() else { break };
        if !slot.put(next) {
            break;
        }
    }
    slot.close();
    host.shut();
}

/// Passes on what one process prints until it ends. An error is the host's.
fn print(process: &Process, host: &mut End) -> io::Result<()> {
    let mut buffer = [0; CAPACITY];
    loop {
        match process.read(&mut buffer) {
            Ok(0) | Err(_) => return Ok(()),
            Ok(n) => host.write_all(&buffer[..n])?,
        }
    }
}

/// Types what the host sends, and makes interrupts of its `^C`.
fn listen(slot: &Slot, mut host: End) {
    host.set_timeout(Duration::MAX);
    let mut buffer = [0; CAPACITY];
    while let Ok(n @ 1..) = host.read(&mut buffer) {
        for piece in buffer[..n].chunk_by(|a, b| *a != CTRL_C && *b != CTRL_C) {
            if piece == [CTRL_C] && slot.now().interrupt() {
                continue;
            }
            // The terminal of a process that has ended may still take bytes, and nobody reads them.
            if !type_in(slot, piece) {
                return;
            }
        }
    }
}

/// Types all of `bytes`; what a process that ends did not take goes to the next one. False if there is none.
fn type_in(slot: &Slot, mut bytes: &[u8]) -> bool {
    let mut process = slot.now();
    while !bytes.is_empty() {
        match process.write(bytes) {
            Ok(n @ 1..) => bytes = &bytes[n..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => match slot.after(&process) {
                Some(next) => process = next,
                None => return false,
            },
        }
    }
    true
}

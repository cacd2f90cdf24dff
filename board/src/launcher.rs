//! Keeps a MicroPython running behind a byte end: two threads, one for each direction.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::micropython::{Interrupt, MicroPython, Process};
use crate::pipe::{End, pipe};
use crate::stand_in::{self, Output};

const CTRL_C: u8 = 0x03;
const CAPACITY: usize = 4096;
/// This many ends within [`HASTE`] are not a board that is reset but a MicroPython that does not run.
const ENDS: usize = 5;
const HASTE: Duration = Duration::from_secs(2);

/// Which prompt a MicroPython is to be at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    Friendly,
    Raw,
}

/// Starts a MicroPython and answers the host's end, which keeps it running.
pub(crate) fn start(micropython: MicroPython) -> io::Result<End> {
    let slot = Arc::new(Slot::new(micropython.spawn(Prompt::Friendly)?));
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

    /// Interrupts the running script, as soon as there is one that is to be interrupted. False if the prompt wants the `^C`.
    fn interrupt(&self) -> bool {
        loop {
            match self.now().interrupt() {
                Interrupt::Sent => return true,
                Interrupt::Prompt => return false,
                Interrupt::Early if self.state().closed => return false,
                Interrupt::Early => thread::sleep(Duration::from_millis(1)),
            }
        }
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
    let mut prompt = Prompt::Friendly;
    loop {
        let process = slot.now();
        let mut output = micropython.is_stand_in().then(|| Output::new(prompt));
        if print(&process, output.as_mut(), &mut host).is_err() {
            break;
        }
        process.kill();
        if !output.as_ref().is_some_and(Output::has_started) {
            ends.push_back(Instant::now());
        }
        if ends.len() >= ENDS && ends.pop_front().is_some_and(|first: Instant| first.elapsed() < HASTE) {
            break;
        }
        if let Some(output) = output {
            prompt = output.next_prompt();
            if host.write_all(stand_in::REBOOT).is_err() {
                break;
            }
        }
        let Ok(next) = micropython.spawn(prompt) else { break };
        if !slot.put(next) {
            break;
        }
    }
    slot.close();
    host.shut();
}

/// Passes on what one process prints until it ends. An error is the host's.
fn print(process: &Process, mut output: Option<&mut Output>, host: &mut End) -> io::Result<()> {
    let mut buffer = [0; CAPACITY];
    while let Ok(n @ 1..) = process.read(&mut buffer) {
        let Some(output) = output.as_deref_mut() else {
            process.has_started();
            host.write_all(&buffer[..n])?;
            continue;
        };
        let shown = output.shown(&buffer[..n]);
        if output.has_started() {
            process.has_started();
        }
        host.write_all(&shown)?;
        if output.has_ended() {
            break;
        }
    }
    Ok(())
}

/// Types what the host sends, and makes interrupts of its `^C`.
fn listen(slot: &Slot, mut host: End) {
    host.set_timeout(Duration::MAX);
    let mut buffer = [0; CAPACITY];
    while let Ok(n @ 1..) = host.read(&mut buffer) {
        for piece in buffer[..n].chunk_by(|a, b| *a != CTRL_C && *b != CTRL_C) {
            if piece == [CTRL_C] && slot.interrupt() {
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

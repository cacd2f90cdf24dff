//! A real MicroPython as a process on a pseudo-terminal.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pty_process::blocking::{Command, Pty};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use crate::find;
use crate::interrupt::{self, Interrupts};
use crate::launcher::{self, Prompt};
use crate::pipe::End;
use crate::stand_in;
use crate::tty::{self, passing};

/// Runs before the banner and leaves no trace. After a first script SIGINT is caught only while a script runs;
/// before it the wheel's is caught by the CPython around it, always.
const FIRST: &str = "import sys;sys.argv.clear();globals().pop('__file__',0);del sys";

/// What a MicroPython is started with; [`Running::micropython`](crate::Running::micropython) starts it.
///
/// It runs `micropython -i` with a folder as its working directory, which stands for the board's file system.
/// Its `/` is the host's `/`, so never remove recursively or mirror with deletion there, unless it is to be
/// [like a board](Self::like_a_board).
///
/// The process behaves as a board does where the unix port alone does not: `^C` (0x03) interrupts a running
/// script, and when the process ends (`sys.exit()`, `^D`, a crash) a new one starts on the same stream, as
/// a board that was reset. After five ends within two seconds the stream ends instead. Interrupting needs
/// Linux (it reads `/proc`); on other systems `^C` is only passed on, which the prompt understands
/// and a running script does not.
#[derive(Clone, Debug)]
pub struct MicroPython {
    dir: PathBuf,
    program: Option<PathBuf>,
    heap: Option<String>,
    manner: Manner,
}

/// What a MicroPython is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// The unix port, with all its memory and nothing of ours in it.
    Bare,
    /// A board.
    StandIn,
}

impl MicroPython {
    /// A MicroPython with the existing folder `dir` as its working directory.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), program: None, heap: None, manner: Manner::Bare }
    }

    /// Sets the size of its heap as `-X heapsize=` takes it: bytes, or `64k`, or `2M`.
    #[must_use]
    pub fn heap(mut self, size: impl Into<String>) -> Self {
        self.heap = Some(size.into());
        self
    }

    /// Makes it more like a board, which takes a few kilobytes of its heap.
    ///
    /// Its `/` is the folder, and no path leaves that; symbolic links in the folder do, and so does a program that wants to. At its
    /// start and after each reset `boot.py` and `main.py` run; after a reset in raw mode `boot.py` alone does, and the prompt
    /// is the raw one again.
    #[must_use]
    pub fn like_a_board(mut self) -> Self {
        self.manner = Manner::StandIn;
        self
    }

    /// Starts this program and not the one that [`find::micropython`] finds.
    #[must_use]
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = Some(path.into());
        self
    }

    pub(crate) fn start(mut self) -> io::Result<End> {
        if !self.dir.is_dir() {
            let dir = self.dir.display();
            let text = format!("{} is no folder to start MicroPython in", dir.to_string().escape_debug());
            return Err(io::Error::new(io::ErrorKind::NotFound, text));
        }
        if self.program.is_none() {
            let found = find::micropython().map_err(|e| io::Error::new(io::ErrorKind::NotFound, e))?;
            self.program = Some(found);
        }
        launcher::start(self)
    }

    pub(crate) fn is_stand_in(&self) -> bool {
        self.manner == Manner::StandIn
    }

    /// Starts one process on a pseudo-terminal of its own. A bare one goes to its friendly prompt.
    pub(crate) fn spawn(&self, prompt: Prompt) -> io::Result<Process> {
        // Descriptors of pseudo-terminals are closed on exec a moment after they are opened, and no other
        // process of ours may start in between.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let (master, slave) = tty::open_raw()?;
        let program = self.program.clone().unwrap_or_else(|| "micropython".into());
        let mut command = Command::new(program).current_dir(&self.dir).env("HOME", NO_HOME);
        if let Some(heap) = &self.heap {
            command = command.arg("-X").arg(format!("heapsize={heap}"));
        }
        let command = match (self.manner, prompt) {
            (Manner::Bare, _) => command.args(["-i", "-c", FIRST]),
            (Manner::StandIn, Prompt::Friendly) => command.args(["-i", "-c", &stand_in::code(), "friendly"]),
            (Manner::StandIn, Prompt::Raw) => command.args(["-i", "-c", &stand_in::code(), "raw"]),
        };
        let child = command.spawn(slave).map_err(tty::plain)?;
        let (interrupts, phase) = (Mutex::new(Interrupts::default()), Mutex::new(Phase::Starting));
        let process = Process { child: Mutex::new(child), master, manner: self.manner, phase, interrupts };
        if self.manner == Manner::StandIn && prompt == Prompt::Raw {
            process.write(b"\x01")?;
        }
        Ok(process)
    }
}

/// A folder that is not there. From the user's it would read into its heap what was typed at other boards, and add what is
/// typed at this one.
const NO_HOME: &str = "/none";

/// One process and the master side of its terminal.
pub(crate) struct Process {
    child: Mutex<Child>,
    master: Pty,
    manner: Manner,
    phase: Mutex<Phase>,
    interrupts: Mutex<Interrupts>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Starting,
    /// SIGINT is its own.
    Started,
    Ended,
}

/// What became of an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    Sent,
    /// No script runs: `^C` is to be typed.
    Prompt,
    /// This process does not take one, and it, or the next one, is about to run a program that does.
    Early,
}

impl Process {
    /// What it prints; an error says that it has ended.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.wait(PollFlags::IN)?;
            match (&self.master).read(buffer) {
                Err(error) if passing(&error) => {}
                done => return done,
            }
        }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that its output tells that it has started.
    pub(crate) fn has_started(&self) {
        *self.phase() = Phase::Started;
    }

    /// Types bytes; an error says that it has ended.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            if self.wait(PollFlags::OUT)?.contains(PollFlags::HUP) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            match (&self.master).write(bytes) {
                Err(error) if passing(&error) => {}
                done => return done,
            }
        }
    }

    /// Waits until it can go on, or has ended.
    fn wait(&self, what: PollFlags) -> io::Result<PollFlags> {
        let mut polled = [PollFd::new(&self.master, what)];
        match poll(&mut polled, None) {
            Ok(_) | Err(Errno::INTR) => Ok(polled[0].revents()),
            Err(error) => Err(error.into()),
        }
    }

    /// Interrupts the running script.
    pub(crate) fn interrupt(&self) -> Interrupt {
        let phase = *self.phase();
        match (phase, self.manner) {
            (Phase::Started, _) => {}
            (_, Manner::Bare) => return Interrupt::Prompt,
            (_, Manner::StandIn) => return Interrupt::Early,
        }
        // Locked, so that the process cannot be reaped and its number be another's meanwhile.
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let mut interrupts = self.interrupts.lock().unwrap_or_else(PoisonError::into_inner);
        match interrupt::running_script(&child, &mut interrupts) {
            true => Interrupt::Sent,
            false => Interrupt::Prompt,
        }
    }

    /// Makes an end of it. Returns when nothing is left of the process.
    pub(crate) fn kill(&self) {
        *self.phase() = Phase::Ended;
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // Both fail only when it is gone already.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

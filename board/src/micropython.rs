//! A real MicroPython as a process on a pseudo-terminal.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use pty_process::blocking::{Command, Pty};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use crate::find;
use crate::interrupt::{self, Interrupts};
use crate::launcher;
use crate::pipe::End;
use crate::tty::{self, passing};

/// Runs before the banner and leaves no trace. After a first script SIGINT is caught only while a script runs;
/// before it the wheel's is caught by the CPython around it, always.
const FIRST: &str = "import sys;sys.argv.clear();globals().pop('__file__',0);del sys";

/// What a MicroPython is started with; [`Running::micropython`](crate::Running::micropython) starts it.
///
/// It runs `micropython -i` with a folder as its working directory, which stands for the board's file system.
/// Its `/` is the host's `/`, so never remove recursively or mirror with deletion there.
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
}

impl MicroPython {
    /// A MicroPython with the existing folder `dir` as its working directory.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), program: None, heap: None }
    }

    /// Sets the size of its heap as `-X heapsize=` takes it: bytes, or `64k`, or `2M`.
    #[must_use]
    pub fn heap(mut self, size: impl Into<String>) -> Self {
        self.heap = Some(size.into());
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

    /// Starts one process on a pseudo-terminal of its own.
    pub(crate) fn spawn(&self) -> io::Result<Process> {
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
        let command = command.args(["-i", "-c", FIRST]);
        let child = command.spawn(slave).map_err(tty::plain)?;
        let interrupts = Mutex::new(Interrupts::default());
        Ok(Process { child: Mutex::new(child), master, spoke: AtomicBool::new(false), interrupts })
    }
}

/// A folder that is not there. From the user's it would read into its heap what was typed at other boards, and add what is
/// typed at this one.
const NO_HOME: &str = "/none";

/// One process and the master side of its terminal.
pub(crate) struct Process {
    child: Mutex<Child>,
    master: Pty,
    /// It has printed something: it has booted, and SIGINT is its own.
    spoke: AtomicBool,
    interrupts: Mutex<Interrupts>,
}

impl Process {
    /// What it prints; an error says that it has ended.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.wait(PollFlags::IN)?;
            match (&self.master).read(buffer) {
                Err(error) if passing(&error) => {}
                Ok(n) => {
                    self.spoke.store(true, Ordering::Relaxed);
                    return Ok(n);
                }
                Err(error) => return Err(error),
            }
        }
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

    /// Interrupts the running script. False if there is none: then `^C` is to be typed.
    pub(crate) fn interrupt(&self) -> bool {
        if !self.spoke.load(Ordering::Relaxed) {
            return false;
        }
        // Locked, so that the process cannot be reaped and its number be another's meanwhile.
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let mut interrupts = self.interrupts.lock().unwrap_or_else(PoisonError::into_inner);
        interrupt::running_script(&child, &mut interrupts)
    }

    /// Makes an end of it. Returns when nothing is left of the process.
    pub(crate) fn kill(&self) {
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

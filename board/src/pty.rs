//! A board behind a pseudo-terminal, for programs that open a serial port by name.

use std::ffi::OsStr;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use pty_process::blocking::{Pts, Pty};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::ioctl_tiocnxcl;

use crate::pipe::End;
use crate::tty::{self, passing};

/// How often a claim that a host left behind is looked for when it sends nothing.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// A board behind a pseudo-terminal, as [`Running::on_pty`](crate::Running::on_pty) starts it.
///
/// Any program opens [`name`](Self::name) as it opens a serial port, closes it and opens it again; the board
/// runs on meanwhile, and what it prints then waits for the next opening. A host that claims the port for
/// itself (`TIOCEXCL`) holds it only until its next byte has arrived, so one that was killed leaves nothing behind.
/// If the board itself ends, hosts see a port that hung up. Dropping this stops the board.
#[derive(Debug)]
pub struct PtyPort {
    name: PathBuf,
    board: End,
    wake: Wake,
    threads: Vec<JoinHandle<()>>,
}

impl PtyPort {
    pub(crate) fn serve(board: End) -> io::Result<Self> {
        let (master, slave) = tty::open_raw()?;
        let name = rustix::pty::ptsname(&master, Vec::new())?;
        let name = PathBuf::from(OsStr::from_bytes(name.as_bytes()));
        let (stopped, wake) = io::pipe()?;
        let wake = Wake(Arc::new(Mutex::new(Some(wake))));
        let line = Line { master: Arc::new(master), stopped: Arc::new(stopped) };
        let mut port = Self { name, board, wake, threads: Vec::new() };
        let (from_host, board, wake) = (line.clone(), port.board.try_clone()?, port.wake.clone());
        port.spawn("pty to board", move || from_host.listen(board, &slave, &wake))?;
        let (board, wake) = (port.board.try_clone()?, port.wake.clone());
        port.spawn("pty from board", move || line.speak(board, &wake))?;
        Ok(port)
    }

    /// The file to open, for example `/dev/pts/7`.
    #[must_use]
    pub fn name(&self) -> &Path {
        &self.name
    }

    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.threads.push(thread::Builder::new().name(name.into()).spawn(run)?);
        Ok(())
    }
}

impl Drop for PtyPort {
    fn drop(&mut self) {
        self.wake.now();
        self.board.shut();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

/// Wakes both threads for good: they wait for the other end of this pipe to close.
#[derive(Clone, Debug)]
struct Wake(Arc<Mutex<Option<PipeWriter>>>);

impl Wake {
    fn now(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// The master side. It does not block, so that a thread can wait for it and for the end at once.
#[derive(Clone)]
struct Line {
    master: Arc<Pty>,
    stopped: Arc<PipeReader>,
}

impl Line {
    /// Copies from the host to the board. Keeps `slave` open, so that the line does not hang up between hosts.
    fn listen(&self, mut board: End, slave: &Pts, wake: &Wake) {
        board.set_timeout(Duration::MAX);
        let mut buffer = [0; 4096];
        while self.wait(PollFlags::IN, Some(&TICK)) {
            let n = match (&*self.master).read(&mut buffer) {
                Err(error) if passing(&error) => 0,
                Ok(0) | Err(_) => break,
                Ok(n) => n,
            };
            // Only a later opening fails while a claim stands.
            let _ = ioctl_tiocnxcl(slave);
            if board.write_all(&buffer[..n]).is_err() {
                break;
            }
        }
        wake.now();
        board.shut();
    }

    /// Copies from the board to the host.
    fn speak(&self, mut board: End, wake: &Wake) {
        board.set_timeout(Duration::MAX);
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = board.read(&mut buffer) {
            if self.print(&buffer[..n]).is_err() {
                break;
            }
        }
        wake.now();
        board.shut();
    }

    fn print(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if !self.wait(PollFlags::OUT, None) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            match (&*self.master).write(bytes) {
                Err(error) if passing(&error) => {}
                Err(error) => return Err(error),
                Ok(n) => bytes = &bytes[n..],
            }
        }
        Ok(())
    }

    /// Waits until the line is ready, or for `tick`. False when it is time to stop.
    fn wait(&self, what: PollFlags, tick: Option<&Timespec>) -> bool {
        let mut polled = [PollFd::new(&*self.master, what), PollFd::new(&*self.stopped, PollFlags::IN)];
        match poll(&mut polled, tick) {
            Ok(_) => polled[1].revents().is_empty(),
            Err(error) => error == rustix::io::Errno::INTR,
        }
    }
}

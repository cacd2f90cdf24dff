//! The simulated board in real time: a thread that runs it between the ends of a pipe.

mod folder;

use std::fmt;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rawpaste::testing::{Device, Firmware};

use crate::pipe::{End, pipe};
use crate::running::Running;
use folder::Folder;

/// What the pipe holds in each direction.
const CAPACITY: usize = 4096;
/// How often a board looks again while one side of its link is stuck.
const TICK: Duration = Duration::from_millis(10);

/// What a simulated board is like; [`Running::simulated`] starts it.
///
/// It runs no Python: it understands the engine's own scripts. With a [`folder`](Self::folder) its files outlive it.
pub struct Simulated {
    device: Device,
    room: usize,
    folder: Option<PathBuf>,
    failed: Box<dyn FnOnce(io::Error) + Send>,
}

impl Simulated {
    /// A board with this firmware and an empty disk.
    #[must_use]
    pub fn new(firmware: Firmware) -> Self {
        let room = firmware.disk;
        Self { room, ..Self::with_device(Device::new(firmware)) }
    }

    /// A board that was made before: with programs of its own, say, or files.
    #[must_use]
    pub fn with_device(device: Device) -> Self {
        Self { device, room: usize::MAX, folder: None, failed: Box::new(drop) }
    }

    /// Keeps its files in the existing folder `dir`: they are loaded when it starts and written back after each
    /// change, each file atomically, before the host hears of it. Files that it removes are removed there. What
    /// others change in `dir` meanwhile is not noticed; symbolic links in it are not followed.
    #[must_use]
    pub fn folder(mut self, dir: impl Into<PathBuf>) -> Self {
        self.folder = Some(dir.into());
        self
    }

    /// Is told if the folder cannot be written. The board ends then, and its answer is never delivered: a host
    /// cannot take for done what the folder does not hold.
    #[must_use]
    pub fn on_failure(mut self, failed: impl FnOnce(io::Error) + Send + 'static) -> Self {
        self.failed = Box::new(failed);
        self
    }
}

impl fmt::Debug for Simulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulated").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Running {
    /// Starts a simulated board, which runs in real time.
    ///
    /// # Errors
    /// What the system says if its folder cannot be read or is larger than its disk, or if it cannot start a thread.
    pub fn simulated(simulated: Simulated) -> io::Result<Self> {
        let Simulated { mut device, room, folder, failed } = simulated;
        let folder = folder.map(|dir| Folder::load(dir, device.disk_mut(), room)).transpose()?;
        let (host, board) = pipe(CAPACITY);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let life = Life { device, folder, board, pending: Vec::new(), output: Vec::new() };
        let thread = thread::Builder::new().name("simulated board".into()).spawn(move || {
            if let Err(error) = life.live(&stopped) {
                failed(error);
            }
        })?;
        Ok(Self::from_end(host, Guard { stop, thread: Some(thread) }))
    }
}

/// Waits for the board's end.
struct Guard {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

/// What the thread owns.
struct Life {
    device: Device,
    folder: Option<Folder>,
    board: End,
    /// Bytes from the host that the board did not take yet.
    pending: Vec<u8>,
    /// Bytes for the host that the pipe did not take yet.
    output: Vec<u8>,
}

impl Life {
    /// Runs until the host is gone. An error is the folder's.
    fn live(mut self, stop: &AtomicBool) -> io::Result<()> {
        let epoch = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            let now = rawpaste::Instant::from_epoch(epoch.elapsed());
            let taken = self.device.received(now, &self.pending);
            self.pending.drain(..taken);
            let next = self.device.poll(now);
            if self.output.is_empty() {
                self.output = self.device.take_output();
            }
            if let (false, Some(folder)) = (self.output.is_empty(), &mut self.folder) {
                folder.save(self.device.disk())?;
            }
            let moved = !self.output.is_empty();
            if moved && self.speak().is_err() {
                break;
            }
            let wait = next.map_or(Duration::MAX, |next| next.saturating_duration_since(now));
            if !self.listen(if moved { Duration::ZERO } else { wait }) {
                break;
            }
        }
        // A board that was unplugged keeps what it had written.
        self.folder.as_mut().map_or(Ok(()), |folder| folder.save(self.device.disk()))
    }

    /// Hands over what it prints, as far as it goes within a moment.
    fn speak(&mut self) -> io::Result<()> {
        self.board.set_timeout(TICK);
        match self.board.write(&self.output) {
            Ok(n) => drop(self.output.drain(..n)),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Waits for bytes of the host. False when there will be none.
    fn listen(&mut self, wait: Duration) -> bool {
        if !self.pending.is_empty() {
            // They come first, so there is no use in reading more.
            thread::sleep(wait.min(TICK));
            return true;
        }
        self.board.set_timeout(wait);
        let mut buffer = [0; CAPACITY];
        match self.board.read(&mut buffer) {
            Ok(0) => false,
            Ok(n) => {
                self.pending.extend_from_slice(&buffer[..n]);
                true
            }
            Err(error) => error.kind() == io::ErrorKind::TimedOut,
        }
    }
}

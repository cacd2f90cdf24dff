//! The board's port, of any kind.

use std::{
    convert::Infallible,
    fmt, fs,
    io::{self, Read, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rawpaste::{Config, Flow, Policy, testing::Firmware};
use rawpaste_blocking::{Port, port_flow};
use rawpaste_board::{End, Running, Simulated};
use tempfile::TempDir;

use crate::{
    device,
    report::{Failure, Result, Visible},
};

/// How much the simulated board's disk holds.
const DISK: usize = 8 * 1024 * 1024;

/// The board that is asked for, and how source goes there.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    /// None for what suits the port.
    flow: Option<Flow>,
    /// What its input buffer holds, if that is little.
    in_flight: Option<NonZeroUsize>,
    policy: Policy,
}

/// What `--port` names.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A serial port of this machine.
    Device(String),
    /// A simulated board, with its files in a folder.
    Simulated(Option<PathBuf>),
    /// A real MicroPython, in a folder.
    MicroPython(Option<PathBuf>),
}

impl FromStr for Target {
    type Err = Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        let dir = |dir: &str| (!dir.is_empty()).then(|| PathBuf::from(dir));
        let kind = if let Some(rest) = text.strip_prefix("sim:") {
            Kind::Simulated(dir(rest))
        } else if let Some(rest) = text.strip_prefix("micropython:") {
            Kind::MicroPython(dir(rest))
        } else {
            Kind::Device(text.into())
        };
        Ok(Self::of(kind))
    }
}

impl fmt::Display for Target {
    /// Completes "on ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = |dir: &Path| Visible(&dir.to_string_lossy()).to_string();
        match &self.kind {
            Kind::Device(name) => write!(f, "the board at {}", Visible(name)),
            Kind::Simulated(None) => f.write_str("the simulated board"),
            Kind::Simulated(Some(dir)) => write!(f, "the simulated board in {}", within(dir)),
            Kind::MicroPython(None) => f.write_str("MicroPython in a temporary folder"),
            Kind::MicroPython(Some(dir)) => write!(f, "MicroPython in {}", within(dir)),
        }
    }
}

/// A port that is open.
pub(crate) struct Opened {
    /// The port itself.
    pub(crate) port: Box<dyn Port + Send>,
    /// Where a board's files are a folder of this machine that paths must not leave.
    pub(crate) root: Option<PathBuf>,
    /// What went wrong with the simulated board's folder.
    pub(crate) trouble: Arc<Mutex<Option<io::Error>>>,
}

impl Target {
    /// The serial port of this name.
    pub(crate) fn device(name: String) -> Self {
        Self::of(Kind::Device(name))
    }

    fn of(kind: Kind) -> Self {
        Self { kind, flow: None, in_flight: None, policy: Policy::host() }
    }

    /// What all names of the same board have in common; nothing if there can be no other of it.
    pub(crate) fn identity(&self) -> Option<PathBuf> {
        let full = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.into());
        match &self.kind {
            Kind::Device(name) => Some(device::identity(name)),
            Kind::Simulated(dir) | Kind::MicroPython(dir) => dir.as_deref().map(full),
        }
    }

    /// Says how source is to go there, none for what suits the port, and what the board's input buffer holds, none for
    /// enough.
    pub(crate) fn tuned(self, flow: Option<Flow>, in_flight: Option<NonZeroUsize>, policy: Policy) -> Self {
        Self { flow, in_flight, policy, ..self }
    }

    /// Tells a session of it.
    pub(crate) fn tune(&self, config: &mut Config) {
        (config.flow, config.in_flight, config.policy) = (self.flow(), self.in_flight, self.policy);
    }

    /// Returns how source goes there. What is behind a simulated board's link or a MicroPython's pseudo-terminal is not known by
    /// an id.
    fn flow(&self) -> Flow {
        self.flow.unwrap_or_else(|| match &self.kind {
            Kind::Device(name) => port_flow(name),
            Kind::Simulated(_) | Kind::MicroPython(_) => Flow::Windowed,
        })
    }

    /// Opens it.
    pub(crate) fn open(&self) -> Result<Opened> {
        let trouble = Arc::new(Mutex::new(None));
        let (port, root): (Box<dyn Port + Send>, _) = match &self.kind {
            Kind::Device(name) => (Box::new(device::open(name)?), None),
            Kind::Simulated(dir) => {
                let told = Arc::clone(&trouble);
                let failed = move |error| *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                let board = simulated(dir.as_deref(), failed)?;
                (Box::new(InProcess { end: board.in_process(), _folder: None }), None)
            }
            Kind::MicroPython(dir) => {
                let (end, root, folder) = micropython(dir.as_deref())?;
                (Box::new(InProcess { end, _folder: folder }), Some(root))
            }
        };
        Ok(Opened { port, root, trouble })
    }
}

/// Starts a simulated board; `failed` is told if its folder cannot be written, and the board ends then.
pub(crate) fn simulated(
    dir: Option<&Path>,
    failed: impl FnOnce(io::Error) + Send + 'static,
) -> Result<Running> {
    let mut board = Simulated::new(Firmware { disk: DISK, ..Firmware::default() });
    if let Some(dir) = dir {
        board = board.folder(existing(dir)?).on_failure(failed);
    }
    Running::simulated(board).map_err(|error| start_failed("the simulated board", &error))
}

/// Starts a MicroPython in a folder, a fresh one if none is named.
#[cfg(unix)]
fn micropython(dir: Option<&Path>) -> Result<(End, PathBuf, Option<TempDir>)> {
    let (dir, folder) = folder_or_fresh(dir)?;
    Ok((micropython_in(&dir)?.in_process(), dir, folder))
}

#[cfg(not(unix))]
fn micropython(_dir: Option<&Path>) -> Result<(End, PathBuf, Option<TempDir>)> {
    Err(Failure::usage("micropython: works on Linux and macOS").next("sim: works here"))
}

/// Starts a MicroPython in a folder.
#[cfg(unix)]
pub(crate) fn micropython_in(dir: &Path) -> Result<Running> {
    Running::micropython(rawpaste_board::MicroPython::new(dir))
        .map_err(|error| start_failed("MicroPython", &error))
}

/// Returns the folder, in full, or a temporary one.
#[cfg(unix)]
pub(crate) fn folder_or_fresh(dir: Option<&Path>) -> Result<(PathBuf, Option<TempDir>)> {
    match dir {
        Some(dir) => Ok((existing(dir)?, None)),
        None => {
            let fresh = tempfile::tempdir();
            let fresh = fresh
                .map_err(|error| Failure::trouble(format!("cannot make a temporary folder: {error}")))?;
            Ok((existing(fresh.path())?, Some(fresh)))
        }
    }
}

fn existing(dir: &Path) -> Result<PathBuf> {
    let name = dir.to_string_lossy();
    let full = fs::canonicalize(dir).map_err(|error| {
        Failure::file("use the folder", &name, &error).next("make it first, or name one that is there")
    })?;
    if !full.is_dir() {
        return Err(Failure::trouble(format!("{} is no folder", Visible(&name)))
            .next("name a folder after the colon"));
    }
    Ok(full)
}

/// A simulated board could not write its folder.
pub(crate) fn folder_failed(place: &str, error: &io::Error) -> Failure {
    let text = error.to_string();
    Failure::trouble(format!("{place} cannot keep its files: {}", Visible(&text)))
        .next("mend that or name another folder, and run the command again")
}

fn start_failed(what: &str, error: &io::Error) -> Failure {
    Failure::trouble(format!("cannot start {what}: {error}"))
}

/// A board in this process, and the folder that goes with it.
struct InProcess {
    end: End,
    _folder: Option<TempDir>,
}

impl Read for InProcess {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.end.read(buffer)
    }
}

impl Write for InProcess {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.end.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Port for InProcess {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.end.set_timeout(timeout);
        Ok(())
    }
}

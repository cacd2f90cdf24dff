//! Trials on a real MicroPython, for test files with `harness = false` in any crate (feature `trial`).
//!
//! Where no MicroPython can be had the trials are reported as ignored, and why and what to do about it is printed
//! once; with `RAWPASTE_REQUIRE_MICROPYTHON=1` they fail instead. Filters and options are those of
//! `cargo test`.
//!
//! ```no_run
//! use rawpaste_board::trial::{run, trial};
//! use std::io::Read;
//!
//! fn main() {
//!     run(vec![trial("it greets", |board| {
//!         let mut host = board.running.in_process();
//!         let mut greeting = [0; 11];
//!         host.read_exact(&mut greeting)?;
//!         assert_eq!(&greeting, b"MicroPython");
//!         Ok(())
//!     })])
//! }
//! ```

use std::env;
use std::io::{self, Write};

pub use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

use crate::Running;
use crate::find;

/// The environment variable that, set to 1, makes trials fail where no MicroPython can be had.
pub const REQUIRE: &str = "RAWPASTE_REQUIRE_MICROPYTHON";

/// What a trial is given: a MicroPython of its own.
#[derive(Debug)]
pub struct Board {
    /// It runs in [`dir`](Self::dir).
    pub running: Running,
    /// Its working directory: a fresh, empty folder, which is removed when this is dropped.
    pub dir: TempDir,
}

impl Board {
    /// Starts a MicroPython in a fresh folder.
    ///
    /// # Errors
    /// As [`Running::micropython`], and what the system says if it cannot make a folder.
    #[cfg(unix)]
    pub fn start() -> io::Result<Self> {
        let dir = tempfile::tempdir()?;
        let running = Running::micropython(crate::MicroPython::new(dir.path()))?;
        Ok(Self { running, dir })
    }

    /// On this system there is none to start.
    ///
    /// # Errors
    /// Always: why, and what to do.
    #[cfg(not(unix))]
    pub fn start() -> io::Result<Self> {
        let missing = find::micropython().err().map(|why| why.to_string());
        Err(io::Error::new(io::ErrorKind::NotFound, missing.unwrap_or_default()))
    }
}

/// A trial that is given a started MicroPython; a panic or an error fails it.
///
/// To start one with options, or none, make it ignored in the same way with [`when_possible`].
pub fn trial(
    name: impl Into<String>,
    test: impl FnOnce(Board) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    when_possible(Trial::test(name, || test(Board::start()?)))
}

/// The trial, ignored if no MicroPython can be had and none is required.
#[must_use]
pub fn when_possible(trial: Trial) -> Trial {
    let ignored = find::micropython().is_err() && !required();
    if ignored { trial.with_ignored_flag(true) } else { trial }
}

/// Runs trials as `cargo test` runs tests, with the arguments of this process, and ends it.
///
/// Trials that need no MicroPython (`Trial::test`) may be among them.
pub fn run(trials: Vec<Trial>) -> ! {
    let arguments = libtest_mimic::Arguments::from_args();
    if let Err(missing) = find::micropython()
        && !arguments.list
    {
        let outcome = if required() { "fail" } else { "are ignored" };
        // Without standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "trials on a real MicroPython {outcome}: {missing}");
    }
    libtest_mimic::run(&arguments, trials).exit()
}

fn required() -> bool {
    env::var_os(REQUIRE).is_some_and(|value| !value.is_empty() && value != "0")
}

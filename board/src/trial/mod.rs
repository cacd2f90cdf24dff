//! Trials on a real MicroPython, for test files with `harness = false` in any crate (feature `trial`).
//!
//! Where no MicroPython can be had the trials are reported as ignored, and why and what to do about it is printed
//! once; with `RAWPASTE_REQUIRE_MICROPYTHON=1` they fail instead. Filters and options are those of
//! `cargo test`.
//!
//! ```no_run
//! use rawpaste_board::trial::{run, trial};
//! use std::fs;
//!
//! fn main() {
//!     run(vec![trial("its port can be opened", |board| {
//!         let port = board.on_port()?;
//!         fs::File::open(port.name())?;
//!         assert_eq!(fs::read_dir(port.dir())?.count(), 0);
//!         Ok(())
//!     })])
//! }
//! ```
//!
//! # Where MicroPython cannot run
//!
//! MicroPython is a process of a Unix system. Trials that reach their board [by the name of a port](Board::on_port) run on
//! Windows, too, as far as Wine is Windows: a server on the Unix system around it (the example `ports` of this crate, which calls
//! `trial::serve`) has a board for each of them and makes COM ports of their pseudo-terminals, and
//! the environment variable `RAWPASTE_TEST_PORTS` tells its address. `.ci/windows` does all that.

mod port;

use std::env;
use std::io::{self, Write};
#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicBool, Ordering};

pub use libtest_mimic::{Failed, Trial};
#[cfg(unix)]
use tempfile::TempDir;

use crate::find::Missing;
#[cfg(unix)]
use crate::{Running, find};

#[cfg(unix)]
pub use port::serve;
pub use port::{PORTS, Port, REFUSED};

/// The environment variable that, set to 1, makes trials fail where no MicroPython can be had.
pub const REQUIRE: &str = "RAWPASTE_REQUIRE_MICROPYTHON";

/// The environment variable that, set to 1, makes trials that go through `ser2net` fail where there is none.
pub const REQUIRE_SER2NET: &str = "RAWPASTE_REQUIRE_SER2NET";

/// What a trial is given: a MicroPython of its own.
#[derive(Debug)]
pub struct Board {
    /// It runs in [`dir`](Self::dir). On Unix.
    #[cfg(unix)]
    pub running: Running,
    /// Its working directory: a fresh, empty folder, which is removed when this is dropped. On Unix.
    #[cfg(unix)]
    pub dir: TempDir,
    #[cfg(not(unix))]
    port: Port,
}

impl Board {
    /// Starts a MicroPython in a fresh folder.
    ///
    /// # Errors
    /// As [`Running::micropython`], and what the system says if it cannot make a folder. Elsewhere than on Unix, that
    /// there is no server of ports.
    pub fn start() -> io::Result<Self> {
        #[cfg(unix)]
        {
            let dir = tempfile::tempdir()?;
            let running = Running::micropython(crate::MicroPython::new(dir.path()))?;
            Ok(Self { running, dir })
        }
        #[cfg(not(unix))]
        Ok(Self { port: Port::of_server()? })
    }

    /// Puts it behind a serial port that is opened by name: a pseudo-terminal, or the server's COM port.
    ///
    /// # Errors
    /// What the system says if there is no pseudo-terminal to be had.
    pub fn on_port(self) -> io::Result<Port> {
        #[cfg(unix)]
        return Port::here(self.running, self.dir);
        #[cfg(not(unix))]
        Ok(self.port)
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
    let ignored = possible().is_err() && !required();
    if ignored { trial.with_ignored_flag(true) } else { trial }
}

/// Whether there are trials that need one.
#[cfg(target_os = "linux")]
static SER2NET: AtomicBool = AtomicBool::new(false);

/// A trial that is given a started MicroPython on a pseudo-terminal and a real `ser2net` that serves it to the network. It is
/// ignored where one of the two cannot be had, unless it is required.
#[cfg(target_os = "linux")]
pub fn served_trial(
    name: impl Into<String>,
    test: impl FnOnce(Served) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let trial = when_possible(Trial::test(name, || {
        let Board { running, dir } = Board::start()?;
        let port = running.on_pty()?;
        test(Served { server: crate::Ser2net::start(port.name())?, port, dir })
    }));
    SER2NET.store(true, Ordering::Relaxed);
    let ignored = crate::ser2net::find().is_err() && !is_set(REQUIRE_SER2NET);
    if ignored { trial.with_ignored_flag(true) } else { trial }
}

/// What a trial through `ser2net` is given.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub struct Served {
    /// It serves the port.
    pub server: crate::Ser2net,
    /// A MicroPython is behind it, in [`dir`](Self::dir).
    pub port: crate::PtyPort,
    /// Its working directory: a fresh, empty folder, which is removed when this is dropped.
    pub dir: TempDir,
}

/// Runs trials as `cargo test` runs tests, with the arguments of this process, and ends it.
///
/// Trials that need no MicroPython (`Trial::test`) may be among them.
pub fn run(trials: Vec<Trial>) -> ! {
    let arguments = libtest_mimic::Arguments::from_args();
    if let Err(missing) = possible()
        && !arguments.list
    {
        let outcome = if required() { "fail" } else { "are ignored" };
        // Without standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "trials on a real MicroPython {outcome}: {missing}");
    }
    #[cfg(target_os = "linux")]
    if SER2NET.load(Ordering::Relaxed)
        && !arguments.list
        && let Err(missing) = crate::ser2net::find()
    {
        let outcome = if is_set(REQUIRE_SER2NET) { "fail" } else { "are ignored" };
        let _ = writeln!(io::stderr(), "trials through ser2net {outcome}: {missing}");
    }
    libtest_mimic::run(&arguments, trials).exit()
}

/// Whether boards can be started.
fn possible() -> Result<(), Missing> {
    #[cfg(unix)]
    return find::micropython().map(drop);
    #[cfg(not(unix))]
    port::server().map(drop)
}

fn required() -> bool {
    is_set(REQUIRE)
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0")
}

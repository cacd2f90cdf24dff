//! Boards in this process: a simulated one, and a real MicroPython.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use rawpaste::testing::Firmware;
use rawpaste_blocking::Port;
use rawpaste_board::{End, Running, Simulated};
use tempfile::TempDir;

use crate::report::{Failure, Result, Visible};

/// How much the simulated board's disk holds.
const DISK: usize = 8 * 1024 * 1024;

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
pub(super) fn micropython(dir: Option<&Path>) -> Result<(End, PathBuf, Option<TempDir>)> {
    let (dir, folder) = folder_or_fresh(dir)?;
    Ok((micropython_in(&dir)?.in_process(), dir, folder))
}

#[cfg(not(unix))]
pub(super) fn micropython(_dir: Option<&Path>) -> Result<(End, PathBuf, Option<TempDir>)> {
    Err(Failure::usage("micropython: works on Linux and macOS").next("sim: works here"))
}

/// Starts a MicroPython in a folder, as a board whose `/` that is.
#[cfg(unix)]
pub(crate) fn micropython_in(dir: &Path) -> Result<Running> {
    Running::micropython(rawpaste_board::MicroPython::new(dir).like_a_board())
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
pub(super) struct InProcess {
    pub(super) end: End,
    pub(super) _folder: Option<TempDir>,
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

//! The peers: other programs that put and get files.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use rawpaste_board::{Missing, find, output};

use super::{
    Outcome, Stage, Timing,
    bed::Bed,
    work::{Load, Way, Work},
};
use crate::report::Failure;

/// A program to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// MicroPython's own, 1.29.0
    Mpremote,
    /// 2.6.0; MicroPython on this system shows it no files (its modes have permissions), so it gets none and sends
    /// unchanged ones again
    Mpytool,
}

impl Peer {
    /// Fetches it if it is not there yet.
    pub(super) fn find(self) -> Result<Found, Missing> {
        Ok(Found { peer: self, venv: find::package(self.name(), self.version())? })
    }

    /// Its name and version.
    pub(super) fn title(self) -> String {
        format!("{} {}", self.name(), self.version())
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Mpremote => "mpremote",
            Self::Mpytool => "mpytool",
        }
    }

    const fn version(self) -> &'static str {
        match self {
            Self::Mpremote => "1.29.0",
            Self::Mpytool => "2.6.0",
        }
    }
}

/// A peer that is there.
#[derive(Clone, Debug)]
pub(super) struct Found {
    peer: Peer,
    venv: PathBuf,
}

impl Found {
    pub(super) const fn name(&self) -> &'static str {
        self.peer.name()
    }

    /// The folder of its Python files.
    pub(super) fn sources(&self) -> io::Result<PathBuf> {
        for python in fs::read_dir(self.venv.join("lib"))? {
            let package = python?.path().join("site-packages").join(self.name());
            if package.is_dir() {
                return Ok(package);
            }
        }
        Err(io::Error::new(io::ErrorKind::NotFound, "its environment has no site-packages for it"))
    }

    /// Where it is.
    pub(super) fn program(&self) -> PathBuf {
        self.venv.join("bin").join(self.name())
    }

    /// Runs it for the files, and times it from its start to its end.
    pub(super) fn run(
        &self,
        work: Work,
        load: &Load,
        bed: &Bed,
        patience: Duration,
    ) -> Outcome<Vec<(Stage, Timing)>> {
        let (from, arrived) = match work.way() {
            Way::Up => (bed.here(), bed.board()),
            Way::Down => (bed.board(), bed.here()),
        };
        let mut times = Vec::new();
        // To a peer the board is always unknown, and what is there.
        let ours = |stage: &&Stage| matches!(stage, Stage::Unknown | Stage::Known);
        for &stage in work.stages().iter().filter(|stage| !ours(stage)) {
            let edited = (stage == Stage::Edited).then(|| load.edited());
            let load = edited.as_ref().unwrap_or(load);
            load.lay(from).map_err(Failure::into_text)?;
            let began = Instant::now();
            output(&mut self.command(work, load, bed), patience).map_err(|error| error.to_string())?;
            times.push((stage, Timing { time: began.elapsed(), counts: None }));
            load.compare(arrived)?;
        }
        Ok(times)
    }

    fn command(&self, work: Work, load: &Load, bed: &Bed) -> Command {
        let mut command = Command::new(self.program());
        match self.peer {
            // Without `resume` it waits for a soft reset's message, which MicroPython as a process does not print.
            Peer::Mpremote => command.arg("connect").arg(bed.port()).args(["resume", "cp"]),
            Peer::Mpytool => command.arg("-p").arg(bed.port()).arg("cp"),
        };
        let here = |name: &str| -> PathBuf { Path::new(bed.here()).join(name) };
        let board = format!(":{}", Load::FILE);
        match (work.way(), load.in_folder(), self.peer) {
            (Way::Down, _, _) => command.arg(board).arg(here(Load::FILE)),
            (Way::Up, false, _) => command.arg(here(Load::FILE)).arg(board),
            // With `:` alone it finds no folder there, and takes a folder of files for a file.
            (Way::Up, true, Peer::Mpremote) => command.arg("-r").arg(here(Load::TREE)).arg(":."),
            (Way::Up, true, Peer::Mpytool) => command.arg(here(Load::TREE)).arg(":"),
        };
        command
    }
}

//! A fresh board behind a shaped link and a pseudo-terminal.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rawpaste::testing::{Device, Firmware, Program};
use rawpaste_board::{MicroPython, PtyPort, Running, Shape, Simulated};
use tempfile::TempDir;

use crate::report::{Failure, Result, Visible};

/// The board of one run, and a folder of this machine for what goes there or comes from there.
#[derive(Debug)]
pub(super) struct Bed {
    /// First, so that the board has ended when its folder goes.
    port: PtyPort,
    folders: Folders,
    /// Why a simulated board ended.
    trouble: Arc<Mutex<Option<io::Error>>>,
}

/// The folders before there is a board.
#[derive(Debug)]
pub(super) struct Folders {
    board: TempDir,
    here: TempDir,
}

impl Folders {
    /// Makes them.
    pub(super) fn new() -> Result<Self> {
        let both =
            || -> io::Result<Self> { Ok(Self { board: tempfile::tempdir()?, here: tempfile::tempdir()? }) };
        both().map_err(|error| Failure::trouble(format!("cannot make a temporary folder: {error}")))
    }

    /// The folder that will be the board's.
    pub(super) fn board(&self) -> &Path {
        self.board.path()
    }

    /// Starts a MicroPython there.
    pub(super) fn micropython(self, shape: Shape, heap: Option<&str>) -> Result<Bed> {
        let mut micropython = MicroPython::new(self.board());
        if let Some(heap) = heap {
            micropython = micropython.heap(heap);
        }
        let port = Running::micropython(micropython).and_then(|board| board.shaped(shape)?.on_pty());
        let port = port.map_err(|error| Failure::trouble(format!("cannot start MicroPython: {error}")))?;
        Ok(Bed { port, folders: self, trouble: Arc::default() })
    }

    /// Starts a simulated board there, which knows these programs besides what the engine sends.
    pub(super) fn simulated(self, shape: Shape, programs: Vec<Program>) -> Result<Bed> {
        let mut device = Device::new(Firmware { heap: HEAP, disk: DISK, ..Firmware::default() });
        programs.into_iter().for_each(|program| device.register(program));
        let trouble: Arc<Mutex<Option<io::Error>>> = Arc::default();
        let told = Arc::clone(&trouble);
        let failed = move |error| *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        let board = Simulated::with_device(device).folder(self.board()).on_failure(failed);
        let port = Running::simulated(board).and_then(|board| board.shaped(shape)?.on_pty());
        let port =
            port.map_err(|error| Failure::trouble(format!("cannot start the simulated board: {error}")))?;
        Ok(Bed { port, folders: self, trouble })
    }
}

/// As a MicroPython has as a process: room enough for the plan to choose as it does there.
const HEAP: usize = 2 * 1024 * 1024;
const DISK: usize = 8 * 1024 * 1024;

impl Bed {
    /// Starts a MicroPython in fresh folders.
    pub(super) fn new(shape: Shape, heap: Option<&str>) -> Result<Self> {
        Folders::new()?.micropython(shape, heap)
    }

    /// The port to open.
    pub(super) fn port(&self) -> &Path {
        self.port.name()
    }

    /// The board's folder.
    pub(super) fn board(&self) -> &Path {
        self.folders.board()
    }

    /// The folder of this machine.
    pub(super) fn here(&self) -> &Path {
        self.folders.here.path()
    }

    /// Says why the board itself ended, if it did, instead of what came of that.
    pub(super) fn explain(&self, why: String) -> String {
        match &*self.trouble.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => format!("the board cannot keep its files: {}", Visible(&error.to_string())),
            None => why,
        }
    }
}

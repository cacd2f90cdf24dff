//! A fresh MicroPython behind a shaped link and a pseudo-terminal.

use std::{io, path::Path};

use rawpaste_board::{MicroPython, PtyPort, Running, Shape};
use tempfile::TempDir;

use crate::report::{Failure, Result};

/// The board of one run, and a folder of this machine for what goes there or comes from there.
#[derive(Debug)]
pub(super) struct Bed {
    /// First, so that the board has ended when its folder goes.
    port: PtyPort,
    board: TempDir,
    here: TempDir,
}

impl Bed {
    /// Starts it.
    pub(super) fn new(shape: Shape, heap: Option<&str>) -> Result<Self> {
        let start = || -> io::Result<Self> {
            let (board, here) = (tempfile::tempdir()?, tempfile::tempdir()?);
            let mut micropython = MicroPython::new(board.path());
            if let Some(heap) = heap {
                micropython = micropython.heap(heap);
            }
            let port = Running::micropython(micropython)?.shaped(shape)?.on_pty()?;
            Ok(Self { port, board, here })
        };
        start().map_err(|error| Failure::trouble(format!("cannot start MicroPython: {error}")))
    }

    /// The port to open.
    pub(super) fn port(&self) -> &Path {
        self.port.name()
    }

    /// The board's folder.
    pub(super) fn board(&self) -> &Path {
        self.board.path()
    }

    /// The folder of this machine.
    pub(super) fn here(&self) -> &Path {
        self.here.path()
    }
}

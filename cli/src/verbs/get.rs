//! `get`.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    files::{destination, is_standard},
    jobs::{Download, download, stream},
    link::Board,
    output::Output,
    path::BoardPath,
    report::{Failure, Result, Visible},
    tree::fetch,
};

/// Get a file from the board, whole
///
/// It takes its name here when its digest agrees. One that was cut off goes on from what is here already.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste get :log.txt\n  rawpaste get :data/log.txt today.txt\n  rawpaste get -r :data\n  rawpaste get :log.txt - | tail"
)]
pub(crate) struct Get {
    /// The file on the board
    #[arg(value_name = ":PATH")]
    path: BoardPath,
    /// Its name here, or the folder it goes into; - is standard output
    file: Option<PathBuf>,
    /// Get a folder with all that is in it, but for what is here already. FILE is its name here, or ends with / and takes
    /// it in
    #[arg(short, long)]
    recursive: bool,
}

impl Get {
    /// Gets the file.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let standard = self.file.as_deref().is_some_and(is_standard);
        if standard && self.recursive {
            return Err(Failure::usage("a folder cannot go to standard output").next("get -r :PATH [DIR]"));
        }
        if standard {
            return stream(board.open()?, &self.path, Output::new());
        }
        if let Some(file) = self.file.as_ref().filter(|file| file.to_string_lossy().starts_with(':')) {
            return Err(Failure::usage(format!(
                "{} is on the board, and get takes one path there",
                Visible(&file.to_string_lossy())
            ))
            .next("get :PATH [FILE]; a file of this machine whose name begins with : is ./:NAME"));
        }
        if self.recursive {
            return self.run_tree(board);
        }
        get(board, &self.path, self.file.as_deref())
    }

    /// Gets a folder with all that is in it.
    fn run_tree(self, board: &mut Board) -> Result<()> {
        let ends = |dir: &Path| dir.to_string_lossy().ends_with(std::path::is_separator);
        let dir = match self.file {
            Some(dir) if !ends(&dir) => dir,
            into => into.unwrap_or_default().join(destination(&self.path.as_file(), None)?),
        };
        fetch(board, &self.path, &dir)
    }
}

/// Gets a file to its name here, or into a folder; without either, into the current folder.
pub(super) fn get(board: &mut Board, path: &BoardPath, file: Option<&Path>) -> Result<()> {
    let target = destination(path, file)?;
    let shown = target.to_string_lossy();
    let link = board.open()?;
    // A device, say: there is nothing to put beside it.
    if target.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        let device: io::Result<File> = OpenOptions::new().write(true).open(&target);
        let device = device.map_err(|error| Failure::file("write", &shown, &error))?;
        return stream(link, path, device);
    }
    download(link, vec![Download { path: path.clone(), target: target.clone(), size: None }])
        .into_iter()
        .collect()
}

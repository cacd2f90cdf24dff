//! `get`.

use std::{fs::File, fs::OpenOptions, io, io::Write, path::PathBuf};

use clap::Args;
use rawpaste::{DriveError, Error, Sink};

use crate::{
    arriving::Arriving,
    files::{Stream, destination, is_standard},
    link::{Link, with_board},
    path::BoardPath,
    port::Target,
    progress::Bar,
    report::{Failure, Result, Visible, closed_output, print},
};

/// Get a file from the board, whole: it takes its name here when its digest agrees. One that was cut off goes on from
/// what is here already
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste get :log.txt\n  rawpaste get :data/log.txt today.txt\n  rawpaste get :log.txt - | tail"
)]
pub(crate) struct Get {
    /// The file on the board
    #[arg(value_name = ":PATH")]
    path: BoardPath,
    /// Its name here, or the folder it goes into; - is standard output
    file: Option<PathBuf>,
}

impl Get {
    /// Gets the file.
    pub(crate) fn run(self, port: Option<Target>) -> Result<()> {
        if self.file.as_deref().is_some_and(is_standard) {
            return with_board(port, |link| stream(link, &self.path, io::stdout().lock()));
        }
        if let Some(file) = self.file.as_ref().filter(|file| file.to_string_lossy().starts_with(':')) {
            return Err(Failure::usage(format!(
                "{} is on the board, and get takes one file",
                Visible(&file.to_string_lossy())
            ))
            .next("get :PATH [FILE]; a file of this machine whose name begins with : is ./:NAME"));
        }
        let target = destination(&self.path, self.file.as_deref())?;
        let shown = target.to_string_lossy();
        with_board(port, |link| {
            // A device, say: there is nothing to put beside it.
            if target.metadata().is_ok_and(|metadata| !metadata.is_file()) {
                let device: io::Result<File> = OpenOptions::new().write(true).open(&target);
                let device = device.map_err(|error| Failure::file("write", &shown, &error))?;
                return stream(link, &self.path, device);
            }
            let mut arriving = Arriving::beside(&target)?;
            let size = match attend(link, &self.path, arriving.sink()) {
                Ok(size) => size,
                Err(Ended::CutOff(failure)) => return Err(cut_off(failure, arriving.keep())),
                Err(Ended::Failed(failure)) => return Err(failure),
            };
            arriving.finish()?;
            print(|out| writeln!(out, "got {} ({size} bytes) as {}", self.path, Visible(&shown)))
        })
    }
}

/// Gets a file into something that keeps what it has.
pub(crate) fn stream(link: &mut Link, path: &BoardPath, writer: impl Write) -> Result<()> {
    let mut stream = Stream::new(writer);
    let done = attend(link, path, &mut stream);
    match (stream.closed, done) {
        (Some(error), _) => Err(closed_output(&error)),
        (None, Ok(_)) => Ok(()),
        (None, Err(Ended::CutOff(failure) | Ended::Failed(failure))) => Err(failure),
    }
}

/// Why a get ended.
enum Ended {
    /// The link failed, or the user interrupted it: it can go on.
    CutOff(Failure),
    /// The board or this machine could not do it.
    Failed(Failure),
}

fn attend(link: &mut Link, path: &BoardPath, sink: impl Sink) -> std::result::Result<u64, Ended> {
    let doing = format!("get {path} from {}", link.place());
    let on_board = link.path(path).map_err(Ended::Failed)?;
    let operation = rawpaste::Get::new(on_board, sink);
    let operation = operation.map_err(|error| Ended::Failed(Failure::of(&error.into(), &doing)))?;
    let mut bar = Bar::new(path.as_str());
    let done = link.attend(operation, |event| bar.on_event(event));
    drop(bar);
    done.map_err(|error| {
        let failure = Failure::of(&error, &doing);
        match error {
            DriveError::Engine(Error::Exception(exception)) if exception.is_interrupt() => {
                Ended::CutOff(failure)
            }
            DriveError::Engine(Error::Fault(_)) | DriveError::Transport(_) => Ended::CutOff(failure),
            DriveError::Engine(_) => Ended::Failed(failure),
        }
    })
}

/// Says what is kept.
fn cut_off(failure: Failure, kept: Option<u64>) -> Failure {
    match kept {
        Some(kept) => {
            failure.also(&format!("{kept} bytes of it are kept: the same command goes on from there"))
        }
        None => failure,
    }
}

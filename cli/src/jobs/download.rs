use std::{io::Write, path::PathBuf};

use rawpaste::{DriveError, Error, Sink};

use crate::{
    arriving::Arriving,
    files::Stream,
    link::Link,
    path::BoardPath,
    progress::Bar,
    report::{Exit, Failure, Result, Visible, closed_output, tell},
};

/// A file to be got from the board.
pub(crate) struct Download {
    /// Its path on the board.
    pub(crate) path: BoardPath,
    /// Where it goes.
    pub(crate) target: PathBuf,
}

/// Why a get ended.
enum Ended {
    /// The link failed, or the user interrupted it: it can go on.
    CutOff(Failure),
    /// The board or this machine could not do it.
    Failed(Failure),
}

/// Gets files from the board, and says so of each; it takes its name here when it is whole. It ends where there is no board
/// any more, or somebody has had enough.
pub(crate) fn download(link: &mut Link, jobs: Vec<Download>) -> Vec<Result<()>> {
    let one =
        |job: Download| if link.goes_on() { get(link, &job) } else { Err(Failure::told(Exit::Trouble)) };
    jobs.into_iter().map(one).collect()
}

fn get(link: &mut Link, job: &Download) -> Result<()> {
    let mut arriving = Arriving::beside(&job.target)?;
    let size = match attend(link, &job.path, arriving.sink()) {
        Ok(size) => size,
        Err(Ended::CutOff(failure)) => return Err(cut_off(failure, arriving.keep())),
        Err(Ended::Failed(failure)) => return Err(failure),
    };
    arriving.finish()?;
    let shown = job.target.to_string_lossy();
    tell(|out| writeln!(out, "got {} ({size} bytes) as {}", job.path, Visible(&shown)))
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

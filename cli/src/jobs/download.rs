use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use rawpaste::{DriveError, Error, Event, Sink};

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
    /// How many bytes it has, as far as that is known.
    pub(crate) size: Option<u64>,
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
    let total = jobs.iter().try_fold(0_u64, |sum, job| Some(sum.saturating_add(job.size?)));
    let mut bar = total.map_or_else(|| Bar::new(""), Bar::of_all);
    let one = |job: Download| {
        if !link.goes_on() {
            return Err(Failure::told(Exit::Trouble));
        }
        let got = get(link, &job, &mut bar);
        bar.passed(job.size.unwrap_or_default());
        got
    };
    jobs.into_iter().map(one).collect()
}

fn get(link: &mut Link, job: &Download, bar: &mut Bar) -> Result<()> {
    let mut arriving = Arriving::beside(&job.target)?;
    bar.name(job.path.as_str());
    let size = match attend(link, &job.path, arriving.sink(), |event| bar.on_event(event)) {
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
    let mut bar = Bar::new(path.as_str());
    // On a terminal that shows the file there is no place for a bar.
    let shown = !io::stdout().is_terminal();
    let done = attend(link, path, &mut stream, |event| {
        if shown {
            bar.on_event(event)
        }
    });
    drop(bar);
    match (stream.closed, done) {
        (Some(error), _) => Err(closed_output(&error)),
        (None, Ok(_)) => Ok(()),
        (None, Err(Ended::CutOff(failure) | Ended::Failed(failure))) => Err(failure),
    }
}

fn attend(
    link: &mut Link,
    path: &BoardPath,
    sink: impl Sink,
    on_event: impl FnMut(Event<'_>),
) -> std::result::Result<u64, Ended> {
    let doing = format!("get {path} from {}", link.place());
    let on_board = link.path(path).map_err(Ended::Failed)?;
    let operation = rawpaste::Get::new(on_board, sink);
    let operation = operation.map_err(|error| Ended::Failed(Failure::of(&error.into(), &doing)))?;
    link.attend(operation, on_event).map_err(|error| {
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

//! Files there and back, one after the other. A failure in one leaves the others done.

use std::path::PathBuf;

use rawpaste::{Error, Sink, Source};

use crate::{
    files::{Arriving, Local},
    link::Link,
    path::BoardPath,
    progress::Bar,
    report::{Exit, Failure, Result, Visible, print},
};

/// A file to be put on the board.
pub(crate) struct Upload {
    /// Its name here.
    pub(crate) name: PathBuf,
    /// What it holds; it is opened when its turn comes if it is not open yet.
    pub(crate) local: Option<Local>,
    /// Its path on the board.
    pub(crate) target: BoardPath,
}

/// A file to be got from the board.
pub(crate) struct Download {
    /// Its path on the board.
    pub(crate) path: BoardPath,
    /// Where it goes.
    pub(crate) target: PathBuf,
}

/// Puts files on the board, and says so of each.
pub(crate) fn upload(link: &mut Link, jobs: Vec<Upload>) -> Vec<Result<()>> {
    each(link, jobs, put)
}

/// Gets files from the board, and says so of each; it takes its name here when it is whole.
pub(crate) fn download(link: &mut Link, jobs: Vec<Download>) -> Vec<Result<()>> {
    each(link, jobs, |link, job| {
        let mut arriving = Arriving::beside(&job.target)?;
        let size = get(link, &job.path, arriving.sink())?;
        arriving.finish()?;
        let shown = job.target.to_string_lossy();
        print(|out| writeln!(out, "got {} ({size} bytes) as {}", job.path, Visible(&shown)))
    })
}

/// Does the jobs, as long as there is a board and nobody has had enough.
fn each<J>(link: &mut Link, jobs: Vec<J>, run: impl Fn(&mut Link, J) -> Result<()>) -> Vec<Result<()>> {
    let one = |job| if link.goes_on() { run(link, job) } else { Err(Failure::told(Exit::Trouble)) };
    jobs.into_iter().map(one).collect()
}

/// Tells each failure; `summary` says what they come to, if there was more than one thing to do.
pub(crate) fn conclude(
    results: Vec<Result<()>>,
    summary: impl FnOnce(usize, usize) -> Failure,
) -> Result<()> {
    let all = results.len();
    let mut failures: Vec<_> = results.into_iter().filter_map(std::result::Result::err).collect();
    match (all, failures.pop()) {
        (_, None) => Ok(()),
        (1, Some(failure)) => Err(failure),
        (_, Some(last)) => {
            failures.push(last);
            for failure in &failures {
                // The summary has the exit code.
                let _ = failure.show();
            }
            Err(summary(failures.len(), all))
        }
    }
}

/// Gets a file into a sink; answers its size.
pub(crate) fn get(link: &mut Link, path: &BoardPath, sink: impl Sink) -> Result<u64> {
    let doing = format!("get {path} from {}", link.place());
    let operation =
        rawpaste::Get::new(link.path(path)?, sink).map_err(|error| Failure::of(&error.into(), &doing))?;
    let mut bar = Bar::new(path.as_str());
    let done = link.attend(operation, |event| bar.on_event(event));
    drop(bar);
    done.map_err(|error| Failure::of(&error, &doing))
}

fn put(link: &mut Link, job: Upload) -> Result<()> {
    let Upload { name, local, target } = job;
    let mut file = local.map_or_else(|| Local::open(&name), Ok)?;
    let shown = name.to_string_lossy();
    let doing = format!("put {} on {} as {target}", Visible(&shown), link.place());
    let failed = |error: Error| Failure::of(&error.into(), &doing);
    let size = file.size().map_err(failed)?;
    let operation = rawpaste::Put::new(&mut file, link.path(&target)?).map_err(failed)?;
    let mut bar = Bar::new(&shown);
    let done = link.attend(operation, |event| bar.on_event(event));
    drop(bar);
    done.map_err(|error| Failure::of(&error, &doing))?;
    let (shown, place) = (Visible(&shown), link.place());
    let same = name.file_name().is_some_and(|name| name == target.as_str());
    let renamed = if same { String::new() } else { format!(" as {target}") };
    print(|out| writeln!(out, "put {shown} ({size} bytes) on {place}{renamed}"))
}

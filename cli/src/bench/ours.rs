//! Ours, in this process, on the port that the peers open too.

use std::{cell::Cell, rc::Rc, time::Instant};

use rawpaste::{
    Choices, DriveError, Error, Exec, Files, Get, Leave, MakeDir, Operation, Put, PutAll, Remove, Session,
    Source,
};
use rawpaste_blocking::{Connection, Serial};

use super::{
    Outcome, Plan, Stage, Timing,
    bed::Bed,
    counting::{Counting, Counts},
    work::{File, Load, Way, Work},
};
use crate::{device, report::Failure};

/// Puts or gets the files, and times it.
pub(super) fn run(plan: &Plan, work: Work, load: &Load, bed: &Bed) -> Outcome<Vec<(Stage, Timing)>> {
    let mut ours = Ours::open(plan, bed)?;
    ours.acquaint()?;
    if work.way() == Way::Down {
        load.lay(bed.board()).map_err(Failure::into_text)?;
        return Ok(vec![(Stage::New, ours.timed(|ours| ours.get(&load.files))?)]);
    }
    let mut times = Vec::new();
    for &stage in work.stages() {
        let edited = (stage == Stage::Edited).then(|| load.edited());
        let load = edited.as_ref().unwrap_or(load);
        match stage {
            Stage::New => {}
            Stage::Again | Stage::Edited => ours.enter_afresh()?,
            Stage::Unknown => {
                ours.leave()?;
                drop(ours);
                ours = Ours::open(plan, bed)?;
            }
        }
        times.push((stage, ours.timed(|ours| ours.put(load))?));
        load.compare(bed.board())?;
    }
    Ok(times)
}

struct Ours {
    connection: Connection<Counting<Serial>>,
    counts: Rc<Cell<Counts>>,
    choices: Choices,
}

impl Ours {
    /// Opens the port, to a board of which nothing is known.
    fn open(plan: &Plan, bed: &Bed) -> Outcome<Self> {
        let serial = device::open(&bed.port().to_string_lossy()).map_err(Failure::into_text)?;
        let counts = Rc::new(Cell::default());
        let port = Counting::new(serial, Rc::clone(&counts));
        Ok(Self {
            connection: Connection::new(port, Session::new(plan.config())),
            counts,
            choices: plan.choices.clone(),
        })
    }

    /// Runs an operation; `doing` completes "cannot ...".
    fn run<O: Operation>(&mut self, doing: &str, operation: Result<O, Error>) -> Outcome<O::Output> {
        let done = operation.map_err(DriveError::Engine).and_then(|operation| self.connection.run(operation));
        done.map_err(|error| Failure::of(&error, doing).into_text())
    }

    /// Comes to know the board and the path, as a first file does.
    fn acquaint(&mut self) -> Outcome<()> {
        const FIRST: &str = "first";
        self.run("put a first file", Put::new(&b"#"[..], FIRST))?;
        self.run("remove the first file", Remove::new(FIRST))?;
        self.enter_afresh()
    }

    /// Takes away what is defined on the board, and enters.
    fn enter_afresh(&mut self) -> Outcome<()> {
        self.leave()?;
        self.run("enter", Exec::new("pass", |_| Ok(()))).map(drop)
    }

    fn leave(&mut self) -> Outcome<()> {
        self.run("leave", Ok(Leave::default()))
    }

    fn timed(&mut self, work: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome<Timing> {
        self.counts.set(Counts::default());
        let began = Instant::now();
        work(self)?;
        Ok(Timing { time: began.elapsed(), counts: Some(self.counts.get()) })
    }

    /// Puts all files, in the way that is best for them.
    fn put(&mut self, load: &Load) -> Outcome<()> {
        if load.in_folder() {
            self.make_tree()?;
        }
        let paths: Vec<_> = load.files.iter().map(|file| file.path.clone()).collect();
        let results = self.run(
            "put the files",
            PutAll::new(Content(&load.files), paths).map(|all| all.choices(self.choices.clone())),
        )?;
        for (file, result) in load.files.iter().zip(results) {
            result.map_err(|error| Failure::of(&error.into(), &format!("put {}", file.path)).into_text())?;
        }
        Ok(())
    }

    /// Makes the folder, which may be there.
    fn make_tree(&mut self) -> Outcome<()> {
        const EEXIST: Option<u16> = Some(17);
        let made = MakeDir::new(Load::TREE).map_err(DriveError::Engine);
        match made.and_then(|operation| self.connection.run(operation)) {
            Err(DriveError::Engine(Error::Exception(exception))) if exception.errno == EEXIST => Ok(()),
            done => done.map_err(|error| Failure::of(&error, "make a folder").into_text()),
        }
    }

    /// Gets all files.
    fn get(&mut self, files: &[File]) -> Outcome<()> {
        for File { path, bytes } in files {
            let mut arrived = Vec::new();
            self.run(&format!("get {path}"), Get::new(path, &mut arrived))?;
            if arrived != *bytes {
                return Err(format!("{path} arrived as another ({} bytes)", arrived.len()));
            }
        }
        Ok(())
    }
}

/// The files of a load.
struct Content<'a>(&'a [File]);

impl Files for Content<'_> {
    fn size(&mut self, index: usize) -> Result<u64, Error> {
        Ok(self.0[index].bytes.len() as u64)
    }

    fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (&self.0[index].bytes[..]).read_at(offset, buffer)
    }
}

//! Ours, in this process, on the port that the peers open too.

use std::{cell::Cell, rc::Rc, time::Instant};

use rawpaste::{
    ChangeTree, Choices, DriveError, Error, Exec, Files, Get, Leave, Operation, Put, PutAll, Remove, Session,
    Source, TreeChange, TreeDigest, TreeEntry, hash_tree,
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
        let edited = load.edited();
        let (load, known) = match stage {
            Stage::Edited => (&edited, None),
            // The line is changed back.
            Stage::Known => (load, Some(&edited)),
            Stage::New | Stage::Again | Stage::Unknown => (load, None),
        };
        match stage {
            Stage::New => {}
            Stage::Again | Stage::Edited | Stage::Known => ours.enter_afresh()?,
            Stage::Unknown => {
                ours.leave()?;
                drop(ours);
                ours = Ours::open(plan, bed)?;
            }
        }
        times.push((stage, ours.timed(|ours| ours.put(load, known))?));
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

    /// Puts the files; a folder as `put -r` does.
    fn put(&mut self, load: &Load, known: Option<&Load>) -> Outcome<()> {
        let known = known.map(|known| &known.files[..]);
        let mut files = Content { files: &load.files, known, new: false };
        if load.in_folder() {
            match self.compare(&load.files)? {
                Compared::Same => return Ok(()),
                Compared::Differs => {}
                Compared::Missing => {
                    let made = ChangeTree::new(vec![TreeChange::Make(Load::TREE.into())]);
                    self.run("make a folder", made)?;
                    files.new = true;
                }
            }
        }
        let paths: Vec<_> = load.files.iter().map(|file| file.path.clone()).collect();
        let operation = PutAll::new(files, paths).map(|all| all.choices(self.choices.clone()));
        let results = self.run("put the files", operation)?;
        for (file, result) in load.files.iter().zip(results) {
            result.map_err(|error| Failure::of(&error.into(), &format!("put {}", file.path)).into_text())?;
        }
        Ok(())
    }

    /// Compares the folder with what the board has, by one digest.
    fn compare(&mut self, files: &[File]) -> Outcome<Compared> {
        let (kind, theirs) = self.run("compare the folder", TreeDigest::new(Load::TREE))?;
        let Some(theirs) = theirs else { return Ok(Compared::Missing) };
        let name = |file: &File| file.path.rsplit('/').next().unwrap_or_default().to_owned();
        let mut entries: Vec<_> =
            files.iter().map(|file| entry(name(file), file.bytes.len() as u64)).collect();
        let ours = hash_tree(kind, &mut entries, |path, add| {
            let file = files.iter().find(|file| name(file) == path);
            add(&file.ok_or("a file that is not there")?.bytes);
            Ok::<_, String>(())
        })?;
        Ok(if ours == theirs { Compared::Same } else { Compared::Differs })
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

fn entry(path: String, size: u64) -> TreeEntry {
    TreeEntry { path, content: rawpaste::Content::File { size, hash: None } }
}

/// What the board has.
enum Compared {
    Missing,
    Differs,
    Same,
}

/// The files of a load.
struct Content<'a> {
    files: &'a [File],
    /// What is there, if that is known.
    known: Option<&'a [File]>,
    /// Whether nothing of them can be there.
    new: bool,
}

impl Files for Content<'_> {
    fn size(&mut self, index: usize) -> Result<u64, Error> {
        Ok(self.files[index].bytes.len() as u64)
    }

    fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (&self.files[index].bytes[..]).read_at(offset, buffer)
    }

    fn known(&mut self, index: usize) -> Option<Vec<u8>> {
        self.known.map(|known| known[index].bytes.clone())
    }

    fn looks(&self, _index: usize) -> bool {
        !self.new
    }
}

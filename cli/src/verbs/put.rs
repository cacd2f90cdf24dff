//! `put`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{
    cp::into_folder,
    exec::{Reading, execute_program},
    reset::reset_softly,
    run::there,
};
use crate::{
    files::{Local, is_standard},
    jobs::{Upload, conclude, of_all, upload},
    link::{Board, Link, hint_at_folder},
    manner::Manner,
    path::BoardPath,
    project,
    report::{Failure, Result, Visible},
    telling::Alone,
    tree::{Course, Send},
};
use clap::Args;

/// Put files on the board, whole
///
/// The board has the old file or the new one at any moment. (On FAT a rename has a gap in which it has neither.) There must be room for both. A put that was cut off leaves a file
/// .rp-XXXXXXXX beside the target, which the next put of a file of 3 KiB or more there goes on from (`rawpaste leftovers` lists them); it may be removed.
///
/// Without :PATH they go to the board's current folder under their own names. A :PATH that ends with / or names a folder
/// takes them in; another is the name of the one file.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste put main.py\n  rawpaste put --run main.py\n  rawpaste put a.py b.py :lib/\n  rawpaste put -r lib\n  rawpaste put - :note.txt"
)]
pub(crate) struct Put {
    #[command(flatten)]
    names: Names,
    /// Put a folder with all that is in it, but for what is there already and what git ignores. :PATH is its name on the
    /// board, or ends with / and takes it in. Symbolic links are left out, and said so
    #[arg(short, long)]
    recursive: bool,
    /// Run the file on the board when it is there: its output comes out as of run. Of several, the first
    #[arg(long, conflicts_with = "recursive")]
    run: bool,
    #[command(flatten)]
    reading: Reading,
    /// Reset the board softly when all is there, so that main.py runs, and leave it running
    #[arg(long, conflicts_with = "run")]
    reset: bool,
    #[command(flatten)]
    manner: Manner,
    /// With -r: put what git's ignore files leave out, too
    #[arg(long, requires = "recursive")]
    no_ignore: bool,
}

/// What is put, and where to.
#[derive(Args, Debug)]
pub(super) struct Names {
    /// Files of this machine (- is standard input), then perhaps :PATH on the board
    #[arg(required = true, value_name = "FILE... [:PATH]")]
    names: Vec<OsString>,
}

impl Put {
    /// Puts the files.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let resets = self.reset;
        if self.recursive {
            self.run_tree(board)?;
            return if resets { reset_softly(board.open()?) } else { Ok(()) };
        }
        let (manner, runs, reading) = (self.manner, self.run, self.reading);
        let (names, path) = self.names.split()?;
        let jobs = put(board, names, path, &manner)?;
        match jobs.first() {
            Some(first) if runs => execute_program(board.open()?, there(first), reading.input()),
            _ if resets => reset_softly(board.open()?),
            _ => Ok(()),
        }
    }

    /// Puts a folder with all that is in it.
    fn run_tree(self, board: &mut Board) -> Result<()> {
        let (no_ignore, manner) = (self.no_ignore, self.manner);
        let (mut names, path) = self.names.split()?;
        let (Some(dir), true) = (names.pop(), names.is_empty()) else {
            return Err(Failure::usage("put -r takes one folder").next("put -r DIR [:PATH]"));
        };
        let path = if path.names_a_folder() { path.join(&folder_name(&dir)?) } else { path };
        let patterns = project::patterns(&dir)?;
        Send { dir, path, ignore: !no_ignore, patterns, delete: false, manner, course: Course::Done }
            .run(board)
            .map(drop)
    }
}

impl Names {
    /// Tells the files from the path on the board, which comes last.
    pub(super) fn split(self) -> Result<(Vec<PathBuf>, BoardPath)> {
        let mut names = self.names;
        let is_on_board = |name: &OsString| name.to_string_lossy().starts_with(':');
        let given = names.pop_if(|last| is_on_board(last));
        if let Some(name) = names.iter().find(|name| is_on_board(name)) {
            return Err(Failure::usage(format!(
                "{} is on the board, and only the last may be",
                Visible(&name.to_string_lossy())
            ))
            .next("put FILE... :PATH; a file of this machine whose name begins with : is ./:NAME"));
        }
        if names.is_empty() {
            return Err(Failure::usage("there is no file to put").next("put FILE... [:PATH]"));
        }
        let given = given.map(|given| given.into_string()).transpose().map_err(|given| {
            let shown = given.to_string_lossy();
            Failure::usage(format!("{} is no text, and no board has such a name", Visible(&shown)))
                .next("name the file in UTF-8: put FILE :PATH")
        })?;
        let path: BoardPath = given.as_deref().unwrap_or(":").parse().unwrap_or_else(|never| match never {});
        if names.iter().any(|name| name == "-") && (names.len() > 1 || path.names_a_folder()) {
            return Err(Failure::usage("standard input has no name").next("give it one: put - :PATH"));
        }
        Ok((names.into_iter().map(PathBuf::from).collect(), path))
    }
}

/// Puts files of this machine; several, or a path that is a folder, go into that. Answers where they are.
pub(super) fn put(
    board: &mut Board,
    names: Vec<PathBuf>,
    path: BoardPath,
    manner: &Manner,
) -> Result<Vec<BoardPath>> {
    let mut files = Vec::new();
    for name in names {
        files.push(Local::open(&name).map(|file| (name, Some(file)))?);
    }
    let link = board.open()?;
    let jobs = jobs(link, files, path)?;
    let summary = |failed, all| {
        Failure::trouble(of_all(failed, all, "files were not put"))
            .next("mend what is said above, and put those again")
    };
    let targets = jobs.iter().map(|job| job.target.clone()).collect();
    conclude(upload(link, jobs, manner, &mut Alone::new()), summary)?;
    hint_at_folder(link.place());
    Ok(targets)
}

/// Finds out where on a board files go; those that are not open will be opened when their turn comes.
pub(super) fn jobs(
    link: &mut Link,
    files: Vec<(PathBuf, Option<Local>)>,
    path: BoardPath,
) -> Result<Vec<Upload>> {
    let path = into_folder(link, path, files.len())?;
    let mut jobs = Vec::new();
    for (name, local) in files {
        let target = if path.names_a_folder() { path.join(&own_name(&name)?) } else { path.clone() };
        jobs.push(Upload { name, local, target, new: false });
    }
    refuse_twice(&jobs)?;
    Ok(jobs)
}

pub(super) fn folder_name(dir: &Path) -> Result<String> {
    own_name(dir).map_err(|failure| failure.next("put -r DIR :NAME names it; sync DIR : puts what is in it"))
}

/// Two files under one name: the second would be all that is left.
fn refuse_twice(jobs: &[Upload]) -> Result<()> {
    for (at, job) in jobs.iter().enumerate() {
        if let Some(other) = jobs[..at].iter().find(|other| other.target.as_str() == job.target.as_str()) {
            let names = [&other.name, &job.name].map(|name| Visible(&name.to_string_lossy()).to_string());
            return Err(Failure::usage(format!(
                "{} and {} would both be {}",
                names[0], names[1], job.target
            ))
            .next("put one of them elsewhere: put FILE :PATH"));
        }
    }
    Ok(())
}

fn own_name(file: &Path) -> Result<String> {
    let name = file.file_name().and_then(|name| name.to_str()).filter(|_| !is_standard(file));
    name.map(Into::into).ok_or_else(|| {
        let shown = file.to_string_lossy();
        Failure::usage(format!("{} has no name that a board could have", Visible(&shown)))
            .next("put FILE :PATH names it")
    })
}

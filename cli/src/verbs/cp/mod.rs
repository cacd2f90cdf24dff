//! `cp`, and how it and `mv` read their paths.

mod across;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::Args;
use rawpaste::{Content, CopyFile, Kind, TreeChange, TreeEntry};

use super::{
    get::get,
    put::{folder_name, put},
};
use crate::{
    jobs::conclude,
    link::{Board, Link},
    manner::Manner,
    path::BoardPath,
    port::Target,
    project,
    report::{Failure, Result, Visible, tell},
    tree::{Course, Send, change, fetch, list},
};

/// Copy files to the board, from it, or from one place there to another
///
/// A path that begins with : is on the board. The last one is where they go: a name for one, or a folder. What goes from the
/// board to the board does not travel. With --to it goes to another board.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste cp main.py :\n  rawpaste cp :log.txt .\n  rawpaste cp :main.py :backup.py\n  \
                  rawpaste cp -r lib :\n  rawpaste --port a0 cp :log.txt :old/ --to a1"
)]
pub(crate) struct Cp {
    /// Copy folders with all that is in them: into the last path if that is a folder that is there, else as it
    #[arg(short, long)]
    recursive: bool,
    /// Copy from the board to this other one, named as after --port
    #[arg(long, value_name = "PORT")]
    to: Option<Target>,
    #[command(flatten)]
    manner: Manner,
    /// What to copy, then where to
    #[arg(required = true, num_args = 2.., value_name = "PATH")]
    paths: Vec<OsString>,
}

impl Cp {
    /// Copies them.
    pub(crate) fn run(mut self, board: &mut Board) -> Result<()> {
        let Some(to) = self.paths.pop() else { return Ok(()) };
        let from = std::mem::take(&mut self.paths);
        let theirs: Vec<_> = from.iter().filter_map(of_board).collect();
        match of_board(&to) {
            _ if !theirs.is_empty() && theirs.len() < from.len() => {
                Err(Failure::usage("some of these are on the board, and some are not")
                    .next("copy those of the board on their own"))
            }
            to_here if self.to.is_some() && (to_here.is_none() || theirs.is_empty()) => {
                Err(Failure::usage("with --to both are on boards, and their paths begin with :")
                    .next("cp :FILE :PATH --to PORT"))
            }
            Some(to) if theirs.is_empty() => {
                self.put(board, from.into_iter().map(PathBuf::from).collect(), to)
            }
            Some(to) => match self.to.take() {
                Some(other) => across::copy(board, &theirs, (&to, other), self.recursive, &self.manner),
                None => self.copy(board.open()?, &theirs, to),
            },
            None if theirs.is_empty() => Err(Failure::usage("none of these is on the board")
                .next("a path of the board begins with :, as in cp main.py :")),
            None => self.get(board, &theirs, Path::new(&to)),
        }
    }

    fn put(&self, board: &mut Board, from: Vec<PathBuf>, to: BoardPath) -> Result<()> {
        let is_dir = |path: &PathBuf| self.recursive && path.is_dir();
        let (dirs, files): (Vec<_>, Vec<_>) = from.into_iter().partition(is_dir);
        let to = match dirs.is_empty() {
            true => to,
            false => into_folder(board.open()?, to, 1)?,
        };
        for dir in dirs {
            let path = if to.names_a_folder() { to.join(&folder_name(&dir)?) } else { to.clone() };
            let (manner, patterns) = (self.manner.clone(), project::patterns(&dir)?);
            Send { dir, path, ignore: true, patterns, delete: false, manner, course: Course::Done }
                .run(board)?;
        }
        if !files.is_empty() {
            put(board, files, to, &self.manner)?;
        }
        Ok(())
    }

    fn get(&self, board: &mut Board, from: &[BoardPath], to: &Path) -> Result<()> {
        let into = to.is_dir() || to.to_string_lossy().ends_with(std::path::is_separator);
        if from.len() > 1 && !to.is_dir() {
            return Err(Failure::usage(format!("{} is no folder", Visible(&to.to_string_lossy())))
                .next("make it first; several go into a folder that is there"));
        }
        for path in from {
            let doing = format!("get {path}");
            if self.recursive && board.open()?.kind_of(path, &doing)? == Some(Kind::Directory) {
                let name = path.as_file();
                let dir = match name.name() {
                    Some(name) if into => to.join(name),
                    _ => to.to_path_buf(),
                };
                fetch(board, path, &dir)?;
            } else {
                get(board, path, Some(to))?;
            }
        }
        Ok(())
    }

    /// From the board to the board.
    fn copy(&self, link: &mut Link, from: &[BoardPath], to: BoardPath) -> Result<()> {
        let to = into_folder(link, to, from.len())?;
        for path in from {
            let (path, to) = on_board(path, &to)?;
            let doing = format!("copy {path} to {to} on {}", link.place());
            match link.kind_of(&path, &doing)? {
                Some(Kind::Directory) if self.recursive => copy_tree(link, &path, &to, &doing)?,
                Some(Kind::Directory) => {
                    return Err(Failure::trouble(format!("cannot {doing}: it is a folder")).next("cp -r"));
                }
                _ => copy_file(link, &path, &to)?,
            }
        }
        Ok(())
    }
}

fn copy_tree(link: &mut Link, from: &BoardPath, to: &BoardPath, doing: &str) -> Result<()> {
    refuse_in_itself(from, to, doing)?;
    let mut load = Load { folders: vec![to.clone()], files: Vec::new() };
    load.add(&list(link, from, false)?, from, to);
    conclude(change(link, &load.makes(), doing)?, |failed, all| {
        Failure::trouble(format!("{failed} of {all} folders were not made"))
    })?;
    load.files.iter().try_for_each(|(from, to)| copy_file(link, from, to))
}

/// What is to be made where things go, and which files come from where and go to where.
#[derive(Default)]
struct Load {
    folders: Vec<BoardPath>,
    files: Vec<(BoardPath, BoardPath)>,
}

impl Load {
    /// Adds what is in the folder `from`, and goes into `to`.
    fn add(&mut self, inside: &[TreeEntry], from: &BoardPath, to: &BoardPath) {
        for TreeEntry { path, content } in inside {
            match content {
                Content::Folder => self.folders.push(to.join(path)),
                Content::File { .. } => self.files.push((from.join(path), to.join(path))),
                Content::Kept { .. } => {}
            }
        }
    }

    /// The folders, as they are made.
    fn makes(&self) -> Vec<TreeChange> {
        self.folders.iter().map(|folder| TreeChange::Make(folder.as_str().into())).collect()
    }
}

/// A folder cannot go into itself.
pub(super) fn refuse_in_itself(from: &BoardPath, to: &BoardPath, doing: &str) -> Result<()> {
    if format!("{}/", to.as_str()).starts_with(&format!("{}/", from.as_str())) {
        return Err(Failure::usage(format!("cannot {doing}: it would be in itself")).next("name another"));
    }
    Ok(())
}

fn copy_file(link: &mut Link, from: &BoardPath, to: &BoardPath) -> Result<()> {
    let doing = format!("copy {from} to {to} on {}", link.place());
    // FAT would let the file replace it.
    if link.kind_of(to, &doing)? == Some(Kind::Directory) {
        return Err(Failure::trouble(format!("cannot {doing}: a folder stands there"))
            .next("remove it first, or name another path"));
    }
    link.path(from)?;
    link.path(to)?;
    let copy = CopyFile::new(from.as_str(), to.as_str());
    let size = link.run(copy.map_err(|error| Failure::of(&error.into(), &doing))?, &doing)?;
    tell(|out| writeln!(out, "copied {from} ({size} bytes) as {to}"))
}

/// Returns a path that is said to be on the board.
fn of_board(path: &OsString) -> Option<BoardPath> {
    let path = path.to_str()?.strip_prefix(':')?;
    Some(BoardPath::of(path))
}

/// Finds out whether the path is a folder, which several need; it is given a / in the end then.
pub(super) fn into_folder(link: &mut Link, path: BoardPath, several: usize) -> Result<BoardPath> {
    if path.names_a_folder() {
        link.path(&path)?;
        return Ok(path);
    }
    let doing = format!("use {path} as a folder");
    match link.kind_of(&path, &doing)? {
        Some(Kind::Directory) => Ok(path.join("")),
        _ if several == 1 => Ok(path),
        None => Err(Failure::trouble(format!("cannot {doing}: there is no such folder on the board"))
            .next("`rawpaste mkdir` makes it")),
        Some(_) => Err(Failure::usage(format!("cannot {doing}: it is a file, and several go into a folder"))
            .next("name a folder, or give one file")),
    }
}

/// Returns where something on the board comes from and goes to there.
pub(super) fn on_board(from: &BoardPath, to: &BoardPath) -> Result<(BoardPath, BoardPath)> {
    let (from, to) = ends(from, to)?;
    if from == to {
        return Err(Failure::usage(format!("{from} and {to} are the same")).next("name another path"));
    }
    Ok((from, to))
}

/// Returns where something comes from and goes to.
fn ends(from: &BoardPath, to: &BoardPath) -> Result<(BoardPath, BoardPath)> {
    let from = from.as_file();
    let Some(name) = from.name() else {
        return Err(Failure::usage(format!("{from} names nothing that can be moved or copied"))
            .next("name the files and folders in it"));
    };
    let to = if to.names_a_folder() { to.join(name) } else { to.clone() };
    Ok((from, to))
}

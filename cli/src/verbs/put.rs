//! `put`.

use std::path::{Path, PathBuf};

use clap::Args;
use rawpaste::{Error, Kind, Source, Stat};

use crate::{
    files::{Local, is_standard},
    link::{Link, hint_at_folder, with_board},
    path::BoardPath,
    port::Target,
    progress::Bar,
    report::{Failure, Result, Visible, print},
};

/// Put files on the board, whole: the board has the old file or the new one at any moment
///
/// (On FAT a rename has a gap in which it has neither.) There must be room for both. A put that was cut off leaves a file
/// .rp-XXXXXXXX beside the target, which the next put there takes up; it may be removed.
///
/// Without :PATH they go to the board's current folder under their own names. A :PATH that ends with / or names a folder
/// takes them in; another is the name of the one file.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste put main.py\n  rawpaste put a.py b.py :lib/\n  rawpaste put - :note.txt"
)]
pub(crate) struct Put {
    /// Files of this machine (- is standard input), then perhaps :PATH on the board
    #[arg(required = true, value_name = "FILE... [:PATH]")]
    names: Vec<String>,
}

impl Put {
    /// Puts the files.
    pub(crate) fn run(self, port: Option<Target>) -> Result<()> {
        let (names, path) = self.split()?;
        let mut files = Vec::new();
        for name in names {
            files.push(Local::open(&name).map(|file| (name, file))?);
        }
        with_board(port, |link| {
            let path = folder(link, path, files.len())?;
            for (name, file) in files {
                let target = if path.names_a_folder() { path.join(&own_name(&name)?) } else { path.clone() };
                put(link, &name, file, &target)?;
            }
            hint_at_folder(link.place());
            Ok(())
        })
    }

    /// Tells the files from the path on the board, which comes last.
    fn split(self) -> Result<(Vec<PathBuf>, BoardPath)> {
        let mut names = self.names;
        let given = names.pop_if(|last| last.starts_with(':'));
        if let Some(name) = names.iter().find(|name| name.starts_with(':')) {
            return Err(Failure::usage(format!(
                "{} is on the board, and only the last may be",
                Visible(name)
            ))
            .next("put FILE... :PATH; a file of this machine whose name begins with : is ./:NAME"));
        }
        if names.is_empty() {
            return Err(Failure::usage("there is no file to put").next("put FILE... [:PATH]"));
        }
        let path: BoardPath = given.as_deref().unwrap_or(":").parse().unwrap_or_else(|never| match never {});
        if names.iter().any(|name| name == "-") && (names.len() > 1 || path.names_a_folder()) {
            return Err(Failure::usage("standard input has no name").next("give it one: put - :PATH"));
        }
        Ok((names.into_iter().map(PathBuf::from).collect(), path))
    }
}

/// Finds out whether the path is a folder; it is given a / in the end then.
fn folder(link: &mut Link, path: BoardPath, files: usize) -> Result<BoardPath> {
    if path.names_a_folder() {
        link.path(&path)?;
        return Ok(path);
    }
    let doing = format!("put into {path}");
    let stat = Stat::new(link.path(&path)?).map_err(|error| Failure::of(&error.into(), &doing))?;
    let found = match link.attend(stat, |_| {}) {
        Ok(status) => Some(status.kind),
        Err(rawpaste::DriveError::Engine(Error::Exception(exception))) if exception.errno == Some(2) => None,
        Err(error) => return Err(Failure::of(&error, &doing)),
    };
    match found {
        Some(Kind::Directory) => Ok(path.join("")),
        _ if files == 1 => Ok(path),
        None => Err(Failure::trouble(format!("cannot {doing}: there is no such folder on the board"))
            .next("put the files into one that is there (`rawpaste ls :`)")),
        Some(_) => Err(Failure::usage(format!("cannot {doing}: it is a file, and several go into a folder"))
            .next("name a folder, or put one file")),
    }
}

fn own_name(file: &Path) -> Result<String> {
    let name = file.file_name().and_then(|name| name.to_str()).filter(|_| !is_standard(file));
    name.map(Into::into).ok_or_else(|| {
        let shown = file.to_string_lossy();
        Failure::usage(format!("{} has no name that a board could have", Visible(&shown)))
            .next("put FILE :PATH names it")
    })
}

fn put(link: &mut Link, name: &Path, mut file: Local, target: &BoardPath) -> Result<()> {
    let shown = name.to_string_lossy();
    let doing = format!("put {} on {} as {target}", Visible(&shown), link.place());
    let failed = |error: Error| Failure::of(&error.into(), &doing);
    let size = file.size().map_err(failed)?;
    let operation = rawpaste::Put::new(&mut file, link.path(target)?).map_err(failed)?;
    let mut bar = Bar::new(&shown);
    let done = link.attend(operation, |event| bar.on_event(event));
    drop(bar);
    done.map_err(|error| Failure::of(&error, &doing))?;
    let (shown, place) = (Visible(&shown), link.place());
    let renamed = if target.name().is_some_and(|last| last == own_name(name).unwrap_or_default())
        && !target.as_str().contains('/')
    {
        String::new()
    } else {
        format!(" as {target}")
    };
    print(|out| writeln!(out, "put {shown} ({size} bytes) on {place}{renamed}"))
}

//! `edit`.

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    process::Command,
};

use clap::Args;
use tempfile::TempDir;

use super::put::put;
use crate::{
    files::destination,
    interrupt,
    jobs::stream,
    link::Board,
    manner::Manner,
    path::BoardPath,
    report::{Failure, Result, Visible, note},
};

/// Edit a file of the board in the editor of this machine
///
/// The editor is $VISUAL or $EDITOR. The file is put back if it was changed; one that is not there is made.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  EDITOR=nano rawpaste edit :main.py")]
pub(crate) struct Edit {
    /// The file
    #[arg(value_name = ":PATH")]
    path: BoardPath,
}

impl Edit {
    /// Edits it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let editor = editor()?;
        let name = destination(&self.path, None).map_err(|failure| failure.next("edit :NAME"))?;
        let folder = private_folder()
            .map_err(|error| Failure::file("make a temporary file for", &name.to_string_lossy(), &error))?;
        let file = folder.path().join(&name);
        let old = self.fetch(board, &file)?;
        let edited = interrupt::while_another_has_it(|| edit(&editor, &file));
        let new = fs::read(&file).ok();
        let done = match (&new, edited) {
            (new, Err(failure)) if *new == old || new.is_none() => {
                let place = board.place();
                return Err(failure.next(format!("nothing was put; the file on {place} is as it was")));
            }
            (_, Err(failure)) => Err(failure),
            (None, Ok(())) => {
                note("nothing was saved, and nothing put");
                return Ok(());
            }
            (new, Ok(())) if *new == old => {
                note(&format!("{} was not changed", self.path));
                return Ok(());
            }
            (Some(_), Ok(())) => put(board, vec![file], self.path, &Manner::default()).map(drop),
        };
        done.map_err(|failure| {
            let kept = folder.keep().join(name);
            failure.next(format!("what was edited is kept in {}", Visible(&kept.to_string_lossy())))
        })
    }

    /// Gets the file, if it is there.
    fn fetch(&self, board: &mut Board, file: &Path) -> Result<Option<Vec<u8>>> {
        let link = board.open()?;
        if link.kind_of(&self.path, &format!("edit {}", self.path))?.is_none() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        stream(link, &self.path, &mut bytes)?;
        let written = fs::File::create_new(file).and_then(|mut file| file.write_all(&bytes));
        written.map_err(|error| Failure::file("write", &file.to_string_lossy(), &error))?;
        Ok(Some(bytes))
    }
}

/// A folder for what may be nobody else's business.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix("rawpaste-").tempdir()
}

/// What edits files here, as it is written: a program and perhaps words for it.
fn editor() -> Result<String> {
    let given = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| env::var(name).ok());
    let mut given = given.filter(|editor| !editor.trim().is_empty());
    match given.next() {
        Some(editor) => Ok(editor),
        None if cfg!(windows) => Ok("notepad".into()),
        None => Err(Failure::usage("which editor?").next("set EDITOR: EDITOR=nano rawpaste edit :main.py")),
    }
}

/// Runs the editor, by the shell as git does.
fn edit(editor: &str, file: &Path) -> Result<()> {
    let status = command(editor, file).status();
    let status = status.map_err(|error| {
        Failure::file("start", editor, &error).next("set EDITOR to a program that is here")
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::trouble(format!("the editor {} ended with an error", Visible(editor))))
}

#[cfg(not(windows))]
fn command(editor: &str, file: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor).arg(file);
    command
}

/// cmd takes the line as it is, between the outer quotes, and knows no escapes in it.
#[cfg(windows)]
fn command(editor: &str, file: &Path) -> Command {
    use std::os::windows::process::CommandExt;

    let mut command = Command::new("cmd");
    command.raw_arg(format!("/D /S /C \"{editor} \"{}\"\"", file.display()));
    command
}

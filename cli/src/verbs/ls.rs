//! `ls`.

use clap::Args;
use jiff::Timestamp;
use rawpaste::{Content, Entry, Eval, Kind, List, Stat, TreeEntry};
use serde_json::{Value, json};

use crate::{
    link::{Board, Link},
    path::BoardPath,
    report::{Failure, Result, Visible, print, print_json},
    tree::sorted,
};

/// List folders of the board, with the sizes of files
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste ls\n  rawpaste ls :lib\n  rawpaste ls -r --json")]
pub(crate) struct Ls {
    /// Show when each was changed, where the board keeps it
    #[arg(short, long)]
    long: bool,
    /// List what is in the folders, too
    #[arg(short, long)]
    recursive: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The folders, or files
    #[arg(value_name = ":PATH", default_value = ":")]
    paths: Vec<BoardPath>,
}

/// A line of a listing.
struct Line {
    name: String,
    is_folder: bool,
    size: u64,
    modified: Option<Timestamp>,
}

impl Ls {
    /// Lists them.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let epoch = if self.long { epoch(link) } else { None };
        let mut all = Vec::new();
        for path in &self.paths {
            let mut lines = if self.recursive { within(link, path)? } else { inside(link, path)? };
            if let Some(epoch) = epoch {
                lines.iter_mut().try_for_each(|line| line.ask_when(link, path, epoch))?;
            }
            if self.json {
                all.extend(lines.iter().map(|line| line.to_json(path, self.paths.len() > 1)));
                continue;
            }
            if self.paths.len() > 1 {
                print(|out| writeln!(out, "{path}"))?;
            }
            self.show(&lines)?;
        }
        if self.json { print_json(&all.into()) } else { Ok(()) }
    }

    fn show(&self, lines: &[Line]) -> Result<()> {
        let width = lines.iter().map(|line| line.size.to_string().len()).max().unwrap_or_default();
        print(|out| {
            for Line { name, is_folder, size, modified } in lines {
                let slash = if *is_folder { "/" } else { "" };
                let when = match modified {
                    Some(time) => time.strftime("%Y-%m-%d %H:%M:%S ").to_string(),
                    None if self.long => format!("{:19} ", "-"),
                    None => String::new(),
                };
                writeln!(out, "{size:width$} {when}{}{slash}", Visible(name))?;
            }
            Ok(())
        })
    }
}

impl Line {
    /// Asks when it was changed. Boards keep the time of their own clock, so it is shown as that.
    fn ask_when(&mut self, link: &mut Link, folder: &BoardPath, epoch: i64) -> Result<()> {
        let path = folder.join(&self.name);
        let doing = format!("look at {path} on {}", link.place());
        let stat = Stat::new(link.path(&path)?).map_err(|error| Failure::of(&error.into(), &doing))?;
        // A file that was listed by its path is not in itself; and it may be gone meanwhile.
        let Ok(status) = link.attend(stat, |_| {}) else { return Ok(()) };
        let seconds = i64::try_from(status.modified).ok().filter(|seconds| *seconds > 0);
        self.modified =
            seconds.and_then(|seconds| Timestamp::from_second(seconds.saturating_add(epoch)).ok());
        Ok(())
    }

    fn to_json(&self, folder: &BoardPath, several: bool) -> Value {
        let path = if several { folder.join(&self.name).as_str().to_owned() } else { self.name.clone() };
        let mut value = of_parts(&path, self.is_folder, self.size);
        if let Some(time) = self.modified {
            value["modified"] = json!(time.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        }
        value
    }
}

/// What is in a folder.
fn inside(link: &mut Link, path: &BoardPath) -> Result<Vec<Line>> {
    let doing = format!("list {path} on {}", link.place());
    let list = List::new(link.path(path)?).map_err(|error| Failure::of(&error.into(), &doing))?;
    let entries = link.run(list, &doing)?.into_iter();
    Ok(entries
        .map(|Entry { name, kind, size, .. }| Line {
            name,
            is_folder: kind == Kind::Directory,
            size,
            modified: None,
        })
        .collect())
}

/// What is in a folder and in the folders there.
fn within(link: &mut Link, path: &BoardPath) -> Result<Vec<Line>> {
    let entries = sorted(link, path)?.into_iter();
    Ok(entries
        .map(|TreeEntry { path, content }| {
            let (is_folder, size) = parts(content);
            Line { name: path, is_folder, size, modified: None }
        })
        .collect())
}

/// Seconds from 1970 to what the board's times count from; none where it runs no Python, as the simulated one.
fn epoch(link: &mut Link) -> Option<i64> {
    let year = Eval::new("__import__('time').gmtime(0)[0]").ok()?;
    let year: i16 = link.attend(year, |_| {}).ok()?.parse().ok()?;
    let begin = jiff::civil::Date::new(year, 1, 1).ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
    Some(begin.timestamp().as_second())
}

const fn parts(content: Content) -> (bool, u64) {
    match content {
        Content::Folder => (true, 0),
        Content::File { size, .. } | Content::Kept { size } => (false, size),
    }
}

/// An entry of a tree, for machines.
pub(super) fn of_entry(entry: &TreeEntry) -> Value {
    let (is_folder, size) = parts(entry.content);
    of_parts(&entry.path, is_folder, size)
}

fn of_parts(path: &str, is_folder: bool, size: u64) -> Value {
    let kind = if is_folder { "directory" } else { "file" };
    json!({ "path": path, "kind": kind, "size": size })
}

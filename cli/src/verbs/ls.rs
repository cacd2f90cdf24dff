//! `ls`.

use clap::Args;
use jiff::Timestamp;
use rawpaste::{Content, Entry, Eval, Kind, List, StatAll, Status, TreeEntry};
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
    /// Its path in the folder that is listed; of a file that was named itself, the path that was given.
    name: String,
    /// Its path on the board.
    path: BoardPath,
    is_folder: bool,
    size: u64,
    modified: Option<Timestamp>,
}

impl Ls {
    /// Lists them.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let epoch = if self.long { epoch(link)? } else { None };
        let mut all = Vec::new();
        for path in &self.paths {
            let mut lines = if self.recursive { within(link, path)? } else { inside(link, path)? };
            if let Some(epoch) = epoch {
                ask_when(link, &mut lines, epoch)?;
            }
            if self.json {
                all.extend(lines.iter().map(|line| line.to_json(self.paths.len() > 1)));
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
            for Line { name, is_folder, size, modified, .. } in lines {
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
    /// A line for something in a folder.
    fn within(folder: &BoardPath, name: String, is_folder: bool, size: u64) -> Self {
        Self { path: folder.join(&name), name, is_folder, size, modified: None }
    }

    fn to_json(&self, several: bool) -> Value {
        let path = if several { self.path.as_str() } else { &self.name };
        let mut value = of_parts(path, self.is_folder, self.size);
        if let Some(time) = self.modified {
            value["modified"] = json!(time.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        }
        value
    }
}

/// What is in a folder, or the file.
fn inside(link: &mut Link, path: &BoardPath) -> Result<Vec<Line>> {
    let doing = format!("list {path} on {}", link.place());
    let list = List::new(link.path(path)?).map_err(|error| Failure::of(&error.into(), &doing))?;
    let entries = link.run(list, &doing)?;
    if let [Entry { name, kind: Kind::File, size, .. }] = &entries[..]
        && name == path.as_str()
        && is_file(link, path, &doing)?
    {
        let (name, path) = (name.clone(), path.clone());
        return Ok(vec![Line { name, path, is_folder: false, size: *size, modified: None }]);
    }
    let line = |Entry { name, kind, size, .. }| Line::within(path, name, kind == Kind::Directory, size);
    Ok(entries.into_iter().map(line).collect())
}

/// Whether a path whose listing is one file of its own name is that file; it may be a folder with such a file, too.
fn is_file(link: &mut Link, path: &BoardPath, doing: &str) -> Result<bool> {
    Ok(path.as_str().contains('/') || link.kind_of(path, doing)? == Some(Kind::File))
}

/// What is in a folder and in the folders there.
fn within(link: &mut Link, path: &BoardPath) -> Result<Vec<Line>> {
    let line = |TreeEntry { path: name, content }| {
        let (is_folder, size) = parts(content);
        Line::within(path, name, is_folder, size)
    };
    Ok(sorted(link, path)?.into_iter().map(line).collect())
}

/// Asks when each was changed. Boards keep the time of their own clock, so it is shown as that.
fn ask_when(link: &mut Link, lines: &mut [Line], epoch: i64) -> Result<()> {
    // A link may lead out of the folder that is the board's: nobody looks there.
    let mut asked: Vec<_> = lines.iter_mut().filter(|line| link.path(&line.path).is_ok()).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let doing = format!("ask {} when its files were changed", link.place());
    let paths = asked.iter().map(|line| line.path.as_str().into()).collect();
    let stats = StatAll::new(paths).map_err(|error| Failure::of(&error.into(), &doing))?;
    let Some(stats) = link.run_if_it_can(stats, &doing)? else { return Ok(()) };
    // One may be gone meanwhile.
    let time = |status: Status| {
        let seconds = i64::try_from(status.modified).ok().filter(|seconds| *seconds > 0)?;
        Timestamp::from_second(seconds.saturating_add(epoch)).ok()
    };
    for (line, status) in asked.iter_mut().zip(stats) {
        line.modified = status.ok().and_then(time);
    }
    Ok(())
}

/// Seconds from 1970 to what the board's times count from; none where it runs no Python, as the simulated one.
fn epoch(link: &mut Link) -> Result<Option<i64>> {
    let doing = format!("ask {} for its clock", link.place());
    let year = Eval::new("__import__('time').gmtime(0)[0]");
    let year = link.run_if_it_can(year.map_err(|error| Failure::of(&error.into(), &doing))?, &doing)?;
    let begin = |year: String| {
        let date = jiff::civil::Date::new(year.parse().ok()?, 1, 1).ok()?;
        Some(date.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
    };
    Ok(year.and_then(begin))
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

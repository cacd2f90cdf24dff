//! Trees: a folder of this machine and a folder of the board.

mod change;
mod changes;
mod fetch;
mod foretell;
mod here;
mod ignored;
mod send;

use std::path::{Path, PathBuf};

use rawpaste::{Content, Error, ListTree, Refused, TreeEntry, Unfit};

use crate::{
    link::Link,
    path::BoardPath,
    report::{Failure, Result, Visible},
};

pub(crate) use change::change;
pub(crate) use changes::Changes;
pub(crate) use fetch::fetch;
pub(crate) use send::{Course, Send};

/// The most entries of a tree that are kept.
const LIMIT: usize = 65_536;

/// Lists a folder of the board with all that is in it.
pub(crate) fn list(link: &mut Link, path: &BoardPath, digests: bool) -> Result<Vec<TreeEntry>> {
    let doing = format!("list {path} on {}", link.place());
    let mut entries = Vec::new();
    let keep = |entry| {
        if entries.len() == LIMIT {
            return Err(Error::from(Refused::TooMuch { what: "entries in a tree", limit: LIMIT }));
        }
        entries.push(entry);
        Ok(())
    };
    let list = ListTree::new(link.path(path)?, keep).map_err(|error| Failure::of(&error.into(), &doing))?;
    let list = if digests { list } else { list.without_digests() };
    link.run(list, &doing)?;
    Ok(entries)
}

/// Lists it by name, what is in a folder right behind it.
pub(crate) fn sorted(link: &mut Link, path: &BoardPath) -> Result<Vec<TreeEntry>> {
    let mut entries = list(link, path, false)?;
    entries.sort_by(|one, other| one.path.split('/').cmp(other.path.split('/')));
    Ok(entries)
}

/// Returns where a path of the tree is in the folder `dir` here, as this system writes paths.
fn within(dir: &Path, path: &str) -> PathBuf {
    dir.join(path.split('/').collect::<PathBuf>())
}

/// Refuses with everything that is wrong.
fn refuse(what: &str, unfit: &[Unfit]) -> Failure {
    let lines = unfit.iter().map(|unfit| format!("\n  {} {}", Visible(&unfit.path), Visible(&unfit.wrong)));
    Failure::trouble(format!("{what}; nothing was done:{}", lines.collect::<String>()))
}

/// How many files there are in a tree.
fn files(entries: &[TreeEntry]) -> usize {
    entries.iter().filter(|entry| matches!(entry.content, Content::File { .. })).count()
}

/// Says how many.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

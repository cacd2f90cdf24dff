//! `leftovers`.

use clap::Args;
use rawpaste::Content;
use serde_json::json;

use crate::{
    link::Board,
    path::BoardPath,
    report::{Result, note, print, print_json},
    tree::list,
};

/// List the temporary files that puts left on the board when they were cut off
///
/// The next put of the same file takes its own up. `rawpaste rm` removes them.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste leftovers\n  rawpaste leftovers :lib")]
pub(crate) struct Leftovers {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The folder to look through, with all that is in it
    #[arg(value_name = ":PATH", default_value = ":")]
    path: BoardPath,
}

impl Leftovers {
    /// Lists them.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let entries = list(link, &self.path, false)?;
        let left = entries.iter().rev().filter_map(|entry| match entry.content {
            Content::Kept { size } => Some((size, self.path.join(&entry.path))),
            Content::Folder | Content::File { .. } => None,
        });
        let left: Vec<_> = left.collect();
        if self.json {
            let of = |(size, path): &(u64, BoardPath)| json!({ "path": path.as_str(), "size": size });
            return print_json(&left.iter().map(of).collect());
        }
        if left.is_empty() {
            note("there are none");
        }
        let width = left.iter().map(|(size, _)| size.to_string().len()).max().unwrap_or_default();
        print(|out| left.iter().try_for_each(|(size, path)| writeln!(out, "{size:width$} {path}")))
    }
}

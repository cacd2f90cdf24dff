//! `tree`.

use clap::Args;
use rawpaste::{Content, TreeEntry};

use super::ls::of_entry;
use crate::{
    link::Board,
    path::BoardPath,
    report::{Result, Visible, print, print_json},
    tree::sorted,
};

/// Show a folder of the board with all that is in it
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste tree\n  rawpaste tree -s :lib")]
pub(crate) struct Tree {
    /// Show the sizes of files
    #[arg(short, long)]
    size: bool,
    /// Print JSON: a list, as of ls -r --json
    #[arg(long)]
    json: bool,
    /// The folder
    #[arg(value_name = ":PATH", default_value = ":")]
    path: BoardPath,
}

impl Tree {
    /// Shows it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let entries = sorted(board.open()?, &self.path)?;
        if self.json {
            return print_json(&entries.iter().map(of_entry).collect());
        }
        print(|out| {
            writeln!(out, "{}", self.path)?;
            lines(&entries, self.size).iter().try_for_each(|line| writeln!(out, "{line}"))
        })
    }
}

/// Draws the branches; what is in a folder comes right behind it.
fn lines(entries: &[TreeEntry], sizes: bool) -> Vec<String> {
    let depth = |entry: &TreeEntry| entry.path.matches('/').count();
    // Whether more follows at each depth, seen from the end.
    let mut follows: Vec<bool> = Vec::new();
    let mut all: Vec<_> = entries
        .iter()
        .rev()
        .map(|entry| {
            let depth = depth(entry);
            follows.resize(depth + 1, false);
            let line = line(entry, &follows, sizes);
            follows[depth] = true;
            line
        })
        .collect();
    all.reverse();
    all
}

fn line(entry: &TreeEntry, follows: &[bool], sizes: bool) -> String {
    let (own, above) = follows.split_last().unwrap_or((&false, &[]));
    let above: String = above.iter().map(|more| if *more { "│   " } else { "    " }).collect();
    let joint = if *own { "├── " } else { "└── " };
    let size = match entry.content {
        Content::File { size, .. } | Content::Kept { size } if sizes => format!("[{size:>9}]  "),
        Content::Folder | Content::File { .. } | Content::Kept { .. } => String::new(),
    };
    let name = entry.path.rsplit('/').next().unwrap_or_default();
    format!("{above}{joint}{size}{}", Visible(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_end_where_nothing_follows() {
        let entry = |path: &str| TreeEntry {
            path: path.trim_end_matches('/').into(),
            content: if path.ends_with('/') { Content::Folder } else { Content::Kept { size: 7 } },
        };
        let entries = ["a/", "a/b/", "a/b/c", "a/d", "e/", "e/f/", "e/f/g"].map(entry);
        let drawn =
            ["├── a", "│   ├── b", "│   │   └── c", "│   └── d", "└── e", "    └── f", "        └── g"];
        assert_eq!(lines(&entries, false), drawn);
        assert_eq!(lines(&entries[..3], true)[2], "        └── [        7]  c");
    }
}

//! `ls`.

use clap::Args;
use rawpaste::{Entry, Kind, List};

use crate::{
    link::Board,
    path::BoardPath,
    report::{Failure, Result, Visible, print},
};

/// List a folder of the board
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste ls\n  rawpaste ls :lib")]
pub(crate) struct Ls {
    /// The folder
    #[arg(value_name = ":PATH", default_value = ":")]
    path: BoardPath,
}

impl Ls {
    /// Lists it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let doing = format!("list {} on {}", self.path, link.place());
        let list = List::new(link.path(&self.path)?).map_err(|error| Failure::of(&error.into(), &doing))?;
        let entries = link.run(list, &doing)?;
        show(&entries)
    }
}

fn show(entries: &[Entry]) -> Result<()> {
    let width = entries.iter().map(|entry| entry.size.to_string().len()).max().unwrap_or_default();
    print(|out| {
        for entry in entries {
            let slash = if entry.kind == Kind::Directory { "/" } else { "" };
            writeln!(out, "{:width$} {}{slash}", entry.size, Visible(&entry.name))?;
        }
        Ok(())
    })
}

//! `mkdir`.

use clap::Args;
use rawpaste::{MakeDir, TreeChange};

use crate::{
    jobs::conclude,
    link::Board,
    path::BoardPath,
    report::{Failure, Result},
    tree::change,
};

/// Make folders on the board
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste mkdir :lib\n  rawpaste mkdir -p :data/2031/december")]
pub(crate) struct Mkdir {
    /// Make those above them, too, and be content with one that is there
    #[arg(short, long)]
    parents: bool,
    /// The folders
    #[arg(required = true, value_name = ":PATH")]
    paths: Vec<BoardPath>,
}

impl Mkdir {
    /// Makes them.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        if self.parents {
            let folders = self.paths.iter().flat_map(BoardPath::folders);
            let makes: Vec<_> = folders.map(|folder| TreeChange::Make(folder.as_str().into())).collect();
            let doing = format!("make folders on {}", link.place());
            let summary = |failed, all| Failure::trouble(format!("{failed} of {all} folders were not made"));
            return conclude(change(link, &makes, &doing)?, summary);
        }
        for path in &self.paths {
            let doing = format!("make {path} on {}", link.place());
            let make = MakeDir::new(link.path(&path.as_file())?);
            link.run(make.map_err(|error| Failure::of(&error.into(), &doing))?, &doing)?;
        }
        Ok(())
    }
}

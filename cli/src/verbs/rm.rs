//! `rm`.

use clap::Args;
use rawpaste::Remove;

use crate::{
    link::Board,
    path::BoardPath,
    report::{Failure, Result},
};

/// Remove files and empty folders of the board
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  rawpaste rm :old.py :data/log.txt")]
pub(crate) struct Rm {
    /// What to remove
    #[arg(required = true, value_name = ":PATH")]
    paths: Vec<BoardPath>,
}

impl Rm {
    /// Removes them, up to the first that cannot be.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        if let Some(path) = self.paths.iter().find(|path| path.name().is_none()) {
            return Err(
                Failure::usage(format!("{path} names nothing that can be removed")).next("name a file")
            );
        }
        let link = board.open()?;
        for path in &self.paths {
            let doing = format!("remove {path} on {}", link.place());
            let remove = Remove::new(link.path(path)?).map_err(|error| Failure::of(&error.into(), &doing))?;
            link.run(remove, &doing)?;
        }
        Ok(())
    }
}

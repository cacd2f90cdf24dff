//! `mv`.

use clap::Args;
use rawpaste::{Kind, Rename};

use super::cp::{into_folder, on_board, refuse_in_itself};
use crate::{
    link::Board,
    path::BoardPath,
    report::{Failure, Result},
};

/// Move or rename files and folders of the board
///
/// A file that stands at the new path is replaced. A path that ends with / or names a folder takes them in.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste mv :main.py :old.py\n  rawpaste mv :a.py :b.py :lib/")]
pub(crate) struct Mv {
    /// What to move, then where to
    #[arg(required = true, num_args = 2.., value_name = ":PATH")]
    paths: Vec<BoardPath>,
}

impl Mv {
    /// Moves them, up to the first that cannot be.
    pub(crate) fn run(mut self, board: &mut Board) -> Result<()> {
        let Some(to) = self.paths.pop() else { return Ok(()) };
        let link = board.open()?;
        let to = into_folder(link, to, self.paths.len())?;
        for from in &self.paths {
            let (from, to) = on_board(from, &to)?;
            let doing = format!("move {from} to {to} on {}", link.place());
            let stands = link.kind_of(&to, &doing)?;
            if stands == Some(Kind::Directory) {
                return Err(Failure::trouble(format!("cannot {doing}: a folder stands there"))
                    .next("remove it first, or name another path"));
            }
            refuse_in_itself(&from, &to, &doing)?;
            // FAT would let a folder replace a file.
            if stands == Some(Kind::File) && link.kind_of(&from, &doing)? == Some(Kind::Directory) {
                return Err(Failure::trouble(format!("cannot {doing}: a file stands there"))
                    .next("remove it first, or name another path"));
            }
            link.path(&from)?;
            link.path(&to)?;
            let rename = Rename::new(from.as_str(), to.as_str());
            link.run(rename.map_err(|error| Failure::of(&error.into(), &doing))?, &doing)?;
        }
        Ok(())
    }
}

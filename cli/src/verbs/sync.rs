//! `sync`.

use std::path::PathBuf;

use clap::Args;

use crate::{
    link::Board,
    manner::Manner,
    path::BoardPath,
    report::{Failure, Result},
    tree::Send,
};

/// Make a folder of the board like one of this machine: what is new or changed is put there
///
/// The two are compared by one digest first; where they are the same, nothing else travels. What git's ignore files leave
/// out does not go, and what they leave out on the board is left alone there, as are the temporary files .rp-XXXXXXXX of
/// puts that were cut off (`rawpaste leftovers` lists them). .git never goes. Symbolic links are left out, and said so. A
/// failure in one file leaves the others done; run again, it goes on from there.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste sync src :\n  rawpaste sync --delete --dry-run src/lib :lib\n  rawpaste sync --delete src/lib :lib"
)]
pub(crate) struct Sync {
    /// The folder here
    dir: PathBuf,
    /// The folder on the board; it is made if it is not there
    #[arg(value_name = ":PATH")]
    path: BoardPath,
    /// Remove what is only on the board, and replace what is in the way
    #[arg(long)]
    delete: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Put what git's ignore files leave out, too
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    manner: Manner,
}

impl Sync {
    /// Does it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let Self { dir, path, delete, dry_run, no_ignore, manner } = self;
        if dir.to_string_lossy().starts_with(':') {
            return Err(Failure::usage("sync goes from this machine to the board").next(
                "sync DIR :PATH; the other way it is get -r; a folder of this machine whose name begins with : is ./:NAME",
            ));
        }
        Send { dir, path, ignore: !no_ignore, delete, manner, dry_run }.run(board)
    }
}

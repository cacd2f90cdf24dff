//! `sync`.

use std::path::PathBuf;

use clap::Args;

use super::{
    exec::{Input, execute_program},
    reset::reset_softly,
    run::program,
};
use crate::{
    link::Board,
    manner::Manner,
    path::BoardPath,
    project::{self, AfterSync, Tree},
    report::Result,
    tree::{Course, Send},
};

/// Make a folder of the board like one of this machine
///
/// What is new or changed is put there. The two are compared by one digest first; where they are the same, nothing else travels. What git's ignore files leave
/// out does not go, and what they leave out on the board is left alone there, as are the temporary files .rp-XXXXXXXX of
/// puts that were cut off (`rawpaste leftovers` lists them). .git never goes. Symbolic links are left out, and said so. A
/// failure in one file leaves the others done; run again, it goes on from there.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste sync src :\n  rawpaste sync --delete --dry-run src/lib :lib\n  rawpaste sync --delete src/lib :lib"
)]
pub(crate) struct Sync {
    /// The folder here. Without it and :PATH: the tree that rawpaste.toml names, and what follows by it
    dir: Option<PathBuf>,
    /// The folder on the board, its current one if it is not given; it is made if it is not there
    #[arg(value_name = ":PATH")]
    path: Option<BoardPath>,
    /// Remove what is only on the board, and replace what is in the way
    #[arg(long)]
    delete: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON of what would be done
    #[arg(long, requires = "dry_run")]
    json: bool,
    /// Put what git's ignore files leave out, too
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    manner: Manner,
}

impl Sync {
    /// Does it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let Self { dir, path, delete, dry_run, json, no_ignore, manner } = self;
        let Tree { dir, path, patterns, after } = project::tree(dir, path)?;
        let course = match (dry_run, json) {
            (false, _) => Course::Done,
            (true, false) => Course::Said,
            (true, true) => Course::SaidAsJson,
        };
        let send = Send { dir, path, ignore: !no_ignore, patterns, delete, manner, course };
        if !send.run(board)? {
            return Ok(());
        }
        let link = board.open()?;
        match after {
            Some(AfterSync::Reset) => reset_softly(link),
            Some(AfterSync::Run(file)) => execute_program(link, program(&file)?, Input::Standard),
            Some(AfterSync::Nothing) | None => Ok(()),
        }
    }
}

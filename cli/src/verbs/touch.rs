//! `touch`.

use clap::Args;
use rawpaste::Put;

use crate::{
    link::Board,
    path::BoardPath,
    report::{Failure, Result},
};

/// Make empty files on the board where there are none; what is there stays as it is
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  rawpaste touch :settings.toml")]
pub(crate) struct Touch {
    /// The files
    #[arg(required = true, value_name = ":PATH")]
    paths: Vec<BoardPath>,
}

impl Touch {
    /// Makes them.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        for path in &self.paths {
            let doing = format!("make {path} on {}", link.place());
            if path.names_a_folder() {
                return Err(Failure::usage(format!("cannot {doing}: it is a folder's name"))
                    .next("mkdir makes folders"));
            }
            if link.kind_of(path, &doing)?.is_none() {
                let put = Put::new(&b""[..], link.path(path)?);
                link.run(put.map_err(|error| Failure::of(&error.into(), &doing))?, &doing)?;
            }
        }
        Ok(())
    }
}

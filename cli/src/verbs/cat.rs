//! `cat`.

use clap::Args;

use crate::{jobs::stream, link::Board, output::Output, path::BoardPath, report::Result};

/// Show a file of the board, byte for byte
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  rawpaste cat :main.py")]
pub(crate) struct Cat {
    /// The file
    #[arg(value_name = ":PATH")]
    path: BoardPath,
}

impl Cat {
    /// Shows it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        stream(board.open()?, &self.path, Output::new())
    }
}

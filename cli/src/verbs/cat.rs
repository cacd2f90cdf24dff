//! `cat`.

use std::io;

use clap::Args;

use crate::{jobs::stream, link::with_board, path::BoardPath, port::Target, report::Result};

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
    pub(crate) fn run(self, port: Option<Target>) -> Result<()> {
        with_board(port, |link| stream(link, &self.path, io::stdout().lock()))
    }
}

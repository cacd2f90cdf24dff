//! `run`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exec::{Input, execute};
use crate::{
    files::{Local, is_standard},
    link::Board,
    report::Result,
};

/// Run a program from this machine on the board
///
/// Nothing is stored there. Output, standard input and ^C are as for exec.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste run blink.py\n  rawpaste run --detach server.py\n  generate | rawpaste run -"
)]
pub(crate) struct Run {
    /// Leave it running, and do not wait for what it prints. The next command interrupts it
    #[arg(short, long)]
    detach: bool,
    /// The program; - is standard input
    file: PathBuf,
}

impl Run {
    /// Runs it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let code = program(&self.file)?;
        if self.detach {
            let doing = format!("start the program on {}", board.place());
            return board.open()?.detach(&code, &doing);
        }
        let input = if is_standard(&self.file) { Input::Nothing } else { Input::Standard };
        execute(board.open()?, code, input)
    }
}

/// Returns a program of this machine.
pub(crate) fn program(file: &Path) -> Result<Vec<u8>> {
    let mut code = Local::open(file)?.into_bytes(file)?;
    // A mark that some editors put in front of UTF-8; Python has no use for it.
    if code.starts_with(b"\xef\xbb\xbf") {
        code.drain(..3);
    }
    Ok(code)
}

//! `run`.

use std::path::{Path, PathBuf};

use clap::Args;
use rawpaste::quote_str;

use super::exec::{Input, Reading, execute_program, forget_modules};
use crate::{
    files::{Local, is_standard},
    link::Board,
    path::BoardPath,
    report::{Result, Visible, tell},
};

/// Run a program on the board
///
/// Of this machine, and nothing is stored there, or of the board (:PATH). It imports its modules afresh, so that it meets those that were
/// put last; names that it sets stay for the next command. Output, standard input and ^C are as for exec.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste run blink.py\n  rawpaste run :main.py\n  rawpaste run --detach server.py\n  generate | rawpaste run -"
)]
pub(crate) struct Run {
    /// Leave it running, and do not wait for what it prints. The next command interrupts it
    #[arg(short, long)]
    detach: bool,
    #[command(flatten)]
    reading: Reading,
    /// The program; - is standard input
    file: PathBuf,
}

impl Run {
    /// Runs it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let shown = self.file.to_string_lossy();
        let code = match shown.strip_prefix(':') {
            Some(path) => there(&BoardPath::of(path)),
            None => program(&self.file)?,
        };
        if !self.detach {
            let input = if is_standard(&self.file) { Input::Nothing } else { self.reading.input() };
            return execute_program(board.open()?, code, input);
        }
        let doing = format!("start the program on {}", board.place());
        forget_modules(board.open()?)?;
        board.open()?.detach(&code, &doing)?;
        tell(|out| writeln!(out, "started {} on {}", Visible(&shown), board.place()))
    }
}

/// Returns code that runs a program of the board, with its name in tracebacks where the firmware can.
pub(crate) fn there(path: &BoardPath) -> Vec<u8> {
    let mut name = Vec::new();
    quote_str(path.as_str(), &mut name);
    let name = String::from_utf8_lossy(&name);
    format!("try:execfile\nexcept NameError:exec(open({name}).read())\nelse:execfile({name})\n").into_bytes()
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

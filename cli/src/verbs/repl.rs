//! `repl`.

use std::{
    io::{IsTerminal, stdin},
    path::PathBuf,
};

use clap::Args;

use super::run::program;
use crate::{
    link::Board,
    repl,
    report::{Failure, Result},
};

/// Talk to the board at its friendly prompt
///
/// Every key goes to the board, but two: ^] leaves, and ^T soft-resets. The program that runs on the board is not
/// interrupted, neither at the start nor at the end: Enter shows whether there is a prompt, ^C interrupts. What the board sends comes
/// out as it is. A board that vanishes, as many do in a reset, is waited for.
///
/// With --script, ^T soft-resets without main.py and runs the file, as it is then, with what it prints; pressed while it
/// runs, it begins again. ^] leaves it running.
///
/// What is pasted goes as fast as the board echoes it. Standard input that is no terminal is typed in the same way, each line
/// ended as the Enter key does; at its end the board may go on for as long as it prints: its prompt is the end, or
/// 10 s of silence.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rawpaste repl
  rawpaste repl --script blink.py            edit blink.py, press ^T, see it run
  rawpaste repl --capture log.txt
  rawpaste put main.py : + repl
  echo 'print(6*7)' | rawpaste repl")]
pub(crate) struct Repl {
    /// Run this program of this machine at each ^T, after a soft reset
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Add what the board sends to the end of this file, byte for byte
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
    /// Show bytes that are not printable ASCII as \xNN, but for those that move the cursor
    #[arg(long)]
    escape_non_printable: bool,
}

impl Repl {
    /// Runs it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let terminal = stdin().is_terminal();
        if let Some(script) = &self.script {
            if !terminal {
                return Err(Failure::usage("--script waits for ^T, and standard input is no terminal")
                    .next("rawpaste run FILE runs a program at once"));
            }
            // Better said now than at the first ^T.
            program(script)?;
        }
        let screen = repl::Screen::new(self.capture.as_deref(), self.escape_non_printable)?;
        repl::run(board.open()?, terminal, screen, self.script)
    }
}

//! `reset`.

use clap::Args;
use rawpaste::Reply;

use crate::{
    link::{Board, Link},
    report::{Result, tell},
};

/// Reset the board
///
/// A soft reset starts MicroPython afresh and runs boot.py and main.py; hardware keeps the state that it has. What the
/// board runs then is not waited for, and it is left running. In a chain the next command stops it again: put reset last,
/// or repl behind it to watch. A port that vanishes, as on USB, is waited for by the next command.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste reset\n  rawpaste put main.py + reset + repl\n  rawpaste reset --hard\n  rawpaste reset --bootloader"
)]
pub(crate) struct Reset {
    #[command(flatten)]
    how: How,
}

/// How a board is reset.
#[derive(Args, Clone, Copy, Debug)]
#[group(multiple = false)]
struct How {
    /// Reset the whole chip, as its reset button does (machine.reset)
    #[arg(long)]
    hard: bool,
    /// Start its bootloader, to give it another firmware (machine.bootloader)
    #[arg(long)]
    bootloader: bool,
    /// Reset it from outside by the port's lines DTR and RTS, whatever it is doing: boards with Espressif's chips
    /// (ESP32, ESP8266) listen to them, hardly any others
    #[arg(long)]
    line: bool,
}

impl Reset {
    /// Resets it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        let place = link.place().to_string();
        let doing = format!("reset {place}");
        let (operation, done) = match self.how {
            How { line: true, .. } => {
                link.reset_by_lines(&doing)?;
                return tell(|out| {
                    writeln!(out, "pulled the reset line of {place}; whether it listens to it does not show")
                });
            }
            How { hard: true, .. } => (rawpaste::Reset::hard(), format!("reset {place}")),
            How { bootloader: true, .. } => {
                (rawpaste::Reset::bootloader(), format!("started the bootloader of {place}"))
            }
            How { .. } => (rawpaste::Reset::soft(), format!("reset {place} softly")),
        };
        reset(link, operation, &doing)?;
        tell(|out| writeln!(out, "{done}"))
    }
}

/// Resets it so that its main.py runs, and leaves it running.
pub(super) fn reset_softly(link: &mut Link) -> Result<()> {
    let doing = format!("reset {}", link.place());
    reset(link, rawpaste::Reset::soft(), &doing)
}

fn reset(link: &mut Link, operation: rawpaste::Reset, doing: &str) -> Result<()> {
    let reply = link.run_once(operation, doing)?;
    link.was_reset(reply == Reply::Closed);
    Ok(())
}

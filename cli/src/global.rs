//! What can be asked for with each command, before and behind it, and behind each `+`.

use std::{ffi::OsString, num::NonZeroUsize};

use clap::{Args, Command, FromArgMatches, ValueEnum};
use rawpaste::Policy;

use crate::{
    boards::{Boards, everywhere},
    habits,
    link::restart_at_the_end,
    port::Target,
    report, verbose,
};

/// What goes for each command.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "With every command")]
pub(crate) struct Global {
    /// The board, by its device, short name (a0, u0, c3), id:NUMBER, tcp://HOST:PORT ...; without it the one that is here
    ///
    /// A device (/dev/ttyACM0, COM3) or its short name (a0, u0, c3), id:NUMBER for a serial number,
    /// tcp://HOST:PORT or rfc2217://HOST:PORT[?baud=N&dtr=on&rts=off] for one on another machine, sim:[DIR] for a simulated
    /// board, micropython:[DIR] for a real MicroPython in a folder of this machine. Without it: RAWPASTE_PORT, then the port in
    /// rawpaste.toml, then the one board on USB; auto is that one in any case
    #[arg(long, value_name = "PORT", action = clap::ArgAction::Append)]
    port: Vec<Target>,
    /// How source goes to the board: within the credit that it grants, or openly, on links that lose nothing however much
    /// is sent
    #[arg(long, global = true, value_name = "FLOW", hide_short_help = true)]
    flow: Option<Flow>,
    /// How many bytes the board's input buffer holds, if that is less than two windows of its raw paste (CircuitPython on
    /// a UART 64, micro:bit V2 128)
    #[arg(long, global = true, value_name = "BYTES", hide_short_help = true)]
    in_flight: Option<NonZeroUsize>,
    /// When to flush a port that holds back, and how much goes in one write: windows, unix, or some of
    /// threshold=BYTES,interval=TIME,coalesce=BYTES,gather=TIME
    #[arg(long, global = true, value_name = "POLICY", hide_short_help = true)]
    flush: Option<Policy>,
    /// Say only what was asked for, and what went wrong
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Show each step of the link with its time, without the contents of files
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// When done, reset the board softly, so that its program (main.py) runs again
    #[arg(long, global = true)]
    restart: bool,
}

/// How source goes to the board.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Flow {
    /// Openly where the port's USB ids are known to push back, else windowed
    Auto,
    /// Within the credit: right everywhere
    Windowed,
    /// Whatever the credit: right for USB that reaches MicroPython itself
    Open,
}

/// Reads words as a `P`, and the boards that they name; where they cannot be understood, or help is asked for, the command ends
/// here.
pub(crate) fn read<P: FromArgMatches>(command: Command, words: &[OsString]) -> (P, Boards) {
    let mut command = everywhere(command);
    let matches =
        command.clone().try_get_matches_from(words).unwrap_or_else(|error| habits::explain(error).exit());
    let read = P::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit());
    (read, Boards::of(&matches))
}

impl Global {
    /// Adds what stands behind a `+`; of two values the later one counts.
    pub(crate) fn and(self, later: Self) -> Self {
        Self {
            port: Vec::new(),
            flow: later.flow.or(self.flow),
            in_flight: later.in_flight.or(self.in_flight),
            flush: later.flush.or(self.flush),
            quiet: self.quiet || later.quiet,
            verbose: self.verbose || later.verbose,
            restart: self.restart || later.restart,
        }
    }

    /// From here on it is so.
    pub(crate) fn set(&self) {
        if self.quiet {
            report::be_quiet();
        } else if self.verbose {
            verbose::show();
        }
        if self.restart {
            restart_at_the_end();
        }
    }

    /// How source goes to the board, none for what suits its port.
    pub(crate) fn flow(&self) -> Option<rawpaste::Flow> {
        match self.flow {
            None | Some(Flow::Auto) => None,
            Some(Flow::Windowed) => Some(rawpaste::Flow::Windowed),
            Some(Flow::Open) => Some(rawpaste::Flow::Open),
        }
    }

    /// When a port is flushed.
    pub(crate) fn policy(&self) -> Policy {
        self.flush.unwrap_or_else(Policy::host)
    }

    /// A board, used so.
    pub(crate) fn tune(&self, target: Target) -> Target {
        target.tuned(self.flow(), self.in_flight, self.policy())
    }
}

//! What can be asked for.

use std::num::NonZeroUsize;

use clap::{Parser, Subcommand, ValueEnum};
use rawpaste::Policy;

use crate::{port::Target, report::Result, verbs};

/// Files and code on MicroPython boards, over their serial line.
///
/// A path that begins with `:` is on the board; `:` alone is the board's current folder.
#[derive(Debug, Parser)]
#[command(name = "rawpaste", version, arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Args {
    /// The board: a device (/dev/ttyACM0, COM3), sim:[DIR] for a simulated board, micropython:[DIR] for a real
    /// MicroPython in a folder of this machine
    #[arg(long, short, global = true, env = "RAWPASTE_PORT", value_name = "PORT")]
    port: Option<Target>,
    /// How source goes to the board: within the credit that it grants, or openly, on links that lose nothing however much
    /// is sent
    #[arg(long, global = true, value_name = "FLOW", default_value = "auto")]
    flow: Flow,
    /// How many bytes the board's input buffer holds, if that is less than two windows of its raw paste (CircuitPython on
    /// a UART 64, micro:bit V2 128)
    #[arg(long, global = true, value_name = "BYTES")]
    in_flight: Option<NonZeroUsize>,
    /// When to flush a port that holds back, and how much goes in one write: windows, unix, or some of
    /// threshold=BYTES,interval=TIME,coalesce=BYTES,gather=TIME
    #[arg(long, global = true, value_name = "POLICY", default_value = "host", hide_default_value = true)]
    flush: Policy,
    #[command(subcommand)]
    verb: Verb,
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

const AFTER: &str = "\
Examples:
  rawpaste --port sim: put README.md            a first try, without a board
  rawpaste --port /dev/ttyACM0 put main.py      put a program on a board
  rawpaste --port /dev/ttyACM0 run blink.py     run a program from this machine
  rawpaste --port /dev/ttyACM0 get :log.txt     get a file
  rawpaste --port /dev/ttyACM0 sync src :       make the board's files like those in src

Exit codes: 0 done, 1 the board's code raised, 2 usage, 3 trouble with the link or a file.";

#[derive(Debug, Subcommand)]
enum Verb {
    Put(verbs::put::Put),
    Get(verbs::get::Get),
    Sync(verbs::sync::Sync),
    Ls(verbs::ls::Ls),
    Cat(verbs::cat::Cat),
    Rm(verbs::rm::Rm),
    Leftovers(verbs::leftovers::Leftovers),
    Exec(verbs::exec::Exec),
    Run(verbs::run::Run),
    Info(verbs::info::Info),
    Board(verbs::board::Board),
    #[cfg(unix)]
    Bench(verbs::bench::Bench),
}

impl Args {
    /// Does what was asked for.
    pub(crate) fn run(self) -> Result<()> {
        let flow = match self.flow {
            Flow::Auto => None,
            Flow::Windowed => Some(rawpaste::Flow::Windowed),
            Flow::Open => Some(rawpaste::Flow::Open),
        };
        let port = self.port.map(|target| target.tuned(flow, self.in_flight, self.flush));
        match self.verb {
            Verb::Put(verb) => verb.run(port),
            Verb::Get(verb) => verb.run(port),
            Verb::Sync(verb) => verb.run(port),
            Verb::Ls(verb) => verb.run(port),
            Verb::Cat(verb) => verb.run(port),
            Verb::Rm(verb) => verb.run(port),
            Verb::Leftovers(verb) => verb.run(port),
            Verb::Exec(verb) => verb.run(port),
            Verb::Run(verb) => verb.run(port),
            Verb::Info(verb) => verb.run(port),
            Verb::Board(verb) => verb.run(),
            #[cfg(unix)]
            Verb::Bench(verb) => verb.run(flow, self.flush),
        }
    }
}

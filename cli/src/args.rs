//! What can be asked for.

use std::{env, ffi::OsString, num::NonZeroUsize};

use clap::{Parser, Subcommand, ValueEnum};
use rawpaste::Policy;

use crate::{
    link::{Board, restart_at_the_end, with_board},
    port::Target,
    report::{Failure, Result},
    verbs,
};

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
    /// When done, reset the board softly, so that its program (main.py) runs again
    #[arg(long, global = true)]
    restart: bool,
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
  rawpaste put main.py + ls + run main.py       several commands in one connection

Exit codes: 0 done, 1 the board's code raised, 2 usage, 3 trouble with the link or a file.";

/// What follows a `+`.
#[derive(Debug, Parser)]
#[command(name = "rawpaste", no_binary_name = true)]
struct Next {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    #[command(flatten)]
    OnBoard(OnBoard),
    #[command(flatten)]
    Alone(Alone),
}

/// What is done on a board; several in one connection, with `+` between them.
#[derive(Debug, Subcommand)]
enum OnBoard {
    Put(verbs::put::Put),
    Get(verbs::get::Get),
    Sync(verbs::sync::Sync),
    Ls(verbs::ls::Ls),
    Cat(verbs::cat::Cat),
    Rm(verbs::rm::Rm),
    Leftovers(verbs::leftovers::Leftovers),
    Exec(verbs::exec::Exec),
    Run(verbs::run::Run),
    Repl(verbs::repl::Repl),
    Reset(verbs::reset::Reset),
    Info(verbs::info::Info),
}

/// What is done without one, or has its own.
#[derive(Debug, Subcommand)]
enum Alone {
    Board(verbs::board::Board),
    #[cfg(unix)]
    Bench(verbs::bench::Bench),
}

/// Does what the command line asks for.
pub(crate) fn run() -> Result<()> {
    let words: Vec<OsString> = env::args_os().collect();
    let mut parts = words.split(|word| word == "+");
    let args = Args::parse_from(parts.next().unwrap_or_default());
    let more: Vec<_> = parts.map(|words| Next::parse_from(words).verb).collect();
    args.run(more)
}

impl Args {
    fn run(self, more: Vec<Verb>) -> Result<()> {
        let flow = match self.flow {
            Flow::Auto => None,
            Flow::Windowed => Some(rawpaste::Flow::Windowed),
            Flow::Open => Some(rawpaste::Flow::Open),
        };
        let port = self.port.map(|target| target.tuned(flow, self.in_flight, self.flush));
        if self.restart {
            restart_at_the_end();
        }
        let first = match self.verb {
            Verb::OnBoard(verb) => verb,
            Verb::Alone(_) if !more.is_empty() => return Err(not_in_a_chain()),
            Verb::Alone(Alone::Board(verb)) => return verb.run(),
            #[cfg(unix)]
            Verb::Alone(Alone::Bench(verb)) => return verb.run(flow.unwrap_or_default(), self.flush),
        };
        let mut verbs = vec![first];
        for verb in more {
            match verb {
                Verb::OnBoard(verb) => verbs.push(verb),
                Verb::Alone(_) => return Err(not_in_a_chain()),
            }
        }
        with_board(port, |board| verbs.into_iter().try_for_each(|verb| verb.run(board)))
    }
}

fn not_in_a_chain() -> Failure {
    Failure::usage("+ stands between commands that use a board").next("give the other one on its own")
}

impl OnBoard {
    fn run(self, board: &mut Board) -> Result<()> {
        match self {
            Self::Put(verb) => verb.run(board),
            Self::Get(verb) => verb.run(board),
            Self::Sync(verb) => verb.run(board),
            Self::Ls(verb) => verb.run(board),
            Self::Cat(verb) => verb.run(board),
            Self::Rm(verb) => verb.run(board),
            Self::Leftovers(verb) => verb.run(board),
            Self::Exec(verb) => verb.run(board),
            Self::Run(verb) => verb.run(board),
            Self::Repl(verb) => verb.run(board),
            Self::Reset(verb) => verb.run(board),
            Self::Info(verb) => verb.run(board),
        }
    }
}

//! What can be asked for.

use std::{env, ffi::OsString, num::NonZeroUsize};

use clap::{ArgAction, Command, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use rawpaste::Policy;

use crate::{
    boards::{Boards, everywhere},
    find,
    link::{Board, restart_at_the_end, with_board},
    port::Target,
    report::{self, Exit, Failure, Result},
    verbose, verbs,
    welcome::welcome,
};

/// Files and code on MicroPython boards, over their serial line.
///
/// A path that begins with `:` is on the board; `:` alone is the board's current folder.
#[derive(Debug, Parser)]
#[command(name = "rawpaste", version, after_help = AFTER)]
pub(crate) struct Args {
    /// The board: a device (/dev/ttyACM0, COM3) or its short name (a0, u0, c3), id:NUMBER for a serial number,
    /// tcp://HOST:PORT or rfc2217://HOST:PORT[?baud=N&dtr=on&rts=off] for one on another machine, sim:[DIR] for a simulated
    /// board, micropython:[DIR] for a real MicroPython in a folder of this machine. Without it: the port in rawpaste.toml,
    /// then the one board on USB; auto is that one in any case
    #[arg(long, env = "RAWPASTE_PORT", value_name = "PORT", action = ArgAction::Append)]
    port: Vec<Target>,
    /// The same, from behind the verb, too.
    #[arg(skip)]
    boards: Boards,
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
    /// Say only what was asked for, and what went wrong
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Show each step of the link with its time, without the contents of files
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// When done, reset the board softly, so that its program (main.py) runs again
    #[arg(long, global = true)]
    restart: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
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
  rawpaste fleet put --all main.py              put a program on every board that is there

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
    Cp(verbs::cp::Cp),
    Sync(verbs::sync::Sync),
    Watch(verbs::watch::Watch),
    Ls(verbs::ls::Ls),
    Tree(verbs::tree::Tree),
    Cat(verbs::cat::Cat),
    Rm(verbs::rm::Rm),
    Mkdir(verbs::mkdir::Mkdir),
    Mv(verbs::mv::Mv),
    Touch(verbs::touch::Touch),
    Df(verbs::df::Df),
    Hash(verbs::hash::Hash),
    Edit(verbs::edit::Edit),
    Leftovers(verbs::leftovers::Leftovers),
    Exec(verbs::exec::Exec),
    Eval(verbs::eval::Eval),
    Run(verbs::run::Run),
    Rtc(verbs::rtc::Rtc),
    Repl(verbs::repl::Repl),
    Reset(verbs::reset::Reset),
    Info(verbs::info::Info),
}

/// What is done without one, or has its own.
#[derive(Debug, Subcommand)]
enum Alone {
    Fleet(verbs::fleet::Fleet),
    Board(verbs::board::Board),
    Devices(verbs::devices::Devices),
    Init(verbs::init::Init),
    #[cfg(unix)]
    Bench(verbs::bench::Bench),
    Completions(verbs::completions::Completions),
    Man(verbs::man::Man),
}

/// Returns what clap knows of the command line.
pub(crate) fn command() -> Command {
    everywhere(Args::command())
}

/// Does what the command line asks for.
pub(crate) fn run() -> Result<()> {
    let words: Vec<OsString> = env::args_os().collect();
    let mut parts = words.split(|word| word == "+");
    let args = Args::of(parts.next().unwrap_or_default());
    let more: Vec<_> = parts.map(|words| Next::parse_from(words).verb).collect();
    args.run(more)
}

impl Args {
    /// Reads words; where they cannot be understood, or help is asked for, the command ends here.
    fn of(words: &[OsString]) -> Self {
        let mut command = command();
        let matches = command.clone().get_matches_from(words);
        let args = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit());
        Self { boards: Boards::of(&matches), ..args }
    }

    fn run(self, more: Vec<Verb>) -> Result<()> {
        if self.quiet {
            report::be_quiet();
        }
        if self.verbose {
            verbose::show();
        }
        let flow = match self.flow {
            Flow::Auto => None,
            Flow::Windowed => Some(rawpaste::Flow::Windowed),
            Flow::Open => Some(rawpaste::Flow::Open),
        };
        let tune = |target: Target| target.tuned(flow, self.in_flight, self.flush);
        let boards = self.boards.map(tune);
        if self.restart {
            restart_at_the_end();
        }
        let Some(verb) = self.verb else {
            return if more.is_empty() { welcome() } else { Err(not_in_a_chain()) };
        };
        let first = match verb {
            Verb::OnBoard(verb) => verb,
            Verb::Alone(_) if !more.is_empty() => return Err(not_in_a_chain()),
            Verb::Alone(Alone::Fleet(verb)) => return verb.run(boards, tune),
            Verb::Alone(Alone::Board(verb)) => return verb.run(),
            Verb::Alone(Alone::Devices(verb)) => return verb.run(),
            Verb::Alone(Alone::Init(verb)) => return verb.run(),
            Verb::Alone(Alone::Completions(verb)) => return verb.run(),
            Verb::Alone(Alone::Man(verb)) => return verb.run(),
            #[cfg(unix)]
            Verb::Alone(Alone::Bench(verb)) => return verb.run(flow, self.flush),
        };
        let mut verbs = vec![first];
        for verb in more {
            match verb {
                Verb::OnBoard(verb) => verbs.push(verb),
                Verb::Alone(_) => return Err(not_in_a_chain()),
            }
        }
        let target = find::target(boards.one()?)?.tuned(flow, self.in_flight, self.flush);
        with_board(target, |board| verbs.into_iter().try_for_each(|verb| goes_on(verb.run(board))))
    }
}

/// Whether what follows is done: also where nobody wanted to read more of what was said.
fn goes_on(done: Result<()>) -> Result<()> {
    match done {
        Err(failure) if failure.exit() == Exit::Done => Ok(()),
        done => done,
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
            Self::Cp(verb) => verb.run(board),
            Self::Sync(verb) => verb.run(board),
            Self::Watch(verb) => verb.run(board),
            Self::Ls(verb) => verb.run(board),
            Self::Tree(verb) => verb.run(board),
            Self::Cat(verb) => verb.run(board),
            Self::Rm(verb) => verb.run(board),
            Self::Mkdir(verb) => verb.run(board),
            Self::Mv(verb) => verb.run(board),
            Self::Touch(verb) => verb.run(board),
            Self::Df(verb) => verb.run(board),
            Self::Hash(verb) => verb.run(board),
            Self::Edit(verb) => verb.run(board),
            Self::Leftovers(verb) => verb.run(board),
            Self::Exec(verb) => verb.run(board),
            Self::Eval(verb) => verb.run(board),
            Self::Run(verb) => verb.run(board),
            Self::Rtc(verb) => verb.run(board),
            Self::Repl(verb) => verb.run(board),
            Self::Reset(verb) => verb.run(board),
            Self::Info(verb) => verb.run(board),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each verb, with what is global: no two options of one name.
    #[test]
    fn the_command_line_makes_sense() {
        command().debug_assert();
        Next::command().debug_assert();
    }
}

//! What can be asked for.

use std::{env, ffi::OsString};

use clap::{Command, CommandFactory, Parser, Subcommand};

use crate::{
    boards::{Boards, everywhere},
    find,
    global::{self, Global},
    interrupt,
    link::{Board, with_board},
    report::{Exit, Failure, Result},
    verbs,
    welcome::welcome,
};

/// Files and code on MicroPython boards, over their serial line.
///
/// A path that begins with `:` is on the board; `:` alone is the board's current folder.
#[derive(Debug, Parser)]
#[command(name = "rawpaste", version, after_help = AFTER)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    global: Global,
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

/// A command that follows a `+`.
#[derive(Debug, Parser)]
#[command(name = "rawpaste ... +", no_binary_name = true)]
struct Next {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    global: Global,
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
    let (args, mut boards): (Args, _) = global::read(Args::command(), parts.next().unwrap_or_default());
    let (mut verbs, mut global) = (Vec::from_iter(args.verb), args.global);
    for words in parts {
        if words.is_empty() || verbs.is_empty() {
            return Err(Failure::usage("+ stands between two commands").next("rawpaste put main.py + reset"));
        }
        let (next, named): (Next, _) = global::read(Next::command(), words);
        verbs.push(next.verb);
        (global, boards) = (global.and(next.global), boards.and(named));
    }
    global.set();
    do_all(verbs, &global, boards)
}

fn do_all(verbs: Vec<Verb>, global: &Global, boards: Boards) -> Result<()> {
    let alone = verbs.len() == 1;
    let mut on_board = Vec::new();
    for verb in verbs {
        match verb {
            Verb::OnBoard(verb) => on_board.push(verb),
            Verb::Alone(verb) if alone => return verb.run(global, boards),
            Verb::Alone(_) => {
                return Err(Failure::usage("+ stands between commands that use a board")
                    .next("give the other one on its own"));
            }
        }
    }
    if on_board.is_empty() {
        return welcome(boards);
    }
    let target = global.tune(find::target(boards.one()?)?);
    with_board(target, |board| {
        let last = on_board.len() - 1;
        on_board.into_iter().enumerate().try_for_each(|(at, verb)| {
            goes_on(verb.run(board))?;
            // It may have come when the command was as good as done.
            match interrupt::came() && at < last {
                true => Err(Failure::trouble("interrupted; what follows the + was not done")),
                false => Ok(()),
            }
        })
    })
}

/// Whether what follows is done: also where nobody wanted to read more of what was said.
fn goes_on(done: Result<()>) -> Result<()> {
    match done {
        Err(failure) if failure.exit() == Exit::Done => Ok(()),
        done => done,
    }
}

impl Alone {
    fn run(self, global: &Global, boards: Boards) -> Result<()> {
        match self {
            Self::Fleet(verb) => verb.run(boards, |target| global.tune(target)),
            Self::Board(verb) => verb.run(),
            Self::Devices(verb) => verb.run(),
            Self::Init(verb) => verb.run(),
            Self::Completions(verb) => verb.run(),
            Self::Man(verb) => verb.run(),
            #[cfg(unix)]
            Self::Bench(verb) => verb.run(global.flow(), global.policy()),
        }
    }
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
mod tests;

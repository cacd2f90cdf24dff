//! Which boards are asked for.

use std::env;

use clap::{Arg, ArgMatches, Command};

use crate::{
    find,
    port::Target,
    report::{Failure, Result, Visible},
};

/// The name of the argument, on each level of the command line.
const PORT: &str = "port";

/// The variable that names the board where `--port` does not.
const VARIABLE: &str = "RAWPASTE_PORT";

/// The boards that `--port` names, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boards(Vec<Target>);

/// Lets `--port` stand behind each verb, too. An argument that clap knows as global would be what its last place says, and a
/// board that was named in an earlier one would be left out without a word.
pub(crate) fn everywhere(command: Command) -> Command {
    let port = command.get_arguments().find(|argument| argument.get_id() == PORT).cloned();
    match port {
        Some(port) => command.mut_subcommands(|verb| behind(verb, &port)),
        None => command,
    }
}

fn behind(verb: Command, port: &Arg) -> Command {
    verb.arg(port).mut_subcommands(|verb| behind(verb, port))
}

impl Boards {
    /// Collects them from all levels.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let (mut boards, mut level) = (Self::default(), Some(matches));
        while let Some(matches) = level {
            boards.0.extend(matches.get_many::<Target>(PORT).into_iter().flatten().cloned());
            level = matches.subcommand().map(|(_, matches)| matches);
        }
        boards
    }

    /// Adds others.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Whether one is named on the command line.
    pub(crate) const fn is_given(&self) -> bool {
        !self.0.is_empty()
    }

    /// The one board of a verb that works on one, if any is named.
    pub(crate) fn one(self) -> Result<Option<Target>> {
        let Self(mut given) = self;
        if given.len() > 1 {
            return Err(Failure::usage(format!("this works on one board, and {} are named", given.len()))
                .next("give --port once; `rawpaste fleet put` puts files on many boards"));
        }
        given.pop().map_or_else(usual, |given| Ok(Some(given)))
    }

    /// The boards of a fleet: those that are named, each once; or with `all` those that are there, as `tune` has them.
    pub(crate) fn many(self, all: bool, tune: impl Fn(Target) -> Target) -> Result<Vec<Target>> {
        if all && self.is_given() {
            return Err(Failure::usage("--all is for all boards that are there, and --port names some")
                .next("give one or the other"));
        }
        let boards: Vec<_> = if all {
            find::all().iter().map(|found| Target::device(&found.name)).collect()
        } else {
            let named = if self.is_given() { self.0 } else { usual()?.into_iter().collect() };
            named.into_iter().map(find::resolved).collect::<Result<_>>()?
        };
        let boards: Vec<_> = boards.into_iter().map(tune).collect();
        match boards.is_empty() {
            true if all => Err(Failure::trouble("no board is there").next(find::advice(&find::ports()))),
            true => Err(Failure::usage("which boards? give --port PORT for each, or --all")
                .next(find::advice(&find::ports()))),
            false => refuse_twice(&boards).map(|()| boards),
        }
    }
}

/// The board that the environment names, if it names one.
fn usual() -> Result<Option<Target>> {
    let Some(name) = env::var_os(VARIABLE).filter(|name| !name.is_empty()) else { return Ok(None) };
    let name = name.to_string_lossy();
    let named = name.parse().map(Some);
    named.map_err(|why: String| {
        Failure::usage(format!("{VARIABLE} is {}, which names no board: {}", Visible(&name), Visible(&why)))
            .next("correct the variable, or unset it, or give --port")
    })
}

/// Two that use one port would spoil each other's work.
fn refuse_twice(boards: &[Target]) -> Result<()> {
    let identities: Vec<_> = boards.iter().map(Target::identity).collect();
    for (at, identity) in identities.iter().enumerate() {
        if identity.is_some() && identities[..at].contains(identity) {
            return Err(Failure::usage(format!("{} is named twice", boards[at])).next("name each board once"));
        }
    }
    Ok(())
}

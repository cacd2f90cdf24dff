//! Which boards are asked for.

use clap::{Arg, ArgMatches, Command, parser::ValueSource};

use crate::{
    find,
    port::Target,
    report::{Failure, Result},
};

/// The name of the argument, on each level of the command line.
const PORT: &str = "port";

/// What `--port` and the environment say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boards {
    /// By `--port`, in their order.
    given: Vec<Target>,
    /// By `RAWPASTE_PORT`.
    usual: Option<Target>,
}

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
            let mut named = matches.get_many::<Target>(PORT).into_iter().flatten().cloned();
            if matches.value_source(PORT) == Some(ValueSource::CommandLine) {
                boards.given.extend(named);
            } else {
                boards.usual = boards.usual.or_else(|| named.next_back());
            }
            level = matches.subcommand().map(|(_, matches)| matches);
        }
        boards
    }

    /// Changes each.
    pub(crate) fn map(self, change: impl Fn(Target) -> Target) -> Self {
        Self { given: self.given.into_iter().map(&change).collect(), usual: self.usual.map(change) }
    }

    /// The one board of a verb that works on one, if any is named.
    pub(crate) fn one(self) -> Result<Option<Target>> {
        let Self { mut given, usual } = self;
        if given.len() > 1 {
            return Err(Failure::usage(format!("this works on one board, and {} are named", given.len()))
                .next("give --port once; `rawpaste fleet put` puts files on many boards"));
        }
        Ok(given.pop().or(usual))
    }

    /// The boards of a fleet: those that are named, each once; or with `all` those that are there, as `tune` has them.
    pub(crate) fn many(self, all: bool, tune: impl Fn(Target) -> Target) -> Result<Vec<Target>> {
        if all && !self.given.is_empty() {
            return Err(Failure::usage("--all is for all boards that are there, and --port names some")
                .next("give one or the other"));
        }
        let boards: Vec<_> = if all {
            find::all().iter().map(|found| tune(Target::device(&found.name))).collect()
        } else {
            let named = if self.given.is_empty() { self.usual.into_iter().collect() } else { self.given };
            named.into_iter().map(find::resolved).collect::<Result<_>>()?
        };
        match boards.is_empty() {
            true if all => Err(Failure::trouble("no board is there").next(find::advice(&find::ports()))),
            true => Err(Failure::usage("which boards? give --port PORT for each, or --all")
                .next(find::advice(&find::ports()))),
            false => refuse_twice(&boards).map(|()| boards),
        }
    }
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

//! The verbs, one file each: what it takes, with its help, and what it does.

#[cfg(unix)]
pub(crate) mod bench;
pub(crate) mod board;
pub(crate) mod cat;
pub(crate) mod exec;
pub(crate) mod get;
pub(crate) mod info;
pub(crate) mod leftovers;
pub(crate) mod ls;
pub(crate) mod put;
pub(crate) mod repl;
pub(crate) mod reset;
pub(crate) mod rm;
pub(crate) mod run;
pub(crate) mod sync;

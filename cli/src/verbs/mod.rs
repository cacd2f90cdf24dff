//! The verbs, one file each: what it takes, with its help, and what it does.

#[cfg(unix)]
pub(crate) mod bench;
pub(crate) mod board;
pub(crate) mod cat;
pub(crate) mod completions;
pub(crate) mod cp;
pub(crate) mod devices;
pub(crate) mod df;
pub(crate) mod edit;
pub(crate) mod eval;
pub(crate) mod exec;
pub(crate) mod fleet;
pub(crate) mod get;
pub(crate) mod hash;
pub(crate) mod info;
pub(crate) mod init;
pub(crate) mod leftovers;
pub(crate) mod ls;
pub(crate) mod man;
pub(crate) mod mkdir;
pub(crate) mod mv;
pub(crate) mod put;
pub(crate) mod repl;
pub(crate) mod reset;
pub(crate) mod rm;
pub(crate) mod rtc;
pub(crate) mod run;
pub(crate) mod sync;
pub(crate) mod touch;
pub(crate) mod tree;
pub(crate) mod watch;

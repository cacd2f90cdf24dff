//! The `rawpaste` command: files and code on MicroPython boards.
//!
//! [`args`] says what can be asked for, [`global`] what with each command, [`find`] which board is meant, [`port`] opens a board of any kind, [`link`] runs
//! operations on it and leaves it in order, [`fleet`] does so with many at once, [`report`] says how it ended. Each verb is
//! a file in [`verbs`].
//! `bench` measures.

mod args;
mod arriving;
#[cfg(unix)]
mod bench;
mod boards;
mod comeback;
mod device;
mod entry;
mod files;
mod find;
mod fleet;
mod global;
mod habits;
mod interrupt;
mod jobs;
mod link;
mod manner;
mod output;
mod path;
mod port;
mod progress;
mod project;
mod repl;
mod report;
mod standard_input;
mod telling;
mod terminal;
mod tree;
mod typing;
mod verbose;
mod verbs;
mod welcome;

#[cfg(test)]
#[path = "../tests/page/mod.rs"]
mod page;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.show(),
    }
}

//! The `rawpaste` command: files and code on MicroPython boards.
//!
//! [`args`] says what can be asked for, [`port`] opens a board of any kind, [`link`] runs operations on it and leaves it
//! in order, [`report`] says how it ended. Each verb is a file in [`verbs`].
//! `bench` measures.

mod args;
mod arriving;
#[cfg(unix)]
mod bench;
mod comeback;
mod device;
mod entry;
mod files;
mod interrupt;
mod jobs;
mod link;
mod manner;
mod path;
mod port;
mod progress;
mod repl;
mod report;
mod standard_input;
mod tree;
mod typing;
mod verbs;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.show(),
    }
}

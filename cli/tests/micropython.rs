//! The command on a real MicroPython behind a pseudo-terminal.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

#[cfg(unix)]
mod command;
#[cfg(unix)]
mod daily;
#[cfg(unix)]
mod on_a_terminal;
#[cfg(unix)]
mod person;

fn main() {
    #[cfg(unix)]
    rawpaste_board::trial::run(on_a_terminal::trials());
}

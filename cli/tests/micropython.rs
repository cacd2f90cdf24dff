//! The command on a real MicroPython behind a port.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;
mod daily;
mod on_a_terminal;
#[cfg(unix)]
mod person;

fn main() {
    rawpaste_board::trial::run(on_a_terminal::trials());
}

//! The command on a real MicroPython behind a port.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;
mod daily;
mod documented;
mod on_a_terminal;
mod page;
#[cfg(unix)]
mod person;

fn main() {
    rawpaste_board::trial::run(on_a_terminal::trials());
}

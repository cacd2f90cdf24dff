//! What hosts rely on, on a real MicroPython, which runs on Unix alone.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

#[cfg(unix)]
mod unix;

fn main() {
    #[cfg(unix)]
    let trials = unix::trials();
    #[cfg(not(unix))]
    let trials = Vec::new();
    rawpaste_board::trial::run(trials)
}

//! What hosts rely on, on a real MicroPython, which runs on Unix alone.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

#[cfg(unix)]
mod stand_in;
#[cfg(unix)]
mod unix;

fn main() {
    #[cfg(unix)]
    let trials = [unix::trials(), stand_in::trials()].into_iter().flatten().collect();
    #[cfg(not(unix))]
    let trials = Vec::new();
    rawpaste_board::trial::run(trials)
}

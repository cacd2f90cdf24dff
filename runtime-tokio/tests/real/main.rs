//! Scenarios on a real MicroPython, which runs on Unix alone.

#[cfg(unix)]
mod unix;

fn main() {
    #[cfg(unix)]
    let trials = unix::trials();
    #[cfg(not(unix))]
    let trials = Vec::new();
    rawpaste_board::trial::run(trials)
}

//! The async-std driver and a real MicroPython.

#[cfg(unix)]
mod cancel;
#[cfg(unix)]
mod named;
#[cfg(unix)]
mod streams;

use rawpaste_board::trial::run;

#[cfg(unix)]
fn main() {
    let mut trials = named::trials();
    trials.extend(cancel::trials());
    run(trials)
}

#[cfg(not(unix))]
fn main() {
    run(Vec::new())
}

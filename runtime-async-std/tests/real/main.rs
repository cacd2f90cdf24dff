//! The async-std driver and a real MicroPython.

mod cancel;
mod named;
mod streams;

fn main() {
    let mut trials = named::trials();
    trials.extend(cancel::trials());
    rawpaste_board::trial::run(trials)
}

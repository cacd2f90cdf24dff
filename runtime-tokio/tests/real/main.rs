//! tokio and a real MicroPython, behind a port by name.

mod named;
mod told;
mod worker;

fn main() {
    let mut trials = told::trials();
    trials.extend(named::trials());
    trials.extend(worker::trials());
    rawpaste_board::trial::run(trials)
}

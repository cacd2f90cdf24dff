//! The command on a real MicroPython behind a pseudo-terminal.

#[cfg(unix)]
mod command;
#[cfg(unix)]
mod on_a_terminal;

fn main() {
    #[cfg(unix)]
    rawpaste_board::trial::run(on_a_terminal::trials());
}

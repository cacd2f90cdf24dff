//! The blocking driver and a real MicroPython.

#[cfg(unix)]
mod broken_off;
mod cancel;
#[cfg(unix)]
mod cut_off;
#[cfg(unix)]
mod entry;
#[cfg(unix)]
mod in_process;
#[cfg(unix)]
mod lossy;
mod named;
#[cfg(target_os = "linux")]
mod net;
mod open_flow;
mod ports;
#[cfg(unix)]
mod puts;
mod undrained;
mod worker;

fn main() {
    let mut trials = named::trials();
    trials.extend(cancel::trials());
    trials.extend(worker::trials());
    trials.extend(open_flow::trials());
    // What is about the board and not about the port.
    #[cfg(unix)]
    {
        trials.extend(broken_off::trials());
        trials.extend(cut_off::trials());
        trials.extend(entry::trials());
        trials.extend(lossy::trials());
        trials.extend(puts::trials());
    }
    #[cfg(target_os = "linux")]
    trials.extend(net::trials());
    rawpaste_board::trial::run(trials)
}

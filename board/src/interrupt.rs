//! What a board's interrupt handler does with `^C`, for a process.
//!
//! MicroPython's unix port catches SIGINT while a script runs and has it at its default, which is death, while
//! it waits at a prompt. A signal must therefore hit a script that runs *and still runs when the signal
//! arrives*: the process is stopped, looked at, signalled and continued.

use std::process::Child;
use std::time::{Duration, Instant};

/// A second SIGINT before the script has seen the first ends the unix port, where a board merges the two.
const MERGE: Duration = Duration::from_millis(100);

/// When the last interrupt was sent.
#[derive(Debug, Default)]
pub(crate) struct Interrupts {
    last: Option<Instant>,
}

/// Sends SIGINT if a script runs. False if none runs: the prompt wants the byte itself.
#[cfg(target_os = "linux")]
pub(crate) fn running_script(child: &Child, interrupts: &mut Interrupts) -> bool {
    use rustix::process::{Pid, Signal, kill_process};

    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return false;
    };
    if kill_process(pid, Signal::STOP).is_err() {
        return false;
    }
    let runs = stopped(child.id()).is_some_and(|status| status.catches_int);
    if !runs {
        interrupts.last = None;
    } else if interrupts.last.is_none_or(|last| last.elapsed() >= MERGE) {
        interrupts.last = Some(Instant::now());
        // The process is ours and not reaped; it can be signalled.
        let _ = kill_process(pid, Signal::INT);
    }
    let _ = kill_process(pid, Signal::CONT);
    runs
}

/// Without `/proc` there is no telling, and a signal at the prompt would be the end of the process.
#[cfg(not(target_os = "linux"))]
pub(crate) fn running_script(_child: &Child, _interrupts: &mut Interrupts) -> bool {
    false
}

#[cfg(target_os = "linux")]
struct Status {
    catches_int: bool,
}

/// What `/proc` says of a process once it has stopped; `None` if it ends or does not stop.
#[cfg(target_os = "linux")]
fn stopped(pid: u32) -> Option<Status> {
    const SIGINT: u64 = 1 << 1;
    for _ in 0..1000 {
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        match field("State:")?.chars().next()? {
            'T' | 't' => {
                let caught = u64::from_str_radix(field("SigCgt:")?, 16).ok()?;
                return Some(Status { catches_int: caught & SIGINT != 0 });
            }
            'Z' | 'X' => return None,
            _ => std::thread::sleep(Duration::from_micros(100)),
        }
    }
    None
}

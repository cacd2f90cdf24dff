//! What a board's interrupt handler does with `^C`, for a process.
//!
//! MicroPython's unix port catches SIGINT while a script runs and has it at its default, which is death, while
//! it waits at a prompt. A signal must therefore hit a script that runs *and still runs when the signal
//! arrives*: the process is stopped, looked at, signalled and continued.

use std::process::Child;
#[cfg(target_os = "linux")]
use std::{
    thread,
    time::{Duration, Instant},
};

/// A second SIGINT while a script still deals with the first can be the end of the unix port, where a board
/// merges the two: so long one script gets no second.
#[cfg(target_os = "linux")]
const MERGE: Duration = Duration::from_millis(25);

/// How long a process may take to stop.
#[cfg(target_os = "linux")]
const PATIENCE: Duration = Duration::from_secs(5);

/// When the last interrupt was sent.
#[derive(Debug, Default)]
pub(crate) struct Interrupts {
    #[cfg(target_os = "linux")]
    last: Option<Instant>,
}

/// Sends SIGINT if a script runs. False if none runs: the prompt wants the byte itself.
#[cfg(target_os = "linux")]
pub(crate) fn running_script(child: &Child, interrupts: &mut Interrupts) -> bool {
    use rustix::process::{Pid, Signal, kill_process};

    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return false;
    };
    while interrupts.last.is_some_and(|last| last.elapsed() < MERGE)
        && status(child.id()).is_some_and(|status| status.script)
    {
        thread::sleep(Duration::from_millis(1));
    }
    if kill_process(pid, Signal::STOP).is_err() {
        return false;
    }
    let script = stopped(child.id()).is_some_and(|status| status.script);
    if script {
        interrupts.last = Some(Instant::now());
        // The process is ours and not reaped; it can be signalled.
        let _ = kill_process(pid, Signal::INT);
    }
    let _ = kill_process(pid, Signal::CONT);
    script
}

/// Without `/proc` there is no telling, and a signal at the prompt would be the end of the process.
#[cfg(not(target_os = "linux"))]
pub(crate) fn running_script(_child: &Child, _interrupts: &mut Interrupts) -> bool {
    false
}

#[cfg(target_os = "linux")]
struct Status {
    stopped: bool,
    /// SIGINT is caught, so a script runs.
    script: bool,
}

/// What `/proc` says of a process; `None` once it has ended.
#[cfg(target_os = "linux")]
fn status(pid: u32) -> Option<Status> {
    const SIGINT: u64 = 1 << 1;
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let state = field("State:")?.chars().next()?;
    let caught = u64::from_str_radix(field("SigCgt:")?, 16).ok()?;
    // A small t is a process under a tracer.
    (!matches!(state, 'Z' | 'X'))
        .then_some(Status { stopped: matches!(state, 'T' | 't'), script: caught & SIGINT != 0 })
}

/// The same once it has stopped, which on a busy machine is when it gets its turn; or at last as it runs.
#[cfg(target_os = "linux")]
fn stopped(pid: u32) -> Option<Status> {
    let asked = Instant::now();
    loop {
        let status = status(pid)?;
        if status.stopped || asked.elapsed() > PATIENCE {
            return Some(status);
        }
        thread::sleep(Duration::from_micros(100));
    }
}

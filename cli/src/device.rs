//! Serial ports of this machine.

use std::{
    fs, io,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use rawpaste_blocking::Serial;

use crate::{
    find,
    report::{Failure, Result, Visible},
};

/// How long a port that is busy may take to be free: a command that was killed may just be going.
const BUSY: Duration = Duration::from_millis(500);

/// Opens it.
pub(crate) fn open(name: &str) -> Result<Serial> {
    let began = Instant::now();
    loop {
        match Serial::open(name) {
            Err(error) if is_busy(&error) && began.elapsed() < BUSY => {
                thread::sleep(Duration::from_millis(25))
            }
            opened => return opened.map_err(|error| not_opened(name, &error)),
        }
    }
}

fn is_busy(error: &io::Error) -> bool {
    let text = error.to_string().to_lowercase();
    error.kind() == io::ErrorKind::ResourceBusy || text.contains("busy") || text.contains("exclusive lock")
}

fn not_opened(name: &str, error: &io::Error) -> Failure {
    let (shown, text) = (Visible(name), error.to_string());
    if is_busy(error) {
        return busy(name);
    }
    let denied =
        error.kind() == io::ErrorKind::PermissionDenied || text.to_lowercase().contains("permission denied");
    if denied {
        return not_permitted(name);
    }
    if cfg!(unix) && fs::exists(name).unwrap_or(false) {
        return Failure::trouble(format!("cannot open {shown} as a port: {}", Visible(text.trim())))
            .next(ports());
    }
    Failure::trouble(format!("there is no port {shown}: {}", Visible(text.trim()))).next(ports())
}

/// What all names of a port have in common: of a link to it, of COM3 and com3, of the two that macOS gives each.
pub(crate) fn identity(name: &str) -> PathBuf {
    if cfg!(windows) {
        return name.trim_start_matches(r"\\.\").to_uppercase().into();
    }
    let full = fs::canonicalize(name).unwrap_or_else(|_| name.into());
    let called = full.to_str().filter(|_| cfg!(target_os = "macos"));
    called.map(|name| name.replacen("/dev/tty.", "/dev/cu.", 1).into()).unwrap_or(full)
}

fn busy(name: &str) -> Failure {
    let holders: Vec<_> = find::holders(name).iter().map(ToString::to_string).collect();
    let shown = Visible(name);
    if !holders.is_empty() {
        let have = if holders.len() == 1 { "has" } else { "have" };
        return Failure::trouble(format!(
            "the port {shown} is busy: {} {have} it open",
            holders.join(" and ")
        ))
        .next("close that, then run the command again");
    }
    let busy = Failure::trouble(format!("the port {shown} is busy"));
    if cfg!(target_os = "linux") {
        return busy.next(format!(
            "close the other program that uses it; it is another user's, and sudo fuser -v {shown} tells which (just \
             after a board was plugged in it may be ModemManager, which goes by itself)"
        ));
    }
    busy.next(
        "close the other program that uses it (a serial monitor, an editor), then run the command again",
    )
}

#[cfg(unix)]
fn not_permitted(name: &str) -> Failure {
    Failure::trouble(format!("you may not open the port {}", Visible(name))).next(find::to_join(name))
}

#[cfg(not(unix))]
fn not_permitted(name: &str) -> Failure {
    Failure::trouble(format!("the port {} is in use or not permitted", Visible(name)))
        .next("close the other program that uses it, then run the command again")
}

/// Says which ports there are, as a next step.
pub(crate) fn ports() -> String {
    find::advice(&find::ports())
}

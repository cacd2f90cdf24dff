//! Standard input, read by a thread that can be told to stop.

use std::io;

/// How long it takes at most to see that nobody wants more.
#[cfg(unix)]
const TICK: rustix::event::Timespec = rustix::event::Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Reads once there is something, and not from a terminal that is another's: that would stop this process. None once
/// `is_done`, or if it cannot be read.
#[cfg(unix)]
pub(crate) fn read(buffer: &mut [u8], is_done: impl Fn() -> bool) -> Option<usize> {
    use rustix::event::{PollFd, PollFlags, poll};

    let stdin = rustix::stdio::stdin();
    while !is_done() {
        let ready = poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&TICK));
        if !matches!(ready, Ok(1..)) {
            continue;
        }
        if rustix::termios::isatty(stdin)
            && rustix::termios::tcgetpgrp(stdin).ok() != Some(rustix::process::getpgrp())
        {
            std::thread::sleep(std::time::Duration::from_millis(100));
            continue;
        }
        // What comes after the end is for whoever reads next.
        if is_done() {
            return None;
        }
        match rustix::io::read(stdin, &mut *buffer).map_err(io::Error::from) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read.ok(),
        }
    }
    None
}

#[cfg(not(unix))]
pub(crate) fn read(buffer: &mut [u8], _is_done: impl Fn() -> bool) -> Option<usize> {
    let read: io::Result<usize> = io::Read::read(&mut io::stdin(), buffer);
    read.ok()
}

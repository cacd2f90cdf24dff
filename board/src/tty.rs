//! Pseudo-terminals in raw mode.

use std::io;

use pty_process::blocking::{Pts, Pty};
use rustix::io::ioctl_fionbio;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Opens a pseudo-terminal that passes every byte as it is: no echo, no lines, no signals, no `\r` before `\n`.
/// Its master side does not block: on Linux a write that waits there does not wake up when the other side closes,
/// and `poll` does.
pub(crate) fn open_raw() -> io::Result<(Pty, Pts)> {
    let (master, slave) = pty_process::blocking::open().map_err(plain)?;
    let mut settings = tcgetattr(&slave)?;
    settings.make_raw();
    tcsetattr(&slave, OptionalActions::Now, &settings)?;
    ioctl_fionbio(&master, true)?;
    Ok((master, slave))
}

/// Whether to wait and try again.
pub(crate) fn passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// The error as the standard library's, with its kind kept where it has one.
pub(crate) fn plain(error: pty_process::Error) -> io::Error {
    match error {
        pty_process::Error::Io(error) => error,
        pty_process::Error::Rustix(error) => error.into(),
        #[allow(unreachable_patterns)]
        other => io::Error::other(other), // The crate has more of them with features that others may turn on.
    }
}

//! Pseudo-terminals in raw mode.

use std::io;

use pty_process::blocking::{Pts, Pty};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Opens a pseudo-terminal that passes every byte as it is: no echo, no lines, no signals, no `\r` before `\n`.
pub(crate) fn open_raw() -> io::Result<(Pty, Pts)> {
    let (master, slave) = pty_process::blocking::open().map_err(plain)?;
    let mut settings = tcgetattr(&slave)?;
    settings.make_raw();
    tcsetattr(&slave, OptionalActions::Now, &settings)?;
    Ok((master, slave))
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

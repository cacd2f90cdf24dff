//! What `-v` shows: each step of the link, and each piece that goes or comes, with the time since the start. What is in a
//! piece is shown of the protocol's own bytes alone, so that it can be pasted into a bug report.

use std::{
    env, fmt, io,
    io::{IsTerminal, Read, Write},
    time::Duration,
};

use rawpaste::escaped;
use rawpaste_blocking::Port;
use tracing::{Level, debug};
use tracing_subscriber::fmt::time::uptime;

/// From now on it is shown.
pub(crate) fn show() {
    let colours = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let shown = tracing_subscriber::fmt().with_max_level(Level::DEBUG).with_writer(io::stderr);
    let shown = shown.with_timer(uptime()).with_target(false).with_level(false).with_ansi(colours);
    // It is asked for once; a second time would change nothing.
    let _ = shown.try_init();
    debug!("rawpaste {} on {} {}", env!("CARGO_PKG_VERSION"), env::consts::OS, env::consts::ARCH);
}

/// Whether it is.
pub(crate) fn is_shown() -> bool {
    tracing::enabled!(Level::DEBUG)
}

/// A port that tells what passes.
pub(crate) struct Told<P>(pub(crate) P);

/// A piece of what passes, as it is shown.
struct Piece<'a>(&'a [u8]);

impl fmt::Display for Piece<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} byte{}", self.0.len(), if self.0.len() == 1 { "" } else { "s" })?;
        // Requests, grants, ends, prompts and the header of a paste: no part of a program is made of these alone.
        let is_ours = |byte: &u8| matches!(byte, 0..=5 | 0x80 | b'R' | b'A' | b'>' | b'\r' | b'\n');
        if self.0.len() <= 8 && self.0.iter().all(is_ours) {
            write!(f, ": {}", escaped(self.0))?;
        }
        Ok(())
    }
}

impl<P: Read> Read for Told<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buffer)?;
        debug!("read {}", Piece(&buffer[..n]));
        Ok(n)
    }
}

impl<P: Write> Write for Told<P> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.0.write(bytes)?;
        debug!("wrote {}", Piece(&bytes[..n]));
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        debug!("flush");
        self.0.flush()
    }
}

impl<P: Port> Port for Told<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.0.set_timeout(timeout)
    }

    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        debug!("DTR {}", if on { "set" } else { "cleared" });
        self.0.set_dtr(on)
    }

    fn set_rts(&mut self, on: bool) -> io::Result<()> {
        debug!("RTS {}", if on { "set" } else { "cleared" });
        self.0.set_rts(on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_not_shown() {
        assert_eq!(Piece(b"\x05A\x01").to_string(), "3 bytes: \\x05A\\x01");
        assert_eq!(Piece(b"\x01").to_string(), "1 byte: \\x01");
        assert_eq!(Piece(b"secret").to_string(), "6 bytes");
        assert_eq!(Piece(&[1; 9]).to_string(), "9 bytes");
    }
}

//! Serial ports by name.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use rawpaste::{Config, Session};
use serialport::SerialPort;

use crate::{Connection, Port};

/// The system's serial port.
#[cfg(unix)]
pub type Native = serialport::TTYPort;
/// The system's serial port.
#[cfg(windows)]
pub type Native = serialport::COMPort;

/// The shortest timeout that every system knows; on Windows a write with none waits for ever.
const SHORTEST: Duration = Duration::from_millis(1);

/// Opens the serial port `name` (`/dev/ttyACM0`, `COM3`) at 115200 baud, for this process alone.
///
/// # Errors
///
/// What the system says: the port is not there, is busy, or needs a permission.
pub fn open(name: &str, config: Config) -> io::Result<Connection<Serial>> {
    Ok(Connection::new(Serial::open(name)?, Session::new(config)))
}

/// A serial port whose flush does nothing, and whose reads and writes do not wait for the whole buffer.
///
/// A serial port drains when it is flushed: it waits until the wire is empty. A bare port holds nothing back, so there
/// is nothing to flush, and that wait after each small write is what made uploads slow.
#[derive(Debug)]
pub struct Serial<P = Native> {
    port: P,
    timeout: Duration,
}

impl Serial {
    /// Opens a port by name at 115200 baud, for this process alone.
    ///
    /// # Errors
    ///
    /// What the system says: the port is not there, is busy, or needs a permission.
    pub fn open(name: &str) -> io::Result<Self> {
        let port = serialport::new(name, 115_200).open_native()?;
        // serialport waits until there is room for a byte; without this the write then waits until all have gone,
        // and for ever if the board takes no more.
        #[cfg(unix)]
        {
            use nix::fcntl::{FcntlArg, OFlag, fcntl};
            use std::os::fd::AsRawFd;
            fcntl(port.as_raw_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok(Self::new(port))
    }
}

impl<P: SerialPort> Serial<P> {
    /// Wraps a port that was opened elsewhere. On Unix its descriptor should not block (`O_NONBLOCK`), or a long write
    /// may wait longer than it is told.
    pub const fn new(port: P) -> Self {
        Self { port, timeout: Duration::ZERO }
    }

    /// Returns the port, to set its lines or its speed.
    pub const fn get_mut(&mut self) -> &mut P {
        &mut self.port
    }

    /// Returns the port.
    pub fn into_inner(self) -> P {
        self.port
    }
}

impl<P: SerialPort> Port for Serial<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.timeout = timeout;
        Ok(self.port.set_timeout(timeout.max(SHORTEST))?)
    }
}

impl<P: SerialPort> Read for Serial<P> {
    /// Asks for what is there, and for one byte if there is nothing: Wine waits for the whole buffer or the whole
    /// timeout.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let there = usize::try_from(self.port.bytes_to_read()?).unwrap_or(usize::MAX);
        if there == 0 && self.timeout.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let most = there.max(1).min(buf.len());
        self.port.read(&mut buf[..most])
    }
}

impl<P: SerialPort> Write for Serial<P> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.port.write(buf)? {
            // So Windows says that the time is over.
            0 if !buf.is_empty() => Err(io::ErrorKind::TimedOut.into()),
            n => Ok(n),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

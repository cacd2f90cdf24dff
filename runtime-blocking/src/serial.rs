//! Serial ports by name.

#[cfg(windows)]
use std::fs::OpenOptions;
use std::{
    io::{self, Read, Write},
    time::Duration,
};

use rawpaste::{Config, Session};
use serialport::SerialPort;

use crate::{Connection, Port, lines::Closing};

/// The system's serial port.
#[cfg(unix)]
pub type Native = serialport::TTYPort;
/// The system's serial port.
#[cfg(windows)]
pub type Native = serialport::COMPort;

/// The shortest timeout that every system knows; on Windows a write with none waits for ever.
const SHORTEST: Duration = Duration::from_millis(1);

/// Opens the serial port `name` (`/dev/ttyACM0`, `COM3`, `COM10`) at 115200 baud, for this process alone.
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
///
#[doc = include_str!("opening.md")]
#[derive(Debug)]
pub struct Serial<P = Native> {
    port: Closing<P>,
    timeout: Duration,
    /// How DTR was set last.
    dtr: bool,
}

impl Serial {
    /// Opens a port by name at 115200 baud, for this process alone.
    ///
    /// # Errors
    ///
    /// What the system says: the port is not there, is busy, or needs a permission. On Windows, which does not tell the last
    /// two apart, both are [`ResourceBusy`](io::ErrorKind::ResourceBusy).
    pub fn open(name: &str) -> io::Result<Self> {
        let port = serialport::new(name, 115_200).open_native().map_err(|error| reason(name, error))?;
        // serialport waits until there is room for a byte; without this the write then waits until all have gone,
        // and for ever if the board takes no more.
        #[cfg(unix)]
        {
            use nix::fcntl::{FcntlArg, OFlag, fcntl};
            use std::os::fd::AsRawFd;
            fcntl(port.as_raw_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        let mut serial = Self::closing(port, lower);
        raise(&mut serial);
        Ok(serial)
    }
}

/// The system has set both lines when it opened the port, and clears both when it closes it.
#[cfg(unix)]
const fn raise(_: &mut Serial) {}
#[cfg(unix)]
const fn lower(_: &mut Native) {}

/// serialport opens a port with both lines clear. A port without lines is as good as one that has them.
#[cfg(windows)]
fn raise(serial: &mut Serial) {
    let _ = serial.set_dtr(true).and_then(|()| serial.set_rts(true));
}

/// Windows clears DTR before RTS when it closes a port, and RTS alone is a reset.
#[cfg(windows)]
fn lower(port: &mut Native) {
    let _ = port.write_request_to_send(false).and_then(|()| port.write_data_terminal_ready(false));
}

#[cfg(unix)]
fn reason(_name: &str, error: serialport::Error) -> io::Error {
    error.into()
}

/// serialport says of any port that it cannot open that there is none; this asks the system itself.
#[cfg(windows)]
fn reason(name: &str, error: serialport::Error) -> io::Error {
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    let device = format!(r"\\.\{}", name.trim_start_matches(r"\\.\"));
    match OpenOptions::new().read(true).write(true).open(device) {
        Err(told) if matches!(told.raw_os_error(), Some(ACCESS_DENIED | SHARING_VIOLATION)) => {
            io::Error::new(io::ErrorKind::ResourceBusy, told)
        }
        Err(told) => told,
        // It was free again, or is no serial port.
        Ok(_) => error.into(),
    }
}

impl<P: SerialPort> Serial<P> {
    /// Wraps a port that was opened elsewhere. On Unix its descriptor should not block (`O_NONBLOCK`), or a long write
    /// may wait longer than it is told.
    pub const fn new(port: P) -> Self {
        Self::closing(port, |_| {})
    }

    const fn closing(port: P, close: fn(&mut P)) -> Self {
        Self { port: Closing::new(port, close), timeout: Duration::ZERO, dtr: true }
    }

    /// Returns the port, to set its speed, say.
    pub const fn get_mut(&mut self) -> &mut P {
        self.port.get_mut()
    }

    /// Returns the port.
    pub fn into_inner(self) -> P {
        self.port.into_inner()
    }
}

impl<P: SerialPort> Port for Serial<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.timeout = timeout;
        Ok(self.get_mut().set_timeout(timeout.max(SHORTEST))?)
    }

    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        self.dtr = on;
        Ok(self.get_mut().write_data_terminal_ready(on)?)
    }

    /// Windows's driver for USB tells the board of it when DTR is set next, so that follows at once.
    fn set_rts(&mut self, on: bool) -> io::Result<()> {
        self.get_mut().write_request_to_send(on)?;
        if cfg!(windows) { self.set_dtr(self.dtr) } else { Ok(()) }
    }
}

impl<P: SerialPort> Read for Serial<P> {
    /// Asks for what is there, and for one byte if there is nothing: Wine waits for the whole buffer or the whole
    /// timeout.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let there = usize::try_from(self.get_mut().bytes_to_read()?).unwrap_or(usize::MAX);
        if there == 0 && self.timeout.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let most = there.max(1).min(buf.len());
        self.get_mut().read(&mut buf[..most])
    }
}

impl<P: SerialPort> Write for Serial<P> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.get_mut().write(buf)? {
            // So Windows says that the time is over.
            0 if !buf.is_empty() => Err(io::ErrorKind::TimedOut.into()),
            n => Ok(n),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Serial ports by name.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use futures_io::{AsyncRead, AsyncWrite};
use rawpaste::{Config, Session};

use crate::Connection;

/// The system's serial port.
#[cfg(unix)]
pub type Native = crate::Tty;
/// The system's serial port.
#[cfg(windows)]
pub type Native = crate::Threaded<rawpaste_blocking::Serial>;

/// Opens the serial port `name` (`/dev/ttyACM0`, `COM3`) at 115200 baud, for this process alone.
///
/// # Errors
///
/// What the system says: the port is not there, is busy, or needs a permission.
pub fn open(name: &str, config: Config) -> io::Result<Connection<Serial>> {
    Ok(Connection::new(Serial::open(name)?, Session::new(config)))
}

/// A serial port whose flush does nothing.
///
/// A serial port drains when it is flushed: it waits until the wire is empty. A bare port holds nothing back, so there
/// is nothing to flush, and that wait after each small write is what made uploads slow.
///
/// # What opening a port does to a board
///
/// The system sets the lines DTR and RTS when a port is opened, and clears them when it is closed; on Windows, which leaves that
/// to the program, [`Serial::open`] does so, and in the order that resets no board. Boards whose DTR goes to their reset pin are
/// reset all the same. `rawpaste_blocking`'s [`Serial`][blocking] has a table of boards and systems.
///
/// [blocking]: https://docs.rs/rawpaste-blocking/latest/rawpaste_blocking/struct.Serial.html
#[derive(Debug)]
pub struct Serial<S = Native>(S);

impl Serial {
    /// Opens a port by name at 115200 baud, for this process alone.
    ///
    /// # Errors
    ///
    /// What the system says: the port is not there, is busy, or needs a permission.
    pub fn open(name: &str) -> io::Result<Self> {
        #[cfg(unix)]
        let port = crate::Tty::open(name)?;
        #[cfg(windows)]
        let port = crate::Threaded::new(rawpaste_blocking::Serial::open(name)?);
        Ok(Self(port))
    }
}

impl<S> Serial<S> {
    /// Wraps a port, or any stream that holds nothing back.
    pub const fn new(stream: S) -> Self {
        Self(stream)
    }

    /// Returns the port, to set its lines or its speed.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.0
    }

    /// Returns the port.
    pub fn into_inner(self) -> S {
        self.0
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Serial<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Serial<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

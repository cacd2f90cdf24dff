//! A serial port that async-io waits for.

use std::{
    fs::File,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use async_io::Async;
use futures_io::{AsyncRead, AsyncWrite};
use rustix::fs::{Mode, OFlags};
use serialport::TTYPort;

/// A Unix serial port.
///
/// It is open twice: `serialport` gives no descriptor that async-io could wait for without unsafe code, so it holds
/// the port's settings and claims the port, and the bytes go through a file.
#[derive(Debug)]
pub struct Tty {
    file: Async<File>,
    port: TTYPort,
}

impl Tty {
    /// Opens a port by name at 115200 baud, for this process alone.
    ///
    /// # Errors
    ///
    /// What the system says: the port is not there, is busy, or needs a permission.
    pub fn open(name: &str) -> io::Result<Self> {
        // First, for nobody can open a port that is claimed.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(name, flags, Mode::empty())?);
        let port = serialport::new(name, 115_200).open_native()?;
        Ok(Self { file: Async::new(file)?, port })
    }

    /// Returns the port, to set its lines or its speed; not to read or write.
    pub const fn port_mut(&mut self) -> &mut TTYPort {
        &mut self.port
    }
}

impl AsyncRead for Tty {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.file).poll_read(cx, buf)
    }
}

impl AsyncWrite for Tty {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.file).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

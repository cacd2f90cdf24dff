//! Serial ports by name.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use rawpaste::{Config, Session};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_serial::{SerialPortBuilderExt, SerialStream};

use crate::Connection;

/// Opens the serial port `name` (`/dev/ttyACM0`, `COM3`) at 115200 baud, for this process alone.
///
/// # Errors
///
/// What the system says: the port is not there, is busy, or needs a permission.
pub fn open(name: &str, config: Config) -> io::Result<Connection<Serial>> {
    let stream = tokio_serial::new(name, 115_200).open_native_async()?;
    Ok(Connection::new(Serial::new(stream), Session::new(config)))
}

/// A serial port whose flush does nothing.
///
/// On Unix tokio's serial port drains when it is flushed: its thread waits until the wire is empty. A bare port holds
/// nothing back, so there is nothing to flush, and such a wait after each small write is what made uploads slow.
#[derive(Debug)]
pub struct Serial<S = SerialStream>(S);

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
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
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

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

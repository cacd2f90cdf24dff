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

/// Opens the serial port `name` (`/dev/ttyACM0`, `COM3`, `COM10`) at 115200 baud, for this process alone.
///
/// # Errors
///
/// What the system says: the port is not there, is busy, or needs a permission. On Windows, which does not tell the last two
/// apart, both are [`ResourceBusy`](io::ErrorKind::ResourceBusy).
pub fn open(name: &str, config: Config) -> io::Result<Connection<Serial>> {
    // tokio-serial adds the prefix again.
    #[cfg(windows)]
    let name = name.trim_start_matches(DEVICES);
    let opened = tokio_serial::new(name, 115_200).open_native_async();
    let mut stream = opened.map_err(|error| reason(name, error))?;
    raise(&mut stream);
    Ok(Connection::new(Serial { stream: Some(stream), close: lower }, Session::new(config)))
}

/// The system has set both lines when it opened the port, and clears both when it closes it.
#[cfg(unix)]
const fn raise(_: &mut SerialStream) {}
#[cfg(unix)]
const fn lower(_: &mut SerialStream) {}

/// serialport opens a port with both lines clear, and Windows's driver for USB tells the board of RTS when DTR is set next. A
/// port without lines is as good as one that has them.
#[cfg(windows)]
fn raise(stream: &mut SerialStream) {
    use tokio_serial::SerialPort;

    let _ = stream
        .write_data_terminal_ready(true)
        .and_then(|()| stream.write_request_to_send(true))
        .and_then(|()| stream.write_data_terminal_ready(true));
}

/// Windows clears DTR before RTS when it closes a port, and RTS alone is a reset.
#[cfg(windows)]
fn lower(stream: &mut SerialStream) {
    use tokio_serial::SerialPort;

    let _ = stream.write_request_to_send(false).and_then(|()| stream.write_data_terminal_ready(false));
}

/// What stands before the names of ports above `COM9`.
#[cfg(windows)]
const DEVICES: &str = r"\\.\";

#[cfg(unix)]
fn reason(_name: &str, error: tokio_serial::Error) -> io::Error {
    error.into()
}

/// tokio-serial says of any port that it cannot open that there is none; this asks the system itself.
#[cfg(windows)]
fn reason(name: &str, error: tokio_serial::Error) -> io::Error {
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    match std::fs::OpenOptions::new().read(true).write(true).open(format!("{DEVICES}{name}")) {
        Err(told) if matches!(told.raw_os_error(), Some(ACCESS_DENIED | SHARING_VIOLATION)) => {
            io::Error::new(io::ErrorKind::ResourceBusy, told)
        }
        Err(told) => told,
        // It was free again, or is no serial port.
        Ok(_) => error.into(),
    }
}

/// A serial port whose flush does nothing.
///
/// On Unix tokio's serial port drains when it is flushed: its thread waits until the wire is empty. A bare port holds
/// nothing back, so there is nothing to flush, and such a wait after each small write is what made uploads slow.
///
/// # What opening a port does to a board
///
/// The system sets the lines DTR and RTS when a port is opened, and clears them when it is closed; on Windows, which leaves that
/// to the program, [`open`] does so, and in the order that resets no board. Boards whose DTR goes to their reset pin are
/// reset all the same. `rawpaste_blocking`'s [`Serial`][blocking] has a table of boards and systems.
///
/// [blocking]: https://docs.rs/rawpaste-blocking/latest/rawpaste_blocking/struct.Serial.html
#[derive(Debug)]
pub struct Serial<S = SerialStream> {
    /// None once it was taken out.
    stream: Option<S>,
    /// What is done before it closes.
    close: fn(&mut S),
}

impl<S> Serial<S> {
    /// Wraps a port, or any stream that holds nothing back.
    pub const fn new(stream: S) -> Self {
        Self { stream: Some(stream), close: |_| {} }
    }

    /// Returns the port, to set its lines or its speed.
    pub const fn get_mut(&mut self) -> &mut S {
        match &mut self.stream {
            Some(stream) => stream,
            None => unreachable!(),
        }
    }

    /// Returns the port.
    pub fn into_inner(mut self) -> S {
        match self.stream.take() {
            Some(stream) => stream,
            None => unreachable!(),
        }
    }
}

impl<S> Drop for Serial<S> {
    fn drop(&mut self) {
        if let Some(stream) = &mut self.stream {
            (self.close)(stream);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Serial<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(self.as_mut().get_mut().get_mut()).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Serial<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(self.as_mut().get_mut().get_mut()).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

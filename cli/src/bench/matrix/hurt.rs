//! A transport that drains when it is flushed, as a serial port does, and whose drain costs.

use std::{
    cell::Cell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    thread,
    time::{Duration, Instant},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The transport.
pub(super) struct Draining<S> {
    stream: S,
    /// Bytes per second.
    rate: u32,
    /// What a drain costs besides.
    cost: Duration,
    /// When the wire is empty.
    empty: Instant,
    /// How often it was drained, for who measures.
    drains: Rc<Cell<u32>>,
}

impl<S> Draining<S> {
    pub(super) fn new(stream: S, rate: Option<u32>, cost: Duration, drains: Rc<Cell<u32>>) -> Self {
        Self { stream, rate: rate.unwrap_or(u32::MAX), cost, empty: Instant::now(), drains }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Draining<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Draining<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        let travels = Duration::from_secs_f64(n as f64 / f64::from(self.rate.max(1)));
        self.empty = self.empty.max(Instant::now()) + travels;
        Poll::Ready(Ok(n))
    }

    /// Stops the thread, as `tcdrain` and `FlushFileBuffers` do; a timer of tokio's would wait up to a millisecond more.
    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.drains.update(|drains| drains.saturating_add(1));
        thread::sleep(self.empty.saturating_duration_since(Instant::now()) + self.cost);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

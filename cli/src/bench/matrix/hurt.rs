//! A transport that drains when it is flushed, as a serial port does, and whose drain costs.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// The transport.
pub(super) struct Draining<S> {
    stream: S,
    /// Bytes per second.
    rate: u32,
    /// What a drain costs besides.
    cost: Duration,
    /// When the wire is empty.
    empty: Instant,
    drain: Option<Pin<Box<Sleep>>>,
}

impl<S> Draining<S> {
    pub(super) fn new(stream: S, rate: Option<u32>, cost: Duration) -> Self {
        Self { stream, rate: rate.unwrap_or(u32::MAX), cost, empty: Instant::now(), drain: None }
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
        let travels = Duration::from_secs_f64(n as f64 / f64::from(self.rate));
        self.empty = self.empty.max(Instant::now()) + travels;
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let until = self.empty.max(Instant::now()) + self.cost;
        let drain = self.drain.get_or_insert_with(|| Box::pin(sleep_until(until)));
        ready!(drain.as_mut().poll(cx));
        self.drain = None;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

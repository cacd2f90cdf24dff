//! Streams for trials.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use async_std::io::{Read, Write};

/// A stream that moves 16 bytes at most at a time and then is pending once, so that there are many points to stop at;
/// that fails after so many bytes; and whose flush panics.
#[derive(Debug)]
pub(crate) struct Trying<S> {
    pub(crate) stream: S,
    pub(crate) left: usize,
    moved: bool,
}

impl<S> Trying<S> {
    pub(crate) const fn new(stream: S, left: usize) -> Self {
        Self { stream, left, moved: false }
    }

    /// Returns how much may move now.
    fn most(&mut self, wanted: usize, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.moved = !self.moved;
        match (self.left, self.moved) {
            (0, _) => Poll::Ready(Err(io::Error::other("unplugged"))),
            (_, true) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            (left, false) => Poll::Ready(Ok(wanted.min(16).min(left))),
        }
    }

    fn moved(&mut self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(n)) = result {
            self.left -= n;
        }
        result
    }
}

impl<S: Read + Unpin> Read for Trying<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let most = std::task::ready!(self.most(buf.len(), cx))?;
        let result = Pin::new(&mut self.stream).poll_read(cx, &mut buf[..most]);
        self.moved(result)
    }
}

impl<S: Write + Unpin> Write for Trying<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let most = std::task::ready!(self.most(buf.len(), cx))?;
        let result = Pin::new(&mut self.stream).poll_write(cx, &buf[..most]);
        self.moved(result)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        panic!("flushed")
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Bytes of every value, the same each time.
pub(crate) fn bytes(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

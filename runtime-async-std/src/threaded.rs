//! A blocking port behind a thread.

use std::{
    io, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use async_std::task::{JoinHandle, spawn_blocking};
use futures_io::{AsyncRead, AsyncWrite};
use rawpaste_blocking::Port;

use crate::turn::Turn;

/// A blocking port as a stream: one turn at a time, async-std's blocking threads write to it and read from it.
///
/// It never reads while it writes, which is what a Windows serial port needs, and there it is how a port is opened by
/// name. What is written goes to the port at once and is not held back, so a flush does nothing. After it is dropped
/// the port closes when the turn under way has ended, 40 ms later at most.
#[derive(Debug)]
pub struct Threaded<P> {
    /// Here between two turns.
    here: Option<Turn<P>>,
    away: Option<JoinHandle<Turn<P>>>,
}

impl<P: Port + Send + 'static> Threaded<P> {
    /// Wraps a port.
    pub const fn new(port: P) -> Self {
        Self { here: Some(Turn::new(port)), away: None }
    }

    fn start(&mut self, listens: bool) {
        if let Some(turn) = self.here.take() {
            self.away = Some(spawn_blocking(move || turn.take(listens)));
        }
    }

    /// Waits for the end of the turn under way.
    fn poll_here(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&mut Turn<P>>> {
        if let Some(away) = &mut self.away {
            self.here = Some(ready!(Pin::new(away).poll(cx)));
            self.away = None;
        }
        let Some(turn) = &mut self.here else { return Poll::Ready(Err(io::ErrorKind::NotConnected.into())) };
        Poll::Ready(mem::replace(&mut turn.result, Ok(())).map(|()| turn))
    }
}

impl<P: Port + Send + Unpin + 'static> AsyncRead for Threaded<P> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            let turn = ready!(self.poll_here(cx))?;
            let n = turn.arrived.len().min(buf.len());
            if n > 0 || turn.ended {
                buf[..n].copy_from_slice(&turn.arrived[..n]);
                turn.arrived.drain(..n);
                return Poll::Ready(Ok(n));
            }
            self.start(true);
        }
    }
}

impl<P: Port + Send + Unpin + 'static> AsyncWrite for Threaded<P> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            let turn = ready!(self.poll_here(cx))?;
            let free = turn.unsent.is_empty();
            if free {
                turn.unsent.extend_from_slice(buf);
            }
            self.start(false);
            if free {
                return Poll::Ready(Ok(buf.len()));
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

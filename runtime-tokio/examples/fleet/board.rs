//! A simulated board at the end of a simulated link, as a stream on tokio's clock.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use rawpaste::{
    Instant,
    testing::{Device, Firmware, LinkShape, Wire},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant as Clock, Sleep, sleep_until},
};

use crate::ledger::Ledger;

/// A board that looks at nothing for a while, in the middle of what it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stall {
    /// After so many bytes on the wire.
    pub(crate) after: u64,
    /// So long; none for ever.
    pub(crate) time: Option<Duration>,
}

/// The host's end of the link. The board behind it works whenever the host looks, and catches up with all that
/// happened since, in order.
pub(crate) struct Stream {
    /// None once it is dropped.
    board: Option<Board>,
    ledger: Rc<Ledger>,
    timer: Pin<Box<Sleep>>,
    epoch: Clock,
}

/// Board and link.
struct Board {
    device: Device,
    wire: Wire,
    stall: Option<Stall>,
    /// What has arrived and is about to be handed over.
    arrived: Vec<u8>,
}

impl Stream {
    /// Plugs a board in, at the end of a link of this shape.
    pub(crate) fn new(shape: LinkShape, stall: Option<Stall>, ledger: Rc<Ledger>) -> Self {
        let board = ledger.of_boards(|| Board {
            device: Device::new(Firmware::default()),
            wire: Wire::new(shape),
            stall,
            arrived: Vec::new(),
        });
        let epoch = Clock::now();
        Self { board: Some(board), ledger, timer: Box::pin(sleep_until(epoch)), epoch }
    }

    /// How many bytes the host has put on the wire.
    pub(crate) fn sent(&self) -> u64 {
        self.board.as_ref().map_or(0, |board| board.wire.sent())
    }

    /// Whether the board has this file.
    pub(crate) fn holds(&self, path: &str, content: &[u8]) -> bool {
        self.board.as_ref().is_some_and(|board| board.device.disk().get(path) == Some(content))
    }

    /// Lets board and link do what is due, then tries; where that moves nothing, waits for the next thing that
    /// happens there.
    fn attempt(
        &mut self,
        cx: &mut Context<'_>,
        mut act: impl FnMut(&mut Board, Instant) -> usize,
    ) -> Poll<usize> {
        loop {
            let now = Instant::from_epoch(self.epoch.elapsed());
            let board = self.board.as_mut().expect("it is there until it is dropped");
            let (moved, next) = self.ledger.of_boards(|| {
                board.catch_up(now);
                (act(board, now), board.wire.next_event(now).filter(|next| *next > now))
            });
            if moved > 0 {
                return Poll::Ready(moved);
            }
            // Where nothing will ever happen by itself, the engine has a deadline of its own.
            let next = next.and_then(|next| self.epoch.checked_add(next.since_epoch()));
            let Some(next) = next else { return Poll::Pending };
            self.timer.as_mut().reset(next);
            ready!(self.timer.as_mut().poll(cx));
        }
    }
}

impl Board {
    fn catch_up(&mut self, now: Instant) {
        self.wire.deliver(now, &mut self.device);
        if let Some(Stall { time, .. }) = self.stall.take_if(|stall| self.wire.sent() >= stall.after) {
            self.device.stall(now + time.unwrap_or(Duration::MAX));
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let most = buf.remaining();
        ready!(this.attempt(cx, |board, now| board.wire.receive(now, most, &mut board.arrived)));
        let board = this.board.as_mut().expect("it is there until it is dropped");
        buf.put_slice(&board.arrived);
        board.arrived.clear();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().attempt(cx, |board, now| board.wire.send(now, bytes)).map(Ok)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let board = self.board.take();
        self.ledger.of_boards(|| drop(board));
    }
}

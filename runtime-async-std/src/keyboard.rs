use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use futures_io::AsyncRead;

/// What comes from outside while an operation runs: two streams, channels' receivers say, so that an interrupt goes past
/// what waits to be typed.
#[derive(Debug)]
pub struct Keyboard<T, I> {
    /// Bytes for the running script's standard input, [`MOST`] at most in a piece; the next piece is taken when there is
    /// room for it.
    pub typed: T,
    /// Each is a `^C`: the script is interrupted, and its traceback comes back.
    pub interrupts: I,
}

/// The longest piece that is typed in at once, in bytes.
pub const MOST: usize = 1024;

/// What ended the wait for the board.
pub(crate) enum Came {
    Bytes(io::Result<usize>),
    Interrupt,
    Typed(Vec<u8>),
}

/// Waits for whichever comes first; a stream that ended is not asked again.
pub(crate) fn came<S: AsyncRead + Unpin>(
    stream: &mut S,
    buffer: &mut [u8],
    interrupts: &mut Option<impl Stream<Item = ()> + Unpin>,
    typed: &mut Option<impl Stream<Item = Vec<u8>> + Unpin>,
    cx: &mut Context<'_>,
) -> Poll<Came> {
    if let Poll::Ready(n) = Pin::new(stream).poll_read(cx, buffer) {
        return Poll::Ready(Came::Bytes(n));
    }
    if next(interrupts, cx).is_some() {
        return Poll::Ready(Came::Interrupt);
    }
    next(typed, cx).map_or(Poll::Pending, |bytes| Poll::Ready(Came::Typed(bytes)))
}

fn next<S: Stream + Unpin>(stream: &mut Option<S>, cx: &mut Context<'_>) -> Option<S::Item> {
    match Pin::new(stream.as_mut()?).poll_next(cx) {
        Poll::Ready(Some(item)) => Some(item),
        Poll::Ready(None) => {
            *stream = None;
            None
        }
        Poll::Pending => None,
    }
}

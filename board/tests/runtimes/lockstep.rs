//! A port with a simulated board behind it that has answered before a write or a flush returns.

use std::{
    fmt,
    io::{self, ErrorKind, Read, Write},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use rawpaste::{
    Holds, Instant,
    testing::{Device, Firmware},
};
use rawpaste_blocking::Port;

use crate::record::Call;

pub(crate) struct Lockstep {
    device: Device,
    now: Instant,
    holds: Holds,
    /// What was written since the last flush.
    held: Vec<u8>,
    /// What the board said.
    answer: Vec<u8>,
    record: Vec<Call>,
}

impl Lockstep {
    pub(crate) fn new(firmware: Firmware, holds: Holds) -> Self {
        let device = Device::new(firmware);
        Self { device, now: Instant::EPOCH, holds, held: Vec::new(), answer: Vec::new(), record: Vec::new() }
    }

    pub(crate) fn file(&self, path: &str) -> Option<&[u8]> {
        self.device.disk().get(path)
    }

    pub(crate) fn into_record(self) -> Vec<Call> {
        self.record
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> usize {
        self.record.push(Call::Write(bytes.into()));
        if self.holds == Holds::UntilFlush {
            self.held.extend_from_slice(bytes);
        } else {
            self.give(bytes);
        }
        bytes.len()
    }

    pub(crate) fn drain(&mut self) {
        self.record.push(Call::Flush);
        let held = std::mem::take(&mut self.held);
        self.give(&held);
    }

    /// Takes what is there. To look in vain once or again is the same: an executor may look as often as it likes.
    pub(crate) fn look(&mut self, most: usize) -> Vec<u8> {
        let taken: Vec<_> = self.answer.drain(..self.answer.len().min(most)).collect();
        let call = Call::Read(taken.clone());
        if !(taken.is_empty() && self.record.last() == Some(&call)) {
            self.record.push(call);
        }
        taken
    }

    /// The board takes all, and does all that it does about it.
    fn give(&mut self, mut bytes: &[u8]) {
        loop {
            let taken = self.device.received(self.now, bytes);
            bytes = &bytes[taken..];
            let wakes = self.device.poll(self.now);
            let said = self.device.take_output();
            self.answer.extend_from_slice(&said);
            match wakes {
                Some(wakes) => self.now = self.now.max(wakes),
                // It stands still while too much of what it says is not taken.
                None if !said.is_empty() => {}
                None if bytes.is_empty() => return,
                None => assert!(taken > 0, "the board takes nothing more"),
            }
        }
    }
}

impl fmt::Debug for Lockstep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lockstep").finish_non_exhaustive()
    }
}

impl Write for Lockstep {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.put(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain();
        Ok(())
    }
}

impl Read for Lockstep {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.look(buffer.len());
        buffer[..taken.len()].copy_from_slice(&taken);
        // It would come to nothing to wait: the board has said all.
        if taken.is_empty() { Err(ErrorKind::TimedOut.into()) } else { Ok(taken.len()) }
    }
}

impl Port for Lockstep {
    fn set_timeout(&mut self, _timeout: Duration) -> io::Result<()> {
        Ok(())
    }
}

impl tokio::io::AsyncRead for Lockstep {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let taken = self.look(buffer.remaining());
        buffer.put_slice(&taken);
        // Nobody wakes it: the board says something only when it is given something.
        if taken.is_empty() { Poll::Pending } else { Poll::Ready(Ok(())) }
    }
}

impl tokio::io::AsyncWrite for Lockstep {
    fn poll_write(mut self: Pin<&mut Self>, _cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.put(bytes)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.drain();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl async_std::io::Read for Lockstep {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let taken = self.look(buffer.len());
        buffer[..taken.len()].copy_from_slice(&taken);
        if taken.is_empty() { Poll::Pending } else { Poll::Ready(Ok(taken.len())) }
    }
}

impl async_std::io::Write for Lockstep {
    fn poll_write(mut self: Pin<&mut Self>, _cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.put(bytes)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.drain();
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

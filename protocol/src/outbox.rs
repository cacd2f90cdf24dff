//! Bytes become batches, batches end in flush points.

use core::fmt;

use bytes::{Buf, BytesMut};

/// What a transport holds back until it is flushed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Holds {
    /// Nothing: a bare serial port, a pseudo-terminal, a socket. The engine asks for no flush at all.
    #[default]
    Nothing,
    /// What was written since the last flush: a buffered writer, a port behind a polling thread. The engine asks for
    /// one flush before each wait for an answer.
    UntilFlush,
}

/// What is to be written, and whether the transport still holds some of it back.
#[derive(Default)]
pub(crate) struct Outbox {
    batch: BytesMut,
    held: bool,
    holds: Holds,
}

impl Outbox {
    pub(crate) fn new(holds: Holds) -> Self {
        Self { batch: BytesMut::new(), held: false, holds }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.batch.extend_from_slice(bytes);
    }

    /// Returns what is to be written next.
    pub(crate) fn batch(&self) -> &[u8] {
        &self.batch
    }

    /// Takes note that the first `n` bytes of the batch went, clamped to its length.
    pub(crate) fn wrote(&mut self, n: usize) {
        let n = n.min(self.batch.len());
        self.batch.advance(n);
        self.held |= n > 0 && self.holds == Holds::UntilFlush;
    }

    /// Returns whether a flush is due before the engine may wait for an answer.
    pub(crate) const fn held(&self) -> bool {
        self.held
    }

    pub(crate) const fn flushed(&mut self) {
        self.held = false;
    }

    /// Throws away what was not written yet, and owes no flush for what was: whatever is written next will.
    pub(crate) fn clear(&mut self) {
        self.batch.clear();
        self.held = false;
    }
}

impl fmt::Debug for Outbox {
    /// Never shows the bytes: they are the contents of files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("batch", &self.batch.len())
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

//! A port that counts what goes through it.

use std::{
    cell::Cell,
    io::{self, Read, Write},
    rc::Rc,
    time::Duration,
};

use rawpaste_blocking::Port;

/// What went through a port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Bytes to the board.
    pub(super) up: u64,
    /// Bytes from the board.
    pub(super) down: u64,
    /// How often something was heard after something was said: answers, and grants of credit.
    pub(super) turns: u64,
}

/// A port that counts, into counts that are shared with who measures.
#[derive(Debug)]
pub(super) struct Counting<P> {
    port: P,
    counts: Rc<Cell<Counts>>,
    said: bool,
}

impl<P> Counting<P> {
    pub(super) const fn new(port: P, counts: Rc<Cell<Counts>>) -> Self {
        Self { port, counts, said: false }
    }

    fn count(&self, count: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        count(&mut counts);
        self.counts.set(counts);
    }
}

impl<P: Read> Read for Counting<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.port.read(buffer)?;
        let turn = n > 0 && std::mem::take(&mut self.said);
        self.count(|counts| {
            counts.down += n as u64;
            counts.turns += u64::from(turn);
        });
        Ok(n)
    }
}

impl<P: Write> Write for Counting<P> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.port.write(bytes)?;
        self.said |= n > 0;
        self.count(|counts| counts.up += n as u64);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.port.flush()
    }
}

impl<P: Port> Port for Counting<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.port.set_timeout(timeout)
    }
}

use std::{io, time::Duration};

use rawpaste_blocking::Port;

/// The longest wait for the port in one turn: a write may have to wait so long behind a read.
const TICK: Duration = Duration::from_millis(20);

/// A port between two turns, and what the last one came to.
#[derive(Debug)]
pub(crate) struct Turn<P> {
    port: P,
    /// What is to be written.
    pub(crate) unsent: Vec<u8>,
    /// What was read.
    pub(crate) arrived: Vec<u8>,
    pub(crate) ended: bool,
    pub(crate) result: io::Result<()>,
}

impl<P> Turn<P> {
    pub(crate) const fn new(port: P) -> Self {
        Self { port, unsent: Vec::new(), arrived: Vec::new(), ended: false, result: Ok(()) }
    }
}

impl<P: Port> Turn<P> {
    /// Writes once, then reads once if it `listens`.
    pub(crate) fn take(mut self, listens: bool) -> Self {
        self.result = self.write().and_then(|()| if listens { self.read() } else { Ok(()) });
        self
    }

    fn write(&mut self) -> io::Result<()> {
        if !self.unsent.is_empty() {
            self.port.set_timeout(TICK)?;
            self.unsent.drain(..in_time(self.port.write(&self.unsent))?.unwrap_or(0));
        }
        Ok(())
    }

    /// Does not wait while there is something to be written.
    fn read(&mut self) -> io::Result<()> {
        self.port.set_timeout(if self.unsent.is_empty() { TICK } else { Duration::ZERO })?;
        self.arrived.resize(4096, 0);
        let n = in_time(self.port.read(&mut self.arrived));
        self.arrived.truncate(n.as_ref().ok().copied().flatten().unwrap_or(0));
        self.ended = n? == Some(0);
        Ok(())
    }
}

/// To wait in vain is no error.
fn in_time(result: io::Result<usize>) -> io::Result<Option<usize>> {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    match result {
        Err(error) if matches!(error.kind(), TimedOut | WouldBlock | Interrupted) => Ok(None),
        result => result.map(Some),
    }
}

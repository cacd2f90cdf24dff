//! Ports for trials.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use rawpaste_blocking::Port;

/// A port that fails after so many steps; each step is small.
#[derive(Debug)]
pub(crate) struct Dies<P> {
    pub(crate) port: P,
    pub(crate) steps: usize,
}

/// The most bytes in one step.
const STEP: usize = 8;

impl<P> Dies<P> {
    fn step(&mut self) -> io::Result<&mut P> {
        self.steps = self.steps.checked_sub(1).ok_or_else(|| io::Error::other("unplugged"))?;
        Ok(&mut self.port)
    }
}

impl<P: Port> Read for Dies<P> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = buf.len().min(STEP);
        self.step()?.read(&mut buf[..most])
    }
}

impl<P: Port> Write for Dies<P> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.step()?.write(&buf[..buf.len().min(STEP)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.step()?.flush()
    }
}

impl<P: Port> Port for Dies<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.port.set_timeout(timeout)
    }
}

/// Bytes of every value, the same each time.
pub(crate) fn bytes(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

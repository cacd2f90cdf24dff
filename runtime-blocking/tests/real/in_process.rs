//! A board in this process, as a port.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use rawpaste_blocking::Port;
use rawpaste_board::End;

/// The host's end of a board in this process.
#[derive(Debug)]
pub(crate) struct InProcess(pub(crate) End);

impl InProcess {
    /// A board that has started: a `^C` before that would leave its trace in the board's memory.
    #[allow(dead_code)] // Not each test file asks for it.
    pub(crate) fn started(mut end: End) -> io::Result<Self> {
        end.set_timeout(Duration::from_secs(60));
        let (mut heard, mut byte) = (Vec::new(), [0]);
        while !heard.ends_with(b">>> ") {
            end.read_exact(&mut byte)?;
            heard.push(byte[0]);
        }
        Ok(Self(end))
    }
}

impl Read for InProcess {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for InProcess {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Port for InProcess {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.0.set_timeout(timeout);
        Ok(())
    }
}

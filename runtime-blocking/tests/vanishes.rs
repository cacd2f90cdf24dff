//! A port that vanishes: under a reset that was asked for, and otherwise.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use rawpaste::{DriveError, Eval, Exec, Operation, Reply, Reset, Session, testing::Firmware};
use rawpaste_blocking::{Connection, Error, Port};
use rawpaste_board::{End, Running, Simulated};

/// Fails for good once the board says that it has read the script that holds `script`, or when it is about to.
struct Vanishes {
    end: End,
    script: &'static [u8],
    written: Vec<u8>,
    before: bool,
    gone: bool,
}

impl Vanishes {
    fn board(script: &'static [u8], before: bool) -> Self {
        let end = Running::simulated(Simulated::new(Firmware::default())).expect("a board").in_process();
        Self { end, script, written: Vec::new(), before, gone: false }
    }

    fn is_sent(&self) -> bool {
        self.written.ends_with(b"\x04")
            && self.written.windows(self.script.len()).any(|part| part == self.script)
    }
}

impl Read for Vanishes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.gone || (self.before && self.is_sent()) {
            self.gone = true;
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let most = buffer.len().min(1);
        let n = self.end.read(&mut buffer[..most])?;
        self.gone = self.is_sent() && buffer[..n] == [4];
        Ok(n)
    }
}

impl Write for Vanishes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.written.extend_from_slice(bytes);
        self.end.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Port for Vanishes {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.end.set_timeout(timeout);
        Ok(())
    }
}

fn run<O: Operation>(operation: O, script: &'static [u8], before: bool) -> Result<O::Output, Error> {
    Connection::new(Vanishes::board(script, before), Session::default()).run(operation)
}

fn is_the_ports<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(DriveError::Transport(error)) if error.kind() == io::ErrorKind::BrokenPipe)
}

#[test]
fn under_a_reset_it_is_the_resets_end() {
    for reset in [Reset::hard(), Reset::bootloader()] {
        assert_eq!(run(reset, b"_rp()\n", false).expect("a reset"), Reply::Closed);
    }
    let exec = || Exec::new("machine.reset()", |_| Ok(())).expect("code");
    assert_eq!(run(exec(), b"machine.reset()", false).expect("perhaps a reset"), Reply::Closed);
    // Before the board has the script, nothing was reset.
    assert!(is_the_ports(run(Reset::hard(), b"_rp()\n", true)));
    assert!(is_the_ports(run(exec(), b"machine.reset()", true)));
}

#[test]
fn under_anything_else_it_is_an_error() {
    for before in [false, true] {
        assert!(is_the_ports(run(Eval::new("6*7").expect("code"), b"6*7", before)));
    }
}

use std::sync::mpsc;

use rawpaste::{Operation, Run};

/// What comes from outside while an operation runs: two channels, so that an interrupt goes past what waits to be typed.
#[derive(Debug)]
pub struct Keyboard {
    /// Bytes for the running script's standard input, [`MOST`] at most in a piece; the next piece is taken when there is
    /// room for it.
    pub typed: mpsc::Receiver<Vec<u8>>,
    /// Each is a `^C`: the script is interrupted, and its traceback comes back.
    pub interrupts: mpsc::Receiver<()>,
}

/// The longest piece that is typed in at once, in bytes.
pub const MOST: usize = 1024;

impl Keyboard {
    /// Hands in what has come, if there is room for it.
    pub(crate) fn reach<O: Operation>(&self, run: &mut Run<'_, O>) {
        if self.interrupts.try_recv().is_ok() {
            run.interrupt();
        }
        if run.input_room() >= MOST
            && let Ok(bytes) = self.typed.try_recv()
        {
            run.type_in(&bytes);
        }
    }
}

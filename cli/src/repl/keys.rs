//! What is typed, and which keys are for this command.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    },
    thread,
};

use crate::standard_input;

/// `^]`.
const LEAVE: u8 = 0x1d;
/// `^T`.
const RESTART: u8 = 0x14;
/// `^Z`. On Windows the standard library takes it for the end.
const CTRL_Z: u8 = 0x1a;

/// Where the keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A person at a terminal in raw mode.
    Terminal,
    /// A pipe or a file: its lines are ended as the Enter key does, and no byte is for this command.
    Pipe,
}

/// One thing that was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Bytes for the board.
    Typed(Vec<u8>),
    /// The end of the REPL.
    Leave,
    /// A soft reset, and the script again.
    Restart,
    /// There is no more to come.
    End,
}

/// The keys, read by a thread of their own.
#[derive(Debug)]
pub(super) struct Keys {
    keys: Receiver<Key>,
    done: Arc<AtomicBool>,
}

impl Keys {
    pub(super) fn read(from: From) -> Self {
        let (sender, keys) = sync_channel(16);
        let done = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&done);
        // Without the thread nothing is typed.
        drop(thread::Builder::new().name("keys".into()).spawn(move || read_all(from, &sender, &told)));
        Self { keys, done }
    }

    /// Returns the next one, if there is one.
    pub(super) fn next(&self) -> Option<Key> {
        match self.keys.try_recv() {
            Ok(key) => Some(key),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Key::End),
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
    }
}

fn read_all(from: From, to: &SyncSender<Key>, done: &AtomicBool) {
    let (mut buffer, mut lines) = ([0; 1024], Lines::default());
    loop {
        let keys = match (standard_input::read(&mut buffer, || done.load(Ordering::Relaxed)), from) {
            (Some(0), From::Terminal) if cfg!(windows) => vec![Key::Typed(vec![CTRL_Z])],
            (Some(0) | None, _) => break,
            (Some(n), From::Terminal) => split(&buffer[..n]),
            (Some(n), From::Pipe) => vec![Key::Typed(lines.typed(&buffer[..n]))],
        };
        for key in keys {
            if to.send(key).is_err() {
                return;
            }
        }
    }
    // Whoever waits for it sees the end in any case.
    let _ = to.send(Key::Typed(lines.end()));
}

/// Finds the keys that are for this command.
fn split(bytes: &[u8]) -> Vec<Key> {
    let is_ours = |byte: u8| matches!(byte, LEAVE | RESTART);
    let pieces = bytes.chunk_by(|one, next| !is_ours(*one) && !is_ours(*next));
    let keys = pieces.map(|piece| match piece {
        [LEAVE] => Key::Leave,
        [RESTART] => Key::Restart,
        bytes => Key::Typed(bytes.into()),
    });
    keys.collect()
}

/// The lines of a pipe, typed.
#[derive(Debug, Default)]
struct Lines {
    last: Option<u8>,
}

impl Lines {
    /// Ends each line as the Enter key does.
    fn typed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let typed = bytes.iter().filter_map(|byte| {
            let last = self.last.replace(*byte);
            match (last, *byte) {
                (Some(b'\r'), b'\n') => None,
                (_, b'\n') => Some(b'\r'),
                (_, byte) => Some(byte),
            }
        });
        typed.collect()
    }

    /// A last line without its end is a line all the same.
    fn end(self) -> Vec<u8> {
        if self.last.is_some_and(|last| !last.is_ascii_control()) { vec![b'\r'] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &[u8]) -> Key {
        Key::Typed(bytes.into())
    }

    #[test]
    fn keys_of_ours_and_of_the_board() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let expected =
            [typed(&all[..0x14]), Key::Restart, typed(&all[0x15..0x1d]), Key::Leave, typed(&all[0x1e..])];
        assert_eq!(split(&all), expected);
        assert_eq!(split(b"\x14\x14\x1d"), [Key::Restart, Key::Restart, Key::Leave]);
    }

    #[test]
    fn lines_of_a_pipe() {
        let mut lines = Lines::default();
        assert_eq!(lines.typed(b"one\ntwo\r"), b"one\rtwo\r");
        assert_eq!(lines.typed(b"\n\n\rthree"), b"\r\rthree");
        assert_eq!(lines.end(), b"\r");
        for ended in [&b"one\n"[..], b"\x03", b"one\r\n", b""] {
            let mut lines = Lines::default();
            lines.typed(ended);
            assert_eq!(lines.end(), b"");
        }
    }
}

//! Standard input, typed into the running script.
//!
//! Nobody can see when a script reads, and what it has not read waits in a small buffer on the board that may overflow
//! without a word. So a little goes ahead, and more only as the script prints something, or slowly. The end of the
//! standard input types nothing: a `^D` that no script reads resets the board.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::Sender,
    },
    thread,
    time::{Duration, Instant},
};

use crate::{report::note, standard_input};

/// The longest piece; a line goes alone.
const PIECE: usize = 128;
/// What may wait unread on any board that is not tiny.
const AHEAD: usize = 200;
/// What goes ahead at most, slowly: a board on USB pushes back above that, and the link would count as stuck.
const MOST: usize = 2048;
/// The end of the input, at a terminal.
const CTRL_D: u8 = 0x04;
/// After the end of the input, how long a script may be silent before a word on that.
const SILENCE: Duration = Duration::from_secs(5);
/// How long to wait for the script to print something.
const PAUSE: Duration = Duration::from_millis(100);

/// What the thread that types and the run know of each other.
#[derive(Debug, Default)]
pub(crate) struct Typist {
    printed: AtomicUsize,
    typed: AtomicBool,
    done: AtomicBool,
}

impl Typist {
    /// Starts to type what comes on standard input; `enter` ends a line. Where each key comes at once, `^D` is the end.
    pub(crate) fn start(to: Sender<Vec<u8>>, enter: u8, keys: bool) -> Arc<Self> {
        let typist = Arc::new(Self::default());
        let other = Arc::clone(&typist);
        // Without the thread nothing is typed.
        drop(thread::Builder::new().name("typing".into()).spawn(move || other.type_all(&to, enter, keys)));
        typist
    }

    /// Says that the script printed something: it may have read what it was sent.
    pub(crate) fn printed(&self) {
        self.printed.fetch_add(1, Ordering::Relaxed);
    }

    /// Says that the script ended; returns whether anything was typed.
    pub(crate) fn stop(&self) -> bool {
        self.done.store(true, Ordering::Relaxed);
        self.typed.load(Ordering::Relaxed)
    }

    fn type_all(&self, to: &Sender<Vec<u8>>, enter: u8, keys: bool) {
        let mut buffer = [0; 1024];
        let (mut ahead, mut seen, mut last) = (0, 0, b'\n');
        while let Some(n @ 1..) = standard_input::read(&mut buffer, || self.is_done()) {
            let end = buffer[..n].iter().position(|byte| keys && *byte == CTRL_D);
            let typed = entered(&buffer[..end.unwrap_or(n)], &mut last, enter);
            for line in typed.split_inclusive(|byte| *byte == enter) {
                for piece in line.chunks(PIECE) {
                    self.wait(&mut ahead, &mut seen);
                    ahead += piece.len();
                    self.typed.store(true, Ordering::Relaxed);
                    if self.is_done() || to.send(piece.into()).is_err() {
                        return;
                    }
                }
            }
            if end.is_some() {
                return;
            }
        }
        if !keys && !matches!(last, b'\r' | b'\n') && !self.is_done() {
            // A last line without its end is a line all the same. Where nobody receives it the run is over.
            let _ = to.send(vec![enter]);
        }
        self.tell_of_the_end();
    }

    /// Says that there is no more to read, once the script was silent for a while: it may wait for that.
    fn tell_of_the_end(&self) {
        let (mut seen, mut since) = (self.printed.load(Ordering::Relaxed), Instant::now());
        while !self.is_done() {
            thread::sleep(PAUSE);
            let printed = self.printed.load(Ordering::Relaxed);
            if printed != seen {
                (seen, since) = (printed, Instant::now());
            } else if since.elapsed() >= SILENCE {
                note("note: standard input has ended; a program that reads on waits until ^C");
                return;
            }
        }
    }

    /// Waits until a piece more may go.
    fn wait(&self, ahead: &mut usize, seen: &mut usize) {
        loop {
            let printed = self.printed.load(Ordering::Relaxed);
            if printed != *seen {
                (*seen, *ahead) = (printed, 0);
            }
            if *ahead < AHEAD || self.is_done() {
                return;
            }
            thread::sleep(PAUSE);
            if *ahead < MOST {
                return;
            }
        }
    }

    fn is_done(&self) -> bool {
        self.done.load(Ordering::Relaxed)
    }
}

/// Makes of the end of each line, `\n` or, as Windows has it, `\r\n`, what the Enter key sends. `last` is the byte before.
fn entered(bytes: &[u8], last: &mut u8, enter: u8) -> Vec<u8> {
    let key = |byte: &u8| match (mem::replace(last, *byte), *byte) {
        (b'\r', b'\n') => None,
        (_, b'\r' | b'\n') => Some(enter),
        (_, byte) => Some(byte),
    };
    bytes.iter().filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_entered_once() {
        let lines = b"one\r\n\r\ntwo\n\nthree\r";
        for cut in 0..=lines.len() {
            let mut last = b'\n';
            let mut typed = entered(&lines[..cut], &mut last, b'\r');
            typed.extend(entered(&lines[cut..], &mut last, b'\r'));
            assert_eq!(typed, b"one\r\rtwo\r\rthree\r", "{cut}");
        }
    }
}

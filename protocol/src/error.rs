use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, time::Duration};

use crate::{Exception, escaped};

/// What went wrong, by what to do about it.
///
/// After [`Exception`](Self::Exception) and [`Refused`](Self::Refused) the link is fine and the session can run the
/// next operation at once. After [`Fault`](Self::Fault) it can too: the next run finds its own way back to a clean
/// prompt, and the same operation, run again, goes on from the last thing that the board acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The script raised. Mend the script, or what it found on the board.
    Exception(Exception),
    /// The board's bytes made no sense, or stopped. Run the operation again; if it stays, look at the cable, the
    /// speed, or what else talks on this line.
    Fault(Fault),
    /// The request cannot be done as it was made. Change the request.
    Refused(Refused),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exception(exception) => write!(f, "the board's code raised:\n{exception}"),
            Self::Fault(fault) => fault.fmt(f),
            Self::Refused(refused) => refused.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl From<Exception> for Error {
    fn from(exception: Exception) -> Self {
        Self::Exception(exception)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// The link failed: what happened, in which phase, and the last bytes that were heard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// What the link was doing, as a phrase: `waiting for a grant`.
    pub phase: &'static str,
    /// The last bytes from the board, 64 at most.
    pub heard: Vec<u8>,
}

/// What happened to the link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// A byte that has no meaning in this phase.
    Unexpected(u8),
    /// Nothing came for so long.
    Silence(Duration),
    /// The transport took no bytes for so long.
    Stuck(Duration),
    /// The transport ended: the board was unplugged, or the port closed.
    Closed,
    /// The board announced a window that cannot be.
    Window(u16),
    /// No clean prompt was reached in so many attempts.
    NoEntry(u32),
    /// The program went on after so many `^C`.
    NotInterrupted(u32),
    /// A helper's answer cannot be read.
    Answer,
    /// A script of the engine's own does not compile, twice: its bytes do not arrive as they are.
    Damaged,
}

impl Fault {
    /// Returns whether what was heard looks like text of another thread or a timer on the board, which the raw REPL
    /// cannot keep apart from its own answers.
    #[must_use]
    pub fn looks_like_chatter(&self) -> bool {
        let text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t');
        matches!(self.kind, FaultKind::Unexpected(byte) if text(&byte)) && self.heard.last().is_some_and(text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FaultKind::Unexpected(byte) => write!(f, "the board sent {} ", escaped(&[*byte])),
            FaultKind::Silence(time) => write!(f, "the board said nothing for {time:?} "),
            FaultKind::Stuck(time) => write!(f, "the port took no bytes for {time:?} "),
            FaultKind::Closed => f.write_str("the port closed "),
            FaultKind::Window(bytes) => write!(f, "the board announced a window of {bytes} bytes "),
            FaultKind::NoEntry(attempts) => write!(f, "no raw REPL after {attempts} attempts "),
            FaultKind::NotInterrupted(times) => write!(f, "the program went on after {times} ^C "),
            FaultKind::Answer => f.write_str("the board's answer makes no sense "),
            FaultKind::Damaged => f.write_str("a script arrived damaged, twice, "),
        }?;
        write!(f, "while {}", self.phase)?;
        if self.heard.is_empty() {
            f.write_str("; nothing was heard before")?;
        } else {
            write!(f, "; last heard: \"{}\"", escaped(&self.heard))?;
        }
        f.write_str(self.next())
    }
}

impl Fault {
    /// Returns what to do next, as the end of a sentence.
    fn next(&self) -> &'static str {
        match self.kind {
            FaultKind::NoEntry(_) | FaultKind::NotInterrupted(_) => {
                ". Press the board's reset button and try again; if its main.py swallows ^C, start it in safe mode; \
                 else unplug it"
            }
            FaultKind::Unexpected(_) if self.looks_like_chatter() => {
                ". It looks like output of another thread or a timer on the board: a soft reset (^D at the friendly \
                 prompt) stops it"
            }
            FaultKind::Unexpected(4) => {
                ". If the script prints the byte 04 itself, let it write another, since the raw REPL ends its output there; else \
                 run it again"
            }
            FaultKind::Closed => ". Plug the board in again, or find its new name, and run again",
            FaultKind::Stuck(_) => ". Check the cable and that nothing else holds the port, then run again",
            FaultKind::Unexpected(_)
            | FaultKind::Silence(_)
            | FaultKind::Window(_)
            | FaultKind::Answer
            | FaultKind::Damaged => ". Run it again; if it stays, reset the board and check cable and speed",
        }
    }
}

impl core::error::Error for Fault {}

/// The request cannot be done; says what is wrong, where, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// A script may not hold this byte: it would act on the REPL instead.
    Byte {
        /// The byte.
        byte: u8,
        /// Its offset in the source.
        at: usize,
    },
    /// A script is too long for plain raw mode, where a line that outgrows the heap stops the firmware.
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The longest that goes ([`Config::plain_limit`](crate::Config::plain_limit)).
        limit: usize,
    },
    /// More than this run keeps.
    TooMuch {
        /// What there was too much of.
        what: &'static str,
        /// How much goes, in bytes or entries.
        limit: usize,
    },
    /// A path that cannot be used.
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// The board cannot do it.
    Unsupported {
        /// What it lacks.
        lacks: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// The caller's source or sink failed; its message.
    Local(String),
    /// The file changed while it travelled: a put's source, or a get's file on the board.
    Changed,
    /// What arrived is not what was sent: the digests differ. Nothing was put under the target's name.
    Digest,
    /// The board has no room for the file beside what it has; nothing was sent.
    NoRoom {
        /// How many bytes there is no place for yet.
        needs: u64,
        /// How many bytes are free.
        free: u64,
        /// The size of the old file, which could make room.
        old: u64,
    },
    /// A flush policy that makes no sense; what is wrong with it.
    Policy(String),
    /// The operation had ended already.
    Ended,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte { byte, at } => {
                write!(f, "a script cannot hold the byte {} (at offset {at}): write it as an escape", escaped(&[*byte]))
            }
            Self::TooLong { length, limit } => write!(
                f,
                "this board has no raw paste, and a script of {length} bytes could stop its firmware (limit: {limit}): \
                 put it as a file and import it"
            ),
            Self::TooMuch { what, limit } => write!(f, "more than {limit} {what}"),
            Self::Path { path, wrong } => write!(f, "the path {path:?} {wrong}"),
            Self::Unsupported { lacks, instead } => write!(f, "this board has {lacks}: {instead}"),
            Self::Local(message) => f.write_str(message),
            Self::Changed => f.write_str("the file changed while it travelled: run it again"),
            Self::Digest => f.write_str(
                "what arrived is not what was sent (the digests differ), so nothing was put in place: run it again",
            ),
            Self::NoRoom { needs, free, old } => {
                write!(f, "the file needs {needs} bytes more, and the board has {free} free: remove something")?;
                if *old > 0 {
                    write!(f, ", or put it in place of the old one ({old} bytes), which goes first then (--in-place)")?;
                }
                Ok(())
            }
            Self::Policy(wrong) => write!(f, "the flush policy makes no sense: {wrong}"),
            Self::Ended => f.write_str("this run has ended: start another"),
        }
    }
}

impl core::error::Error for Refused {}

/// What a driver ends with: the engine's error, or the transport's.
#[derive(Debug)]
pub enum DriveError<T> {
    /// The engine's.
    Engine(Error),
    /// The transport's: open it again, and run the same operation again.
    Transport(T),
}

impl<T: fmt::Display> fmt::Display for DriveError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(error) => error.fmt(f),
            Self::Transport(error) => write!(f, "the port failed: {}", error.to_string().trim_end()),
        }
    }
}

impl<T: core::error::Error + 'static> core::error::Error for DriveError<T> {}

impl<T> From<Error> for DriveError<T> {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

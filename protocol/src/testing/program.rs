use alloc::{string::String, vec::Vec};
use core::time::Duration;

use crate::testing::{Machine, Raised};

/// What code of a test's own does on the simulated board: its native twin.
#[derive(Clone, Debug)]
pub struct Program {
    /// The exact text, as it goes to the board.
    pub source: String,
    /// What it does, in order.
    pub acts: Vec<Act>,
}

impl Program {
    /// Returns the twin of `source`.
    pub fn new(source: impl Into<String>, acts: impl Into<Vec<Act>>) -> Self {
        Self { source: source.into(), acts: acts.into() }
    }
}

/// One thing that a program does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Act {
    /// Prints text; the newline is part of it.
    Print(String),
    /// Writes bytes unchanged.
    Write(Vec<u8>),
    /// `input(PROMPT)`: prints the prompt, echoes what is typed up to `\r`, keeps the line.
    ReadLine(String),
    /// Prints the line that was read last, with a newline.
    PrintReadLine,
    /// Reads exactly so many bytes of standard input, without echo, and keeps them as the line that was read last.
    ReadBytes(usize),
    /// Does nothing for a while. A `^C` ends it.
    Sleep(Duration),
    /// Works for a while; a `^C` waits for it.
    Busy(Duration),
    /// `while True: pass`.
    RunForever,
    /// Prints a text again and again.
    PrintForever {
        /// What it prints.
        text: String,
        /// The time between two prints.
        every: Duration,
    },
    /// The next `^C` that comes is ignored; so many times.
    SwallowInterrupts(u32),
    /// Raises an exception.
    Raise {
        /// Its type.
        kind: String,
        /// Its message.
        message: String,
        /// The line it is raised in.
        line: u32,
    },
    /// Says which line of the source runs from here on, for the traceback of a `^C`; it is 1 at the start.
    Line(u32),
    /// A piece of Rust.
    Native(fn(&mut Machine) -> Result<(), Raised>),
    /// `raise SystemExit`, `machine.soft_reset()`.
    Exit,
    /// `machine.reset()`.
    HardReset,
    /// `machine.bootloader()`: nothing of MicroPython answers any more, until the board is reset.
    Bootloader,
    /// The compiler refuses the text: an early `^D` in a paste, once so many bytes of it were read.
    SyntaxError {
        /// The line that the message names.
        line: u32,
        /// The byte of the source at which the compiler sees it.
        after_bytes: usize,
    },
}

//! Who is told how files are put.

use rawpaste::{Event, Placed};

use crate::{
    progress::Bar,
    report::{Result, note, print, tell},
};

/// Is told how files are put on a board, one after the other.
pub(crate) trait Teller {
    /// Files of so many bytes together are to come.
    fn expect(&mut self, bytes: u64);

    /// What comes from here on is about this file.
    fn begins(&mut self, name: &str);

    /// Takes what the engine tells.
    fn on_event(&mut self, event: Event<'_>);

    /// A file of so many bytes is in place: `line` says which, where, and how.
    fn placed(&mut self, line: &str, placed: Placed, size: u64) -> Result<()>;

    /// Something was asked for.
    fn tell(&mut self, text: &str) -> Result<()>;

    /// Something is to be known.
    fn note(&mut self, text: &str);
}

/// Tells of one board: one bar for all that is put, and a line for each file.
pub(crate) struct Alone(Bar);

impl Alone {
    /// Has nothing to tell yet.
    pub(crate) fn new() -> Self {
        Self(Bar::new(""))
    }
}

impl Teller for Alone {
    fn expect(&mut self, bytes: u64) {
        self.0 = Bar::of_all(bytes);
    }

    fn begins(&mut self, name: &str) {
        self.0.name(name);
    }

    fn on_event(&mut self, event: Event<'_>) {
        self.0.on_event(event);
    }

    fn placed(&mut self, line: &str, _placed: Placed, _size: u64) -> Result<()> {
        tell(|out| writeln!(out, "{line}"))
    }

    fn tell(&mut self, text: &str) -> Result<()> {
        print(|out| writeln!(out, "{text}"))
    }

    fn note(&mut self, text: &str) {
        note(text);
    }
}

use std::io;

use winapi_util::{HandleRef, console};

use super::Keys;

/// A console has no background.
pub(super) const fn is_in_front() -> bool {
    true
}

// Modes of a console, as `SetConsoleMode` names them.
const ENABLE_PROCESSED_INPUT: u32 = 0x1;
const ENABLE_LINE_INPUT: u32 = 0x2;
const ENABLE_ECHO_INPUT: u32 = 0x4;
const ENABLE_VIRTUAL_TERMINAL_INPUT: u32 = 0x200;
const ENABLE_PROCESSED_OUTPUT: u32 = 0x1;
const ENABLE_VIRTUAL_TERMINAL_PROCESSING: u32 = 0x4;

/// What a console does with keys, and with what is written to it, if that is a console too.
#[derive(Debug)]
pub(super) struct Settings {
    input: u32,
    output: Option<u32>,
}

impl Settings {
    pub(super) fn now() -> io::Result<Self> {
        let input = console::mode(HandleRef::stdin())?;
        Ok(Self { input, output: console::mode(HandleRef::stdout()).ok() })
    }

    /// Sets the console so that each key comes at once: arrows as escape sequences, `^C` as 0x03 if it is no signal.
    pub(super) fn raw(&self, keys: Keys) -> io::Result<()> {
        let signals = if keys == Keys::All { ENABLE_PROCESSED_INPUT } else { 0 };
        let cooked = signals | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT;
        let raw = self.input & !cooked;
        // Consoles before Windows 10 know no escape sequences; what they know goes on.
        console::set_mode(HandleRef::stdin(), raw | ENABLE_VIRTUAL_TERMINAL_INPUT)
            .or_else(|_| console::set_mode(HandleRef::stdin(), raw))?;
        if let Some(output) = self.output {
            let shows = ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
            let _ = console::set_mode(HandleRef::stdout(), output | shows);
        }
        Ok(())
    }

    pub(super) fn set(&self) -> io::Result<()> {
        if let Some(output) = self.output {
            console::set_mode(HandleRef::stdout(), output)?;
        }
        console::set_mode(HandleRef::stdin(), self.input)
    }
}

//! The host's terminal while each key is the board's.
//!
//! What goes to the screen is left as it is set: a line that a program ends with `\n` alone begins at the left edge, and so
//! do messages of this command.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::{
    io,
    sync::{Mutex, PoisonError},
};

use system::Settings;

/// The settings to go back to.
static BEFORE: Mutex<Option<Settings>> = Mutex::new(None);

/// While this lives, keys come one by one, as bytes, and none of them is a signal.
#[derive(Debug)]
pub(super) struct Raw(());

impl Raw {
    /// Sets the terminal of the standard input so.
    pub(super) fn enter() -> io::Result<Self> {
        let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).insert(Settings::now()?).raw();
        // Dropped, it sets right what may be half done.
        let raw = Self(());
        before.map(|()| raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        restore();
    }
}

/// Sets the terminal as it was found, if it was changed: for ways out that drop nothing.
pub(crate) fn restore() {
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // A terminal that is gone needs no settings.
        let _ = before.set();
    }
}

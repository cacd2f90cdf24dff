//! The host's terminal while keys are the board's.
//!
//! What goes to the screen is left as it is set: a line that a program ends with `\n` alone begins at the left edge, and so
//! do messages of this command.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::{
    io::{self, IsTerminal},
    sync::{Mutex, PoisonError},
};

use system::Settings;

/// The settings to go back to.
static BEFORE: Mutex<Option<Settings>> = Mutex::new(None);

/// Which keys are the board's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Each.
    All,
    /// All but those that are signals, as `^C` is.
    ButSignals,
}

/// While this lives, keys come one by one, as bytes, and the terminal shows none of them: the board does.
#[derive(Debug)]
pub(crate) struct Raw(());

impl Raw {
    /// Sets the terminal of the standard input so.
    pub(crate) fn enter(keys: Keys) -> io::Result<Self> {
        let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).insert(Settings::now()?).raw(keys);
        // Dropped, it sets right what may be half done.
        let raw = Self(());
        before.map(|()| raw)
    }

    /// The same for a program that may read what a person types, if a person is there: one who sees what it prints.
    pub(crate) fn for_a_program() -> Option<Self> {
        let person = io::stdin().is_terminal() && io::stdout().is_terminal() && system::is_in_front();
        // Where it cannot be set, lines show twice.
        person.then(|| Self::enter(Keys::ButSignals).ok()).flatten()
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

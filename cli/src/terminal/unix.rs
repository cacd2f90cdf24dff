use std::io;

use rustix::{
    process::getpgrp,
    stdio::stdin,
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr},
};

use super::Keys;

/// Whether the terminal is this process's now: to set another's would stop it.
pub(super) fn is_in_front() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|front| front == getpgrp())
}

/// What a terminal does with keys.
#[derive(Debug)]
pub(super) struct Settings(Termios);

impl Settings {
    pub(super) fn now() -> io::Result<Self> {
        Ok(Self(tcgetattr(stdin())?))
    }

    /// Sets the terminal so that each key comes at once, as it is.
    pub(super) fn raw(&self, keys: Keys) -> io::Result<()> {
        let mut raw = self.0.clone();
        raw.make_raw();
        raw.output_modes = self.0.output_modes;
        if keys == Keys::ButSignals {
            raw.local_modes |= self.0.local_modes & LocalModes::ISIG;
        }
        Ok(tcsetattr(stdin(), OptionalActions::Now, &raw)?)
    }

    pub(super) fn set(&self) -> io::Result<()> {
        Ok(tcsetattr(stdin(), OptionalActions::Now, &self.0)?)
    }
}

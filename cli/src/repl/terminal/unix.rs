use std::io;

use rustix::{
    stdio::stdin,
    termios::{OptionalActions, Termios, tcgetattr, tcsetattr},
};

/// What a terminal does with keys.
#[derive(Debug)]
pub(super) struct Settings(Termios);

impl Settings {
    pub(super) fn now() -> io::Result<Self> {
        Ok(Self(tcgetattr(stdin())?))
    }

    /// Sets the terminal so that each key comes at once, as it is.
    pub(super) fn raw(&self) -> io::Result<()> {
        let mut raw = self.0.clone();
        raw.make_raw();
        raw.output_modes = self.0.output_modes;
        Ok(tcsetattr(stdin(), OptionalActions::Now, &raw)?)
    }

    pub(super) fn set(&self) -> io::Result<()> {
        Ok(tcsetattr(stdin(), OptionalActions::Now, &self.0)?)
    }
}

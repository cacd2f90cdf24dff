//! What the board says: on the screen, and in a file.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    output::Output,
    report::{Failure, Result, Visible, say},
};

/// Where it goes.
#[derive(Debug)]
pub(crate) struct Screen {
    capture: Option<Capture>,
    shows: Shows,
    /// Why not all of it was captured.
    failure: Option<Failure>,
}

/// How bytes are shown.
#[derive(Debug)]
enum Shows {
    /// As they are.
    Plain(Output),
    /// With escapes for what is not printable.
    Escapes,
}

#[derive(Debug)]
struct Capture {
    file: File,
    name: PathBuf,
}

impl Screen {
    /// Begins one; what is captured is added to the end of the file.
    pub(crate) fn new(capture: Option<&Path>, escapes: bool) -> Result<Self> {
        let open = |name: &Path| match OpenOptions::new().create(true).append(true).open(name) {
            Ok(file) => Ok(Capture { file, name: name.into() }),
            Err(error) => Err(Failure::file("capture to", &name.to_string_lossy(), &error)
                .next("name a file that can be written: --capture FILE")),
        };
        let shows = if escapes { Shows::Escapes } else { Shows::Plain(Output::new()) };
        Ok(Self { capture: capture.map(open).transpose()?, shows, failure: None })
    }

    /// Shows what the board said. An error says that standard output takes no more. A file that takes no more is told once,
    /// and again at the end.
    pub(super) fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(capture) = &mut self.capture
            && let Err(error) = capture.file.write_all(bytes)
        {
            let name = capture.name.to_string_lossy().into_owned();
            self.failure = Some(Failure::file("capture all to", &name, &error));
            self.capture = None;
            say(&format!("\nrawpaste: nothing more goes to {}: {error}", Visible(&name)));
        }
        match &mut self.shows {
            Shows::Plain(output) => {
                output.write_all(bytes)?;
                output.flush()
            }
            Shows::Escapes => {
                let mut out = io::stdout().lock();
                out.write_all(&escape(bytes))?;
                out.flush()
            }
        }
    }

    /// Ends it.
    pub(super) fn end(self) -> Result<()> {
        self.failure.map_or(Ok(()), Err)
    }
}

/// Shows as `\xNN` what is neither printable ASCII nor moves the cursor.
fn escape(bytes: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b' '..=b'~' | b'\x08' | b'\t' | b'\n' | b'\r' | b'\x1b' => shown.push(*byte),
            byte => shown.extend(byte.escape_ascii()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_is_not_printable() {
        assert_eq!(escape(b"\r\n>>> \x1b[K\x08'\\\t"), b"\r\n>>> \x1b[K\x08'\\\t");
        assert_eq!(escape(b"\x00\x7f\xc3\xa9"), b"\\x00\\x7f\\xc3\\xa9");
    }
}

//! What the board says: on the screen, and in a file.

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal, Write},
    mem,
    path::{Path, PathBuf},
};

use crate::report::{Failure, Result, Visible, say};

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
    Bytes,
    /// With escapes for what is not printable.
    Escapes,
    /// As text, which is all that the standard library writes to a console of Windows; and the begin of a character whose end
    /// did not come yet.
    Text(Vec<u8>),
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
        let shows = match escapes {
            true => Shows::Escapes,
            false if cfg!(windows) && io::stdout().is_terminal() => Shows::Text(Vec::new()),
            false => Shows::Bytes,
        };
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
        let mut out = io::stdout().lock();
        match &mut self.shows {
            Shows::Bytes => out.write_all(bytes)?,
            Shows::Escapes => out.write_all(&escape(bytes))?,
            Shows::Text(begun) => out.write_all(text(begun, bytes).as_bytes())?,
        }
        out.flush()
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

/// Returns the text that `begun` and `bytes` are; in place of what is none it has U+FFFD.
fn text(begun: &mut Vec<u8>, bytes: &[u8]) -> String {
    let mut all = mem::take(begun);
    all.extend_from_slice(bytes);
    let mut text = String::new();
    let mut chunks = all.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        let wrong = chunk.invalid();
        if chunks.peek().is_none() && str::from_utf8(wrong).is_err_and(|error| error.error_len().is_none()) {
            *begun = wrong.into();
        } else if !wrong.is_empty() {
            text.push('\u{fffd}');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_in_any_pieces() {
        let bytes = "é\u{1f40d}x".as_bytes();
        for cut in 0..=bytes.len() {
            let mut begun = Vec::new();
            let (one, two) = (text(&mut begun, &bytes[..cut]), text(&mut begun, &bytes[cut..]));
            assert_eq!(one + &two, "é\u{1f40d}x");
            assert!(begun.is_empty());
        }
        let mut begun = Vec::new();
        assert_eq!(text(&mut begun, b"\xffa\xc3("), "\u{fffd}a\u{fffd}(");
        assert_eq!(text(&mut begun, b"\xf0\x9f\x90"), "");
        assert_eq!(text(&mut begun, b"b"), "\u{fffd}b");
    }

    #[test]
    fn escapes_what_is_not_printable() {
        assert_eq!(escape(b"\r\n>>> \x1b[K\x08'\\\t"), b"\r\n>>> \x1b[K\x08'\\\t");
        assert_eq!(escape(b"\x00\x7f\xc3\xa9"), b"\\x00\\x7f\\xc3\\xa9");
    }
}

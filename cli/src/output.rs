//! Standard output, for what the board says.

use std::{
    io::{self, IsTerminal, Write},
    mem,
};

/// Writes bytes as they are, and to a console of Windows, to which the standard library writes nothing but text, the text that
/// they are.
#[derive(Debug)]
pub(crate) struct Output {
    /// Where it is text, the begin of a character whose end did not come yet.
    begun: Option<Vec<u8>>,
}

impl Output {
    pub(crate) fn new() -> Self {
        let is_text = cfg!(windows) && io::stdout().is_terminal();
        Self { begun: is_text.then(Vec::new) }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut out = io::stdout().lock();
        let Some(begun) = &mut self.begun else { return out.write(bytes) };
        out.write_all(text(begun, bytes).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
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
}

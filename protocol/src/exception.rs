use alloc::{borrow::ToOwned, string::String};
use core::fmt;

use crate::{acts_on_a_terminal, helper::DAMAGED};

/// What a script raised, parsed from the traceback that the board sent.
///
/// The text comes from the board: [`Display`](fmt::Display) shows it with what would act on a terminal escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exception {
    /// The type, such as `OSError`. Empty if the text is no traceback.
    pub kind: String,
    /// What follows the type; often empty.
    pub message: String,
    /// The file of the innermost frame; `<stdin>` for the script itself.
    pub file: Option<String>,
    /// The line of the innermost frame, from 1.
    pub line: Option<u32>,
    /// The number of an `OSError`: some print as `[Errno 2] ENOENT`, those without a name as `28`.
    pub errno: Option<u16>,
    /// The whole text; of more than 4 KiB the end.
    pub traceback: String,
}

impl Exception {
    /// Parses what a board wrote as its standard error.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let traceback = String::from_utf8_lossy(text).replace("\r\n", "\n");
        let traceback = traceback.trim_end().to_owned();
        let frame = traceback.lines().rev().find_map(frame);
        let (file, line) = frame.map_or((None, None), |(file, line)| (Some(file.to_owned()), line));
        let (kind, message) = last(&traceback);
        let errno = errno(kind, message);
        let (kind, message) = (kind.to_owned(), message.to_owned());
        Self { kind, message, file, line, errno, traceback }
    }

    /// Returns what stands for an interrupt that met no running script.
    pub(crate) fn interrupted() -> Self {
        Self::parse(b"KeyboardInterrupt: interrupted before the script ran, or after it")
    }

    /// Returns whether it is the `KeyboardInterrupt` that `^C` raises.
    #[must_use]
    pub fn is_interrupt(&self) -> bool {
        self.kind == "KeyboardInterrupt"
    }

    /// Returns whether a script of the engine's own arrived damaged, so that it did nothing.
    pub(crate) fn is_damage(&self) -> bool {
        // A path may go as bytes that are decoded.
        matches!(&*self.kind, "SyntaxError" | "IndentationError" | "UnicodeError") || self.message == DAMAGED
    }

    /// Returns whether the board lacks the helpers that this session defined, after a reset that it did not see.
    pub(crate) fn lacks_helper(&self) -> bool {
        // Builds with terse errors do not say of what.
        let terse =
            self.message.is_empty() || matches!(&*self.message, "name not defined" | "no such attribute");
        matches!(&*self.kind, "NameError" | "AttributeError") && (terse || self.message.contains("'_rp'"))
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self.traceback.lines().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            for character in line.chars() {
                if acts_on_a_terminal(character) {
                    write!(f, "{}", character.escape_default())?;
                } else {
                    write!(f, "{character}")?;
                }
            }
        }
        Ok(())
    }
}

/// Reads `  File "<stdin>", line 3, in f`.
fn frame(line: &str) -> Option<(&str, Option<u32>)> {
    let (file, rest) = line.trim_start().strip_prefix("File \"")?.split_once('"')?;
    let digits = rest.strip_prefix(", line ").unwrap_or_default();
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    Some((file, digits[..end].parse().ok()))
}

/// Splits the exception itself, `OSError: [Errno 2] ENOENT`, off the end; its message may have several lines.
fn last(traceback: &str) -> (&str, &str) {
    let mut starts = traceback.match_indices('\n').map(|(at, _)| at + 1).rev().chain([0]);
    let is_last = |at: &usize| is_kind(head(&traceback[*at..]));
    let Some(at) = starts.find(is_last) else { return ("", traceback) };
    let kind = head(&traceback[at..]);
    (kind, traceback[at + kind.len()..].trim_start_matches(':').trim())
}

/// Returns what stands before the first colon of the first line.
fn head(text: &str) -> &str {
    text.split([':', '\n']).next().unwrap_or_default()
}

fn is_kind(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && word.chars().all(|character| character.is_alphanumeric() || "_.".contains(character))
}

fn errno(kind: &str, message: &str) -> Option<u16> {
    if kind != "OSError" {
        return None;
    }
    let digits = message.strip_prefix("[Errno ").and_then(|rest| rest.split(']').next());
    digits.unwrap_or(message).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, Option<u32>, Option<u16>) {
        let exception = Exception::parse(text.as_bytes());
        (exception.kind, exception.message, exception.line, exception.errno)
    }

    #[test]
    fn tracebacks_as_boards_print_them() {
        let deep = "Traceback (most recent call last):\r\n  File \"<stdin>\", line 3, in <module>\r\n  \
                    File \"<stdin>\", line 2, in f\r\nOSError: [Errno 2] ENOENT\r\n";
        assert_eq!(parts(deep), ("OSError".into(), "[Errno 2] ENOENT".into(), Some(2), Some(2)));
        assert_eq!(parts("OSError: 28\n"), ("OSError".into(), "28".into(), None, Some(28)));
        assert_eq!(parts("KeyboardInterrupt: \r\n"), ("KeyboardInterrupt".into(), String::new(), None, None));
        let two =
            "Traceback (most recent call last):\n  File \"a.py\", line 9, in <module>\nMyError: one\n: two";
        assert_eq!(parts(two), ("MyError".into(), "one\n: two".into(), Some(9), None));
        assert_eq!(parts("<< garbage >>").1, "<< garbage >>");
    }

    #[test]
    fn what_a_board_says_is_escaped_when_shown() {
        let exception = Exception::parse(b"ValueError: \x1b[2Jgone\x07");
        assert_eq!(alloc::format!("{exception}"), "ValueError: \\u{1b}[2Jgone\\u{7}");
        let text = "KeyError: \u{7f}\u{9b}2J\u{61c}\u{200f}\u{202e}\u{2066}\r caf\u{e9}\u{1f40d}";
        let shown = alloc::format!("{}", Exception::parse(text.as_bytes()));
        let expected = r"KeyError: \u{7f}\u{9b}2J\u{61c}\u{200f}\u{202e}\u{2066}\r caf";
        assert_eq!(shown.strip_prefix(expected), Some("\u{e9}\u{1f40d}"));
    }
}

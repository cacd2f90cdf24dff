//! Bytes as Python literals: the dense form that raw paste carries unchanged.

use alloc::{string::String, vec::Vec};

/// Which values a literal writes as escapes.
///
/// Measured for all values and all pairs of them (MicroPython's `py/lexer.c` is 8-bit clean inside a bytes literal): by
/// raw paste only NUL, `^C`, `^D`, newline, carriage return, the quote and the backslash need one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quoting {
    /// Seven values are escaped: 1.024 bytes on the wire for each random byte. For raw paste.
    #[default]
    Dense,
    /// `^A` and `^B` too, which plain raw mode would obey. For plain raw mode.
    DensePlain,
    /// Only printable ASCII stands as it is. For a path that is not 8-bit clean.
    Ascii,
}

/// Appends `bytes` to `out` as a Python bytes literal, `b'...'`.
///
/// The literal holds no NUL, `^C`, `^D`, carriage return or newline, whatever the bytes are, and evaluates to
/// exactly these bytes.
pub fn quote(bytes: &[u8], quoting: Quoting, out: &mut Vec<u8>) {
    out.push(b'b');
    between_quotes(bytes, quoting, out);
}

fn between_quotes(bytes: &[u8], quoting: Quoting, out: &mut Vec<u8>) {
    out.push(b'\'');
    let mut rest = bytes;
    while !rest.is_empty() {
        let plain = rest.iter().position(|&byte| must_escape(byte, quoting)).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        if let Some((&byte, after)) = rest.split_first() {
            escape(byte, after.first().copied(), out);
            rest = after;
        }
    }
    out.push(b'\'');
}

/// Appends `text` to `out` as a Python str in ASCII. A path goes through here.
///
/// What is not ASCII goes as `str(b'..','utf-8')`: that is the same text on a board whose str is Unicode, and the same
/// bytes on one whose str is bytes (`MICROPY_PY_BUILTINS_STR_UNICODE` off), where `'\xe9'` would be another name.
pub fn quote_str(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        return between_quotes(text.as_bytes(), Quoting::Ascii, out);
    }
    out.extend_from_slice(b"str(");
    quote(text.as_bytes(), Quoting::Ascii, out);
    out.extend_from_slice(b",'utf-8')");
}

/// Writes bytes that came from a board so that they can stand in a message: printable ASCII as it is, the rest as
/// escapes.
#[must_use]
pub fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().map(char::from).collect()
}

/// Returns whether a character would act on a terminal instead of standing there: a control character, of ASCII or of the
/// second kind (U+0080 to U+009F), or one that changes the order in which others are shown.
#[must_use]
pub fn acts_on_a_terminal(character: char) -> bool {
    let orders = '\u{202a}'..='\u{202e}';
    let isolates = '\u{2066}'..='\u{2069}';
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || orders.contains(&character)
        || isolates.contains(&character)
}

const fn must_escape(byte: u8, quoting: Quoting) -> bool {
    match byte {
        0x00 | 0x03 | 0x04 | b'\n' | b'\r' | b'\'' | b'\\' => true,
        0x01 | 0x02 => !matches!(quoting, Quoting::Dense),
        0x20..0x7f => false,
        _ => matches!(quoting, Quoting::Ascii),
    }
}

fn escape(byte: u8, next: Option<u8>, out: &mut Vec<u8>) {
    match byte {
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\'' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        // An octal escape takes up to three digits, so one must not follow it.
        0..8 if !matches!(next, Some(b'0'..=b'7')) => out.extend_from_slice(&[b'\\', b'0' + byte]),
        _ => hex(byte, out),
    }
}

fn hex(byte: u8, out: &mut Vec<u8>) {
    let digit = |value: u8| b"0123456789abcdef"[usize::from(value)];
    out.extend_from_slice(&[b'\\', b'x', digit(byte >> 4), digit(byte & 0xf)]);
}

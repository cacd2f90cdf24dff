//! Reads Python literals: the answers that helpers print, and in the simulated board the arguments of calls.
//!
//! `str(b'..','utf-8')`, as [`quote_str`](crate::quote_str) writes what is not ASCII, counts as one too.

use alloc::{string::String, vec::Vec};
use core::fmt;

/// A Python literal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// A str.
    Str(String),
    /// A bytes object.
    Bytes(Vec<u8>),
    /// A tuple or a list.
    Sequence(Vec<Self>),
}

/// Why a text is not a literal that this reader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a Python literal")
    }
}

impl core::error::Error for Malformed {}

/// How deep sequences may nest: what a board prints must not overflow the stack.
const DEPTH: u32 = 8;

impl Value {
    /// Reads the literal that `text` starts with; returns it and what follows it.
    ///
    /// # Errors
    ///
    /// [`Malformed`] when `text` starts with something else, nests deeper than 8, or holds an integer beyond 64
    /// bits.
    pub fn read(text: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        read(text, DEPTH)
    }

    /// Reads a text that is one literal and nothing else but white space around it.
    ///
    /// # Errors
    ///
    /// [`Malformed`] as for [`read`](Self::read), and when anything follows.
    pub fn read_all(text: &[u8]) -> Result<Self, Malformed> {
        let (value, rest) = Self::read(text.trim_ascii())?;
        if rest.is_empty() { Ok(value) } else { Err(Malformed) }
    }

    /// Returns the values of a tuple or a list.
    #[must_use]
    pub fn into_sequence(self) -> Option<Vec<Self>> {
        if let Self::Sequence(values) = self { Some(values) } else { None }
    }

    /// Returns the text of a str.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// Returns an integer that is not negative.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        if let Self::Int(number) = self { u64::try_from(*number).ok() } else { None }
    }

    /// Returns an integer, of which a board may have made a negative one (a size that it does not know, -1; a time
    /// before its epoch): 0 then.
    pub(crate) fn as_count(&self) -> Option<u64> {
        if let Self::Int(number) = self { Some(u64::try_from(*number).unwrap_or(0)) } else { None }
    }

    /// Returns whether it is `True`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }
}

fn read(text: &[u8], depth: u32) -> Result<(Value, &[u8]), Malformed> {
    match text {
        [b'b', quote @ (b'\'' | b'"'), rest @ ..] => {
            let (bytes, rest) = string(rest, *quote, false)?;
            Ok((Value::Bytes(bytes), rest))
        }
        [quote @ (b'\'' | b'"'), rest @ ..] => {
            let (bytes, rest) = string(rest, *quote, true)?;
            Ok((Value::Str(utf8(bytes)?), rest))
        }
        [b's', b't', b'r', b'(', b'b', quote @ (b'\'' | b'"'), rest @ ..] => {
            let (bytes, rest) = string(rest, *quote, false)?;
            let rest = rest.strip_prefix(b",'utf-8'").unwrap_or(rest);
            Ok((Value::Str(utf8(bytes)?), rest.strip_prefix(b")").ok_or(Malformed)?))
        }
        [b'(', rest @ ..] => sequence(rest, b')', depth),
        [b'[', rest @ ..] => sequence(rest, b']', depth),
        [b'-' | b'0'..=b'9', ..] => integer(text),
        _ => word(text),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, Malformed> {
    String::from_utf8(bytes).map_err(|_| Malformed)
}

fn word(text: &[u8]) -> Result<(Value, &[u8]), Malformed> {
    let words = [("None", Value::None), ("True", Value::Bool(true)), ("False", Value::Bool(false))];
    let found =
        words.into_iter().find_map(|(word, value)| Some((value, text.strip_prefix(word.as_bytes())?)));
    found.ok_or(Malformed)
}

fn integer(text: &[u8]) -> Result<(Value, &[u8]), Malformed> {
    let sign = usize::from(text.first() == Some(&b'-'));
    let digits = text[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at(sign + digits);
    let number = core::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
    Ok((Value::Int(number.ok_or(Malformed)?), rest))
}

fn sequence(mut text: &[u8], close: u8, depth: u32) -> Result<(Value, &[u8]), Malformed> {
    let depth = depth.checked_sub(1).ok_or(Malformed)?;
    let mut values = Vec::new();
    loop {
        text = text.trim_ascii_start();
        if let Some((_, rest)) = text.split_first().filter(|(first, _)| **first == close) {
            return Ok((Value::Sequence(values), rest));
        }
        let (value, rest) = read(text, depth)?;
        values.push(value);
        text = rest.trim_ascii_start();
        match text.first() {
            Some(b',') => text = &text[1..],
            Some(byte) if *byte == close => {}
            _ => return Err(Malformed),
        }
    }
}

/// Reads up to the closing quote; in a str, `\u` and `\U` are characters and `\x80` is one too.
fn string(mut text: &[u8], quote: u8, unicode: bool) -> Result<(Vec<u8>, &[u8]), Malformed> {
    let mut out = Vec::new();
    loop {
        let plain = memchr::memchr2(quote, b'\\', text).ok_or(Malformed)?;
        out.extend_from_slice(&text[..plain]);
        let closed = text[plain] == quote;
        text = &text[plain + 1..];
        if closed {
            return Ok((out, text));
        }
        text = escape(text, unicode, &mut out)?;
    }
}

fn escape<'a>(text: &'a [u8], unicode: bool, out: &mut Vec<u8>) -> Result<&'a [u8], Malformed> {
    let (&kind, rest) = text.split_first().ok_or(Malformed)?;
    let (code, rest) = match kind {
        b'x' => number(rest, 2, 16)?,
        b'u' if unicode => number(rest, 4, 16)?,
        b'U' if unicode => number(rest, 8, 16)?,
        b'0'..=b'7' => {
            let digits = text.iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            number(text, digits, 8)?
        }
        b'n' => (0x0a, rest),
        b'r' => (0x0d, rest),
        b't' => (0x09, rest),
        b'\'' | b'"' | b'\\' => (u32::from(kind), rest),
        _ => return Err(Malformed),
    };
    if unicode {
        let character = char::from_u32(code).ok_or(Malformed)?;
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        out.push(u8::try_from(code).map_err(|_| Malformed)?);
    }
    Ok(rest)
}

fn number(text: &[u8], digits: usize, radix: u32) -> Result<(u32, &[u8]), Malformed> {
    let (number, rest) = text.split_at_checked(digits).ok_or(Malformed)?;
    if !number.iter().all(u8::is_ascii_hexdigit) {
        return Err(Malformed);
    }
    let number = core::str::from_utf8(number).map_err(|_| Malformed)?;
    Ok((u32::from_str_radix(number, radix).map_err(|_| Malformed)?, rest))
}

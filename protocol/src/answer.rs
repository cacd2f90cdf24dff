//! Collects what a helper prints, within a bound, and reads it.

use alloc::vec::Vec;
use core::fmt;

use crate::{Error, Fault, FaultKind, Refused, Value};

/// The output of one script, kept whole.
pub(crate) struct Answer {
    text: Vec<u8>,
    limit: usize,
    /// Whether dots are signs of life and no part of the answer.
    dots: bool,
}

impl Answer {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { text: Vec::new(), limit, dots: false }
    }

    /// Returns an answer of a helper that prints dots while it is at work for long, so that its silence never is.
    #[cfg(feature = "transfer")]
    pub(crate) const fn past_dots(limit: usize) -> Self {
        Self { text: Vec::new(), limit, dots: true }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.dots {
            return bytes.split(|byte| *byte == b'.').try_for_each(|piece| self.keep(piece));
        }
        self.keep(bytes)
    }

    /// Takes what there is of a line, off the front of `bytes`; whether that is its end. The newline is no part of it.
    pub(crate) fn take_line(&mut self, bytes: &mut &[u8]) -> Result<bool, Error> {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            self.add(core::mem::take(bytes))?;
            return Ok(false);
        };
        self.add(&bytes[..end])?;
        *bytes = &bytes[end + 1..];
        Ok(true)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.text.len() + bytes.len() > self.limit {
            return Err(Refused::TooMuch { what: "bytes of output", limit: self.limit }.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Takes the text away.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.text)
    }

    /// Reads the answer as one literal.
    pub(crate) fn value(&self) -> Result<Value, Error> {
        Value::read_all(&self.text).map_err(|_| self.senseless())
    }

    /// Reads the answer as a tuple of `N` values.
    pub(crate) fn values<const N: usize>(&self) -> Result<[Value; N], Error> {
        self.value()?
            .into_sequence()
            .and_then(|values| values.try_into().ok())
            .ok_or_else(|| self.senseless())
    }

    /// Returns the fault that says that this answer makes no sense.
    pub(crate) fn senseless(&self) -> Error {
        senseless(&self.text)
    }
}

impl fmt::Debug for Answer {
    /// Never shows the text: it may be what a program printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("length", &self.text.len()).finish_non_exhaustive()
    }
}

/// Returns the fault that says that this text of a helper makes no sense.
pub(crate) fn senseless(text: &[u8]) -> Error {
    let heard = text[text.len().saturating_sub(64)..].to_vec();
    Fault { kind: FaultKind::Answer, phase: "reading a helper's answer", heard }.into()
}

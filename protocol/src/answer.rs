//! Collects what a helper prints, within a bound, and reads it.

use alloc::vec::Vec;

use crate::{Error, Fault, FaultKind, Refused, Value};

/// The output of one script, kept whole.
#[derive(Debug)]
pub(crate) struct Answer {
    text: Vec<u8>,
    limit: usize,
}

impl Answer {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { text: Vec::new(), limit }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.text.len() + bytes.len() > self.limit {
            return Err(Refused::TooMuch { what: "bytes of output", limit: self.limit }.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
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

/// Returns the fault that says that this text of a helper makes no sense.
pub(crate) fn senseless(text: &[u8]) -> Error {
    let heard = text[text.len().saturating_sub(64)..].to_vec();
    Fault { kind: FaultKind::Answer, phase: "reading a helper's answer", heard }.into()
}

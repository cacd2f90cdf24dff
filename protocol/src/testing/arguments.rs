//! What helpers' twins read: the arguments of their call, and files.

use alloc::vec::Vec;

use crate::{
    Value,
    testing::{Machine, Raised},
};

fn wrong() -> Raised {
    Raised::new("TypeError", "wrong argument")
}

pub(crate) fn text(given: &[Value], at: usize) -> Result<&str, Raised> {
    given.get(at).and_then(Value::as_str).ok_or_else(wrong)
}

pub(crate) fn int(given: &[Value], at: usize) -> Result<i64, Raised> {
    if let Some(Value::Int(number)) = given.get(at) { Ok(*number) } else { Err(wrong()) }
}

pub(crate) fn bytes(given: &[Value], at: usize) -> Result<&[u8], Raised> {
    if let Some(Value::Bytes(bytes)) = given.get(at) { Ok(bytes) } else { Err(wrong()) }
}

/// Bytes and how long they are; of a str, in characters.
pub(crate) fn sized(given: &[Value], at: usize) -> Result<(i64, &[u8]), Raised> {
    match given.get(at) {
        Some(Value::Str(text)) => Ok((text.chars().count() as i64, text.as_bytes())),
        _ => bytes(given, at).map(|bytes| (bytes.len() as i64, bytes)),
    }
}

/// Reads a file whole.
pub(crate) fn file(machine: &mut Machine, path: &str) -> Result<Vec<u8>, Raised> {
    let file = machine.disk.open(path, "rb")?;
    let read = machine.disk.read(file, usize::MAX);
    machine.disk.close(file);
    read
}

/// Stands for the twin of a helper that only other helpers call.
pub(crate) fn not_called(_machine: &mut Machine, _given: &[Value]) -> Result<(), Raised> {
    Err(wrong())
}

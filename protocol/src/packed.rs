//! Scripts that travel deflated and are inflated and run on the board.
//!
//! Definitions are text: so they cost half of their bytes. It needs the board's `deflate` module, some memory, and a path
//! that carries all values.

use alloc::{format, vec::Vec};

use crate::{Board, Quoting, quote, transfer::deflate};

/// Shorter scripts gain nothing.
const SHORTEST: usize = 256;
/// How much of the board's memory must be free, in bytes: source, window and bytecode are there together.
const FREE: u64 = 48 * 1024;

/// What stands before the literal, and after it; nothing global stays.
pub(crate) const BEFORE: &str = "exec(__import__('deflate').DeflateIO(__import__('io').BytesIO(";
pub(crate) const AFTER: &str = "),1,12).read())\n";

/// Returns whether the board takes packed scripts.
pub(crate) fn takes(board: &Board) -> bool {
    let able = |about: &crate::About| about.deflate && about.free >= FREE;
    board.about().is_some_and(able) && !board.is_plain() && board.eight_bit() == Some(true)
}

/// Packs a script, if that makes it shorter.
pub(crate) fn pack(source: &[u8], quoting: Quoting) -> Option<Vec<u8>> {
    if source.len() < SHORTEST {
        return None;
    }
    let deflated = deflate::once(source);
    let mut packed = Vec::from(BEFORE);
    debug_assert!(AFTER.contains(&format!(",1,{}", deflate::WINDOW_BITS)));
    quote(&deflated, quoting, &mut packed);
    packed.extend_from_slice(AFTER.as_bytes());
    (!deflated.is_empty() && packed.len() < source.len()).then_some(packed)
}

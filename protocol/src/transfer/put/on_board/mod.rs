//! What a put runs on the board.
//!
//! Its calls carry no check over their arguments. Each data call says where in the file its bytes go and how many they
//! are; the digest that ends a file is over its path and its content, as the board holds them: a call that did not
//! arrive as it was sent places nothing.

mod delta;
mod file;
mod inflate;
mod look;
mod once;

pub(super) use delta::BLOCKS;
pub(in crate::transfer) use delta::PATCH;
pub(super) use file::{ABORT, END, OPEN, WHOLE, WRITE};
pub(super) use inflate::{APPEND, INFLATE, STREAM};
pub(super) use look::{FREE, LOOK};
pub(in crate::transfer) use once::ONCE;

/// All of them.
#[cfg(feature = "testing")]
pub(in crate::transfer) const HELPERS: &[&crate::Helper] =
    &[&OPEN, &WRITE, &END, &ABORT, &WHOLE, &STREAM, &APPEND, &INFLATE, &LOOK, &FREE, &BLOCKS];

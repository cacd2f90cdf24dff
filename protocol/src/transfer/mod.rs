//! Files there and back, whole.
//!
//! A put goes to a temporary name beside its target; the board's own digest of what it holds is compared, then it is
//! renamed over the target. A get is one script: its bytes as they are but for an escape, in blocks
//! with a check behind each, and a digest; one that was cut off goes on from the last block.
//!
//! Gets do not travel deflated. Few builds have a `DeflateIO` that compresses: the unix port's standard build has none, the
//! WebAssembly build for PyScript has one. There source text shrank to 0.37 of its size, in blocks of 4 KiB and with a window
//! of 1 KiB, for more than four times the processor's time of a plain get, so that on a fast link it would be slower.

mod digest;
#[cfg(feature = "std")]
mod file;
mod get;
mod hash;
mod put;
mod source;

pub use digest::Digest;
pub use get::Get;
pub use hash::Hash;
pub use put::Put;
pub use source::{Sink, Source};

#[cfg(feature = "testing")]
pub(crate) const HELPERS: &[&crate::Helper] = &[
    &hash::HASHER,
    &hash::FILE_HASH,
    &digest::DIGEST,
    &put::OPEN,
    &put::WRITE,
    &put::END,
    &put::ABORT,
    &get::READ,
    &get::PREFIX,
    &get::AGAIN,
    &get::BYTES,
    &get::BASE64,
    &get::HEX,
    &get::CRC,
    &get::SUM,
];

//! Files there and back, whole.
//!
//! A put goes to a temporary name beside its target; the board's own digest of what it holds is compared, then it is
//! renamed over the target. A get is one script: its bytes as they are but for an escape, in blocks
//! with a check behind each, and a digest; one that was cut off goes on from the last block.

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

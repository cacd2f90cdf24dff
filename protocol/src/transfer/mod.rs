//! Files there and back, whole.
//!
//! A put goes to a temporary name beside its target; the board's own digest of what it holds is compared, then it is
//! renamed over the target. A get is one script, its bytes as they are but for an escape, and a digest.

#[cfg(feature = "deflate")]
pub(crate) mod deflate;
mod digest;
#[cfg(feature = "std")]
mod file;
mod get;
mod hash;
mod plan;
mod put;
mod roll;
mod source;
mod sum;

pub use digest::Digest;
pub use get::Get;
pub use hash::Hash;
pub use plan::{Choices, Encoding, Plan, Scripts};
pub use put::{Files, Placed, Put, PutAll};
pub use source::{Sink, Source};

#[cfg(feature = "testing")]
pub(crate) fn helpers() -> alloc::vec::Vec<&'static crate::Helper> {
    let few: &[&'static crate::Helper] = &[&hash::HASHER, &hash::FILE_HASH, &digest::DIGEST, &get::READ];
    [few, sum::HELPERS, put::HELPERS].concat()
}

/// Its scripts that stand for themselves.
#[cfg(feature = "testing")]
pub(crate) const WHOLES: &[&crate::helper::Whole] = &[&put::ONCE, &put::PATCH];

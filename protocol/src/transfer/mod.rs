//! Files there and back, whole.
//!
//! A put goes to a temporary name beside its target; the board's own digest of what it holds is compared, then it is
//! renamed over the target. A get is one script, its bytes as they are but for an escape, and a digest.

mod digest;
#[cfg(feature = "std")]
mod file;
mod get;
mod hash;
mod put;
mod source;
mod tree;

pub use digest::Digest;
pub use get::Get;
pub use hash::Hash;
pub use put::Put;
pub use source::{Sink, Source};
pub use tree::{
    ChangeTree, Content, Copy, ListTree, TreeChange, TreeDigest, TreeEntry, TreePlan, Unfit, hash_tree,
    unfit_names,
};

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
    &tree::SHA256,
    &tree::CRC32,
    &tree::ADLER32,
    &tree::LIST_TREE,
    &tree::CHANGE_TREE,
];

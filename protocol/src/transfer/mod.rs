//! Files there and back, whole.
//!
//! A put goes to a temporary name beside its target; the board's own digest of what it holds is compared, then it is
//! renamed over the target. A get is one script: its bytes as they are but for an escape, in blocks
//! with a check behind each, and a digest; one that was cut off goes on from the last block.
//!
//! Gets do not travel deflated. Few builds have a `DeflateIO` that compresses: the unix port's standard build has none, the
//! WebAssembly build for PyScript has one. There source text shrank to 0.37 of its size, in blocks of 4 KiB and with a window
//! of 1 KiB, for more than four times the processor's time of a plain get, so that on a fast link it would be slower.

mod copy_file;
#[cfg(feature = "deflate")]
pub(crate) mod deflate;
mod digest;
#[cfg(feature = "std")]
mod file;
mod get;
mod hash;
mod memory;
mod plan;
mod put;
mod roll;
mod source;
mod sum;
mod temporary;
mod tree;

pub use copy_file::CopyFile;
pub use digest::Digest;
pub use get::Get;
pub use hash::Hash;
pub use plan::{Choices, Encoding, Plan, Scripts};
pub use put::{Files, Placed, Put, PutAll};
pub use source::{Sink, Source};
pub use tree::{
    ChangeTree, Content, Copy, ListTree, TreeChange, TreeDigest, TreeEntry, TreePlan, Unfit, hash_tree,
    unfit_names,
};

#[cfg(feature = "testing")]
pub(crate) fn helpers() -> alloc::vec::Vec<&'static crate::Helper> {
    let few: &[&'static crate::Helper] = &[
        &copy_file::COPY,
        &digest::DIGEST,
        &get::READ,
        &get::PREFIX,
        &get::AGAIN,
        &get::BYTES,
        &get::BASE64,
        &get::HEX,
        &get::CRC,
        &get::SUM,
    ];
    [few, sum::HELPERS, put::HELPERS, tree::HELPERS].concat()
}

/// Its scripts that stand for themselves.
#[cfg(feature = "testing")]
pub(crate) const WHOLES: &[&crate::helper::Whole] = &[&put::ONCE, &put::PATCH];

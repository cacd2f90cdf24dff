//! Trees: one digest of all of it, the listing in parts where that differs, and the plan of what is to be done.
//!
//! To make a tree on the board like one here: check its names ([`unfit_names`]), compare [`TreeDigest`] with
//! [`hash_tree`], and only if they differ list the board's ([`ListTree`]), make a [`TreePlan`], then run it: first
//! [`ChangeTree`], then a put for each file. Run again after a failure, the same steps go on from what was done.

mod change;
mod digest;
mod entry;
mod list;
mod names;
mod on_board;
mod path;
mod plan;

pub use change::{ChangeTree, TreeChange};
pub use digest::TreeDigest;
pub use entry::{Content, TreeEntry, hash_tree};
pub use list::ListTree;
pub use names::{Unfit, unfit_names};
#[cfg(feature = "testing")]
pub(super) use on_board::HELPERS;
pub use plan::{Copy, TreePlan};

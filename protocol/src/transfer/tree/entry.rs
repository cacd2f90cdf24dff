use alloc::{format, string::String};

use super::path::walk_order;
use crate::{DigestKind, Hash, transfer::hash::Hasher};

/// Something in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its path inside the tree, with `/` between the parts and none at either end.
    pub path: String,
    /// What it is.
    pub content: Content,
}

/// What stands at a path of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A folder.
    Folder,
    /// A file.
    File {
        /// Its size in bytes.
        size: u64,
        /// The digest of what it holds, where it is known.
        hash: Option<Hash>,
    },
    /// What is left alone: the temporary file of a put that was cut off (`.rp-XXXXXXXX`), or what the caller says so of.
    Kept {
        /// Its size in bytes; 0 for a folder.
        size: u64,
    },
}

/// Computes the digest that [`TreeDigest`](crate::TreeDigest) asks a board for, over a tree of this machine, and the
/// digest of each file in it.
///
/// `read` hands the content of a file to the function that it is given, in pieces of any size. Entries are put in the
/// order of the walk; what is [`Content::Kept`] does not count.
///
/// # Errors
///
/// The first error of `read`.
pub fn hash_tree<E>(
    kind: DigestKind,
    entries: &mut [TreeEntry],
    mut read: impl FnMut(&str, &mut dyn FnMut(&[u8])) -> Result<(), E>,
) -> Result<Hash, E> {
    entries.sort_by(|one, other| walk_order(&one.path, &other.path));
    let mut tree = Hasher::new(kind);
    for TreeEntry { path, content } in entries {
        match content {
            Content::Folder => tree.update(format!("{path}\0-1\0").as_bytes()),
            Content::Kept { .. } => {}
            Content::File { size, hash } => {
                tree.update(format!("{path}\0{size}\0").as_bytes());
                let mut file = Hasher::new(kind);
                read(path, &mut |bytes| {
                    tree.update(bytes);
                    file.update(bytes);
                })?;
                *hash = Some(file.finish());
            }
        }
    }
    Ok(tree.finish())
}

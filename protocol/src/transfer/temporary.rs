//! The names of temporary files, beside their targets.

use alloc::{format, string::String};

/// What they begin with.
pub(super) const PREFIX: &str = ".rp-";

/// Returns the temporary name of `target`: short, so that it fits where the name does, and the same for the same target.
pub(super) fn lasting(target: &str) -> String {
    let (folder, name) = target.split_at(folder(target));
    format!("{folder}{PREFIX}{:08x}", crc32fast::hash(name.as_bytes()))
}

/// Returns the temporary name of what takes one script, and is never gone on with.
pub(super) fn brief(target: &str) -> String {
    format!("{}{PREFIX}0", &target[..folder(target)])
}

/// Returns how long the folder's part of a path is, with its slash.
pub(super) fn folder(path: &str) -> usize {
    path.rfind('/').map_or(0, |slash| slash + 1)
}

//! Paths inside a tree: relative, with `/` between their parts.

use alloc::{format, string::String};
use core::cmp::Ordering;

use crate::transfer::temporary;

/// Compares paths as a tree is walked on the board: a folder before what is in it, otherwise by the bytes of names, the
/// greatest first.
pub(super) fn walk_order(one: &str, other: &str) -> Ordering {
    let (mut ones, mut others) = (one.split('/'), other.split('/'));
    loop {
        match (ones.next(), others.next()) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => return other.cmp(one),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (None, None) => return Ordering::Equal,
        }
    }
}

/// Returns what is wrong with a path that a board says: it must lead to a place inside the tree.
pub(super) fn wrong(path: &str) -> Option<&'static str> {
    if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Some("comes from the board, and leads out of the folder");
    }
    path.contains('\0').then_some("comes from the board, and holds a NUL")
}

/// Returns whether it is a put's temporary file, or in a folder with such a name.
pub(super) fn is_temporary(path: &str) -> bool {
    path.split('/').any(|name| name.starts_with(temporary::PREFIX))
}

/// Returns every folder above a path, the topmost first.
pub(super) fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(slash, _)| &path[..slash])
}

/// Returns a folder's path with what stands between it and a name in it.
pub(super) fn prefix(folder: &str) -> String {
    let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
    format!("{folder}{slash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_before_what_is_in_it_and_names_are_compared_part_by_part() {
        let walked = ["a!b", "a", "a/z", "a/z/1", "a/c", "Z"];
        for (at, path) in walked.iter().enumerate() {
            for (other, with) in walked.iter().enumerate() {
                assert_eq!(walk_order(path, with), at.cmp(&other), "{path} {with}");
            }
        }
    }

    #[test]
    fn nothing_leads_out() {
        for path in ["", "/", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/.", "a\0b"] {
            assert!(wrong(path).is_some(), "{path}");
        }
        for path in ["a", "a/b", "...", ".a", "a..b/c"] {
            assert!(wrong(path).is_none(), "{path}");
        }
    }
}

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::fmt;

use crate::transfer::temporary;

/// A path that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The path, inside its tree.
    pub path: String,
    /// What is wrong with it; stands behind the path.
    pub wrong: String,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.path, self.wrong)
    }
}

/// Returns those of the paths of a tree that a board may not be able to hold, all of them, before anything is sent.
///
/// Whose rules a board's file system follows is not known, so the rules are those that FAT and littlefs have in common: no
/// characters but those that both take, no dot or space at the end, 255 bytes, and no two names that differ only in case.
#[must_use]
pub fn unfit_names<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<Unfit> {
    let mut unfit = Vec::new();
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    for path in paths {
        if let Some(wrong) = path.split('/').find_map(wrong) {
            unfit.push(Unfit { path: path.into(), wrong: wrong.into() });
        }
        match folded.insert(fold(path), path) {
            Some(other) if other != path => unfit.push(differs_in_case(path, other)),
            _ => {}
        }
    }
    unfit
}

pub(super) fn differs_in_case(path: &str, other: &str) -> Unfit {
    Unfit { path: path.into(), wrong: format!("differs only in case from {other:?}: to FAT they are one") }
}

/// Returns what is the same for names that FAT takes for one, and perhaps for a few more.
pub(super) fn fold(path: &str) -> String {
    // FAT folds a character into one, so that no name changes its length.
    let fold = |character: char| {
        let mut upper = character.to_uppercase();
        if upper.len() == 1 { upper.next().unwrap_or(character) } else { character }
    };
    path.chars().map(fold).collect()
}

fn wrong(name: &str) -> Option<&'static str> {
    if matches!(name, "" | "." | "..") {
        return Some("does not name a file or a folder");
    }
    if name.contains(|character: char| character.is_ascii_control() || "\"*:<>?\\|".contains(character)) {
        return Some("has a character that FAT cannot hold (\" * : < > ? \\ | or a control character)");
    }
    if name.ends_with(['.', ' ']) {
        return Some("ends with a dot or a space, which FAT drops");
    }
    if name.starts_with(temporary::PREFIX) {
        return Some("begins with .rp-, as the temporary files of puts do");
    }
    // FAT's bound, of 255 units of UTF-16, is never the closer one.
    (name.len() > 255).then_some("has a part of more than 255 bytes")
}

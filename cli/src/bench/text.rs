//! Source text, the same for all in one run.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What travels where no peer's sources are at hand.
const OWN: [&str; 14] = [
    include_str!("../args.rs"),
    include_str!("../device.rs"),
    include_str!("../files.rs"),
    include_str!("../interrupt.rs"),
    include_str!("../link.rs"),
    include_str!("../path.rs"),
    include_str!("../port/mod.rs"),
    include_str!("../progress.rs"),
    include_str!("../report.rs"),
    include_str!("../typing.rs"),
    include_str!("../verbs/board.rs"),
    include_str!("../verbs/exec.rs"),
    include_str!("../verbs/get.rs"),
    include_str!("../verbs/put.rs"),
];

/// The command's own sources.
pub(super) fn own() -> Vec<u8> {
    OWN.concat().into_bytes()
}

/// The Python files of packages, one after the other in the order of their names.
pub(super) fn of_packages(packages: &[PathBuf]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for package in packages {
        let mut files = Vec::new();
        for entry in fs::read_dir(package)? {
            files.push(entry?.path());
        }
        files.retain(|file| is_python(file));
        files.sort();
        for file in files {
            text.extend(fs::read(file)?);
        }
    }
    Ok(text)
}

fn is_python(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "py")
}

/// Returns `size` bytes from `start` on, from the beginning again after the end: the period is longer than any window
/// of deflate.
pub(super) fn take(text: &[u8], start: usize, size: usize) -> Vec<u8> {
    text.iter().copied().cycle().skip(start % text.len().max(1)).take(size).collect()
}

/// Returns `size` bytes in `count` files of different sizes.
pub(super) fn parts(text: &[u8], count: usize, size: usize) -> Vec<Vec<u8>> {
    let weight = |number: usize| 2 + number * 7 % 11;
    let all: usize = (0..count).map(weight).sum();
    let mut before = 0;
    let ends = (0..count).map(|number| {
        before += weight(number);
        size * before / all
    });
    let mut start = 0;
    ends.map(|end| {
        let part = take(text, start, end - start);
        start = end;
        part
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{own, parts, take};

    #[test]
    fn parts_follow_one_another() {
        let text = own();
        let parts = parts(&text, 18, 139 * 1024);
        assert_eq!(parts.len(), 18);
        assert!(parts.iter().all(|part| part.len() > 1024), "{:?}", parts.iter().map(Vec::len));
        assert!(parts.concat() == take(&text, 0, 139 * 1024));
    }

    /// Else deflate would find in the window what a real file does not repeat.
    #[test]
    fn the_period_is_longer_than_a_window() {
        let text = own();
        assert!(text.len() > 32 * 1024 && take(&text, text.len() - 1, 2) == [text[text.len() - 1], text[0]]);
    }
}

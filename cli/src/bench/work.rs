//! What is measured.

use std::{fmt, fs, io, path::Path};

use clap::ValueEnum;

use super::{Stage, text};
use crate::report::{Failure, Result};

/// One kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    /// One file of random bytes to the board
    RandomUp,
    /// One file of random bytes from the board
    RandomDown,
    /// One file of source text to the board
    TextUp,
    /// One file of source text from the board
    TextDown,
    /// 50 new files of 1 KiB of random bytes, then the same again, unchanged
    Tree,
    /// 18 source files, 139 KiB in all
    Sources,
    /// 100 KiB of source text, then the same with one line changed in the middle
    Edit,
    /// One new file of 1 KiB of random bytes
    Small,
}

/// Which way files go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

impl Work {
    pub(crate) const ALL: [Self; 8] = [
        Self::RandomUp,
        Self::RandomDown,
        Self::TextUp,
        Self::TextDown,
        Self::Tree,
        Self::Sources,
        Self::Edit,
        Self::Small,
    ];

    pub(super) const fn way(self) -> Way {
        match self {
            Self::RandomDown | Self::TextDown => Way::Down,
            Self::RandomUp | Self::TextUp | Self::Tree | Self::Sources | Self::Edit | Self::Small => Way::Up,
        }
    }

    /// What is timed.
    pub(super) const fn stages(self) -> &'static [Stage] {
        match self {
            Self::Tree => &[Stage::New, Stage::Again, Stage::Unknown],
            Self::Edit => &[Stage::New, Stage::Edited, Stage::Known],
            Self::RandomUp | Self::RandomDown | Self::TextUp | Self::TextDown => &[Stage::New],
            Self::Sources | Self::Small => &[Stage::New],
        }
    }

    /// The files of the small run, if there is to be one, and of the large one.
    pub(super) fn loads(self, size: usize, text: &[u8]) -> (Option<Load>, Load) {
        match self {
            Self::RandomUp | Self::RandomDown => (Some(Load::random(size / 5)), Load::random(size)),
            Self::TextUp | Self::TextDown => {
                (Some(Load::text(text, size * 3 / 5)), Load::text(text, size * 3))
            }
            Self::Tree => (Some(Load::seed()), Load::tree()),
            Self::Sources => (Some(Load::seed()), Load::sources(text)),
            Self::Edit => (Some(Load::text(text, 20 * 1024)), Load::text(text, 100 * 1024)),
            Self::Small => (None, Load::random(1024)),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RandomUp => "random bytes up",
            Self::RandomDown => "random bytes down",
            Self::TextUp => "source text up",
            Self::TextDown => "source text down",
            Self::Tree => "50 new files of 1 KiB",
            Self::Sources => "18 source files",
            Self::Edit => "100 KiB of source text",
            Self::Small => "one new file of 1 KiB",
        })
    }
}

/// Files that travel together: one at the top, or those of the folder [`Load::TREE`].
#[derive(Clone, Debug)]
pub(super) struct Load {
    pub(super) files: Vec<File>,
}

#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

impl Load {
    pub(super) const TREE: &str = "tree";
    pub(super) const FILE: &str = "file";

    fn one(bytes: Vec<u8>) -> Self {
        Self { files: vec![File { path: Self::FILE.into(), bytes }] }
    }

    fn folder(contents: impl Iterator<Item = Vec<u8>>, extension: &str) -> Self {
        let named = contents.enumerate().map(|(number, bytes)| File {
            path: format!("{}/part{number:02}.{extension}", Self::TREE),
            bytes,
        });
        Self { files: named.collect() }
    }

    /// The same bytes each time.
    pub(super) fn random(size: usize) -> Self {
        Self::one(noise(size, 0))
    }

    fn text(text: &[u8], size: usize) -> Self {
        Self::one(text::take(text, 0, size))
    }

    fn tree() -> Self {
        Self::folder((1..=50).map(|seed| noise(1024, seed)), "bin")
    }

    fn sources(text: &[u8]) -> Self {
        Self::folder(text::parts(text, 18, 139 * 1024).into_iter(), "py")
    }

    /// Next to nothing, so that what is left of a run is its start.
    fn seed() -> Self {
        Self::folder(std::iter::once(vec![b'#']), "txt")
    }

    /// The same with another line in the middle of each file.
    pub(super) fn edited(&self) -> Self {
        let edited = |File { path, bytes }: &File| {
            let (before, after) = bytes.split_at(bytes.len() / 2);
            let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
            let end = after.iter().position(|&byte| byte == b'\n').unwrap_or(after.len());
            let bytes = [&before[..start], b"edited = 'another line than before'", &after[end..]].concat();
            File { path: path.clone(), bytes }
        };
        Self { files: self.files.iter().map(edited).collect() }
    }

    /// Whether the files are in the folder.
    pub(super) fn in_folder(&self) -> bool {
        self.files.iter().any(|file| file.path.contains('/'))
    }

    pub(super) fn size(&self) -> usize {
        self.files.iter().map(|file| file.bytes.len()).sum()
    }

    /// Writes the files into a folder of this machine.
    pub(super) fn lay(&self, dir: &Path) -> Result<()> {
        let lay = || -> io::Result<()> {
            if self.in_folder() {
                fs::create_dir_all(dir.join(Self::TREE))?;
            }
            self.files.iter().try_for_each(|file| fs::write(dir.join(&file.path), &file.bytes))
        };
        lay().map_err(|error| Failure::file("write into", &dir.to_string_lossy(), &error))
    }

    /// Compares the files with those in a folder of this machine.
    pub(super) fn compare(&self, dir: &Path) -> std::result::Result<(), String> {
        self.files.iter().try_for_each(|File { path, bytes }| match fs::read(dir.join(path)) {
            Ok(found) if found == *bytes => Ok(()),
            Ok(found) => Err(format!("{path} arrived as another ({} bytes)", found.len())),
            Err(error) => Err(format!("{path} did not arrive ({error})")),
        })
    }
}

/// Random bytes, the same for the same seed.
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; size];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}

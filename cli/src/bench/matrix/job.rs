//! What is measured: one file, one way.

use std::fmt;

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Upload,
    Download,
}

impl Way {
    pub(super) const BOTH: [Self; 2] = [Self::Upload, Self::Download];
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Upload => "upload",
            Self::Download => "download",
        })
    }
}

/// One file, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) way: Way,
    pub(super) kib: u32,
}

impl Job {
    /// Each size both ways.
    pub(super) fn all(sizes: &[u32]) -> Vec<Self> {
        sizes.iter().flat_map(|&kib| Way::BOTH.map(|way| Self { way, kib })).collect()
    }

    /// What the file is called on the board; a name in Python too.
    pub(super) fn name(self) -> String {
        let way = if self.way == Way::Upload { "up" } else { "down" };
        format!("{way}{}", self.kib)
    }

    /// The same bytes each time.
    pub(super) fn content(self) -> Vec<u8> {
        let mut bytes = vec![0; self.kib as usize * 1024];
        fastrand::Rng::with_seed(self.kib.into()).fill(&mut bytes);
        bytes
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KiB {}", self.kib, self.way)
    }
}

//! What was last put where, so that the next put of it sends only what differs.
//!
//! It may be wrong at any time: the board's digest has the last word. A file here has the name of a digest of the port and
//! the path, and holds what was put; the oldest go when there is too much.

use std::{fs, io::Write, path::PathBuf, time::SystemTime};

use etcetera::BaseStrategy;
use rawpaste::{DigestKind, Hash, Source};
use tempfile::NamedTempFile;

/// Which files are kept, in bytes: below, the whole travels in no time.
const SIZES: std::ops::RangeInclusive<u64> = 16 * 1024..=1024 * 1024;
/// How much is kept in all, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;

/// The place of one file.
pub(super) struct Cache {
    folder: PathBuf,
    name: String,
}

impl Cache {
    /// The place for what is at this path of the board at this port.
    pub(super) fn of(port: &str, path: &str) -> Option<Self> {
        let folder = etcetera::choose_base_strategy().ok()?.cache_dir().join("rawpaste").join("put");
        let hash = Hash::of(DigestKind::Sha256, format!("{port}\0{path}").as_bytes()).to_string();
        Some(Self { folder, name: hash })
    }

    /// What was put there last.
    pub(super) fn load(&self) -> Option<Vec<u8>> {
        let path = self.folder.join(&self.name);
        let size = fs::metadata(&path).ok()?.len();
        if Self::keeps(size) { fs::read(path).ok() } else { None }
    }

    /// Whether a file of this size is worth keeping.
    pub(super) const fn keeps(size: u64) -> bool {
        size >= *SIZES.start() && size <= *SIZES.end()
    }

    /// Keeps what was put. That it cannot be kept is no harm.
    pub(super) fn store(&self, source: &mut impl Source, size: u64) {
        match whole(source, size) {
            Some(bytes) => drop(self.write(&bytes)),
            None => self.forget(),
        }
    }

    /// Forgets what was put there before.
    pub(super) fn forget(&self) {
        // It need not be there.
        let _ = fs::remove_file(self.folder.join(&self.name));
    }

    fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.persist(self.folder.join(&self.name))?;
        self.bound()
    }

    /// The oldest go.
    fn bound(&self) -> std::io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            files.push((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len(), entry.path()));
        }
        files.sort_unstable();
        let mut all: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in files {
            if all <= LIMIT {
                break;
            }
            fs::remove_file(path)?;
            all -= size;
        }
        Ok(())
    }
}

/// All of it, if it can be read.
fn whole(source: &mut impl Source, size: u64) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size).ok()?];
    let mut filled = 0;
    while filled < bytes.len() {
        match source.read_at(filled as u64, &mut bytes[filled..]) {
            Ok(0) | Err(_) => return None,
            Ok(n) => filled += n,
        }
    }
    Some(bytes)
}

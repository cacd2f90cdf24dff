use std::{
    fs::{self, DirEntry, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use rawpaste::{Content, DigestKind, Hash, TreeEntry, Unfit, hash_tree};

use super::{ignored::Ignored, refuse};
use crate::report::{Failure, Result, Visible};

/// A folder of this machine.
#[derive(Debug)]
pub(super) struct Here {
    /// Where it is, in full.
    pub(super) root: PathBuf,
    /// What is in it, but for what does not go along.
    pub(super) entries: Vec<TreeEntry>,
    /// What is left out, and why: links are not followed and special files not read.
    pub(super) left_out: Vec<String>,
}

impl Here {
    /// Looks through `root`.
    pub(super) fn read(root: PathBuf, ignored: &mut Ignored) -> Result<Self> {
        let (mut entries, mut unfit, mut folders) = (Vec::new(), Vec::new(), vec![String::new()]);
        let mut left_out = Vec::new();
        while let Some(folder) = folders.pop() {
            ignored.enter(&folder)?;
            let slash = if folder.is_empty() { "" } else { "/" };
            for entry in sorted(&root.join(&folder))? {
                let name = entry.file_name();
                let path = format!("{folder}{slash}{}", name.to_string_lossy());
                let kind = entry.file_type().map_err(|error| Failure::file("read", &path, &error))?;
                if ignored.covers(&path, kind.is_dir()) {
                    continue;
                }
                if name.to_str().is_none() {
                    unfit.push(Unfit { path, wrong: "is no UTF-8".into() });
                    continue;
                }
                let content = if kind.is_dir() {
                    folders.push(path.clone());
                    Content::Folder
                } else if kind.is_file() {
                    let size = entry.metadata().map_err(|error| Failure::file("read", &path, &error))?.len();
                    Content::File { size, hash: None }
                } else {
                    let what =
                        if kind.is_symlink() { "a symbolic link" } else { "neither a file nor a folder" };
                    left_out.push(format!("left out: {} is {what}", Visible(&path)));
                    continue;
                };
                entries.push(TreeEntry { path, content });
            }
        }
        match unfit.is_empty() {
            true => Ok(Self { root, entries, left_out }),
            false => Err(refuse("there are bad names", &unfit)),
        }
    }

    /// Computes the digest of all of it, and of each file.
    pub(super) fn hash(&mut self, kind: DigestKind) -> Result<Hash> {
        hash_files(&self.root, kind, &mut self.entries)
    }
}

/// Computes the digests of files in `root`.
pub(super) fn hash_files(root: &Path, kind: DigestKind, entries: &mut [TreeEntry]) -> Result<Hash> {
    let mut buffer = vec![0; 64 * 1024];
    hash_tree(kind, entries, |path, take| {
        let mut read = || -> io::Result<()> {
            let mut file = File::open(root.join(path))?;
            loop {
                match file.read(&mut buffer)? {
                    0 => return Ok(()),
                    n => take(&buffer[..n]),
                }
            }
        };
        read().map_err(|error| Failure::file("read", &root.join(path).to_string_lossy(), &error))
    })
}

fn sorted(folder: &Path) -> Result<Vec<DirEntry>> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries =
        entries.map_err(|error| Failure::file("read the folder", &folder.to_string_lossy(), &error))?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

mod change;
mod open;
mod path;

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use crate::testing::Raised;
pub use open::Handle;
use open::Open;

/// Whose rules a disk follows. They differ in what a rename may replace, in case, and in what a full disk leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// littlefs 2.
    Littlefs,
    /// FAT: names differ in more than case, a folder may replace a file, a full disk keeps what fitted.
    Fat,
    /// The micro:bit's: no folders, no rename.
    Flat,
    /// None is mounted: `OSError` 19 for everything but the root.
    Missing,
}

/// The size of the blocks that a disk counts in.
const BLOCK: usize = 512;

pub(crate) const ENOENT: i32 = 2;
pub(crate) const EACCES: i32 = 13;
pub(crate) const EEXIST: i32 = 17;
pub(crate) const ENODEV: i32 = 19;
pub(crate) const ENOTDIR: i32 = 20;
pub(crate) const EISDIR: i32 = 21;
pub(crate) const EINVAL: i32 = 22;
pub(crate) const ENOSPC: i32 = 28;
pub(crate) const EROFS: i32 = 30;
pub(crate) const ENAMETOOLONG: i32 = 36;
pub(crate) const ENOTEMPTY: i32 = 39;

/// The board's files. Errors are those that a board raises.
///
/// What a handle wrote is on the disk once it is flushed or closed. A folder takes one block of 512 bytes, a file as
/// many as its bytes need.
#[derive(Debug)]
pub struct Disk {
    kind: FileSystem,
    blocks: usize,
    read_only: bool,
    /// Keyed by the path without a slash in front; the root is not in it.
    nodes: BTreeMap<String, Node>,
    open: BTreeMap<u32, Open>,
    next: u32,
    /// Blocks written since the last question.
    written: usize,
}

#[derive(Debug)]
enum Node {
    Folder,
    File(Vec<u8>),
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The last part of the path; empty for the root.
    pub name: String,
    /// It is a folder.
    pub folder: bool,
    /// The bytes of a file; 0 for a folder.
    pub size: u64,
}

/// How much a disk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes of a block.
    pub block: usize,
    /// Blocks in all.
    pub blocks: usize,
    /// Blocks that are free.
    pub free: usize,
}

impl Disk {
    /// Returns an empty disk of `capacity` bytes.
    #[must_use]
    pub const fn new(kind: FileSystem, capacity: usize) -> Self {
        Self {
            kind,
            blocks: capacity / BLOCK,
            read_only: false,
            nodes: BTreeMap::new(),
            open: BTreeMap::new(),
            next: 0,
            written: 0,
        }
    }

    /// Returns whose rules it follows.
    #[must_use]
    pub const fn kind(&self) -> FileSystem {
        self.kind
    }

    /// Makes every change an `OSError` 30, or allows them again. [`insert`](Self::insert) works all the same.
    pub const fn set_read_only(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    /// Returns the content of a file, as far as it was flushed.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        match self.nodes.get(&self.resolve(path).ok()?)? {
            Node::File(bytes) => Some(bytes),
            Node::Folder => None,
        }
    }

    /// Puts a file there, and the folders above it, whatever the disk's size.
    pub fn insert(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        let parts = path.split('/').filter(|part| !part.is_empty());
        let key = parts.collect::<Vec<_>>().join("/");
        for (slash, _) in key.match_indices('/') {
            self.nodes.entry(key[..slash].into()).or_insert(Node::Folder);
        }
        self.nodes.insert(key, Node::File(bytes.into()));
    }

    /// Returns every file with its path, without a slash in front, in order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.nodes.iter().filter_map(|(path, node)| match node {
            Node::File(bytes) => Some((path.as_str(), bytes.as_slice())),
            Node::Folder => None,
        })
    }

    /// Returns every folder's path, without a slash in front, parents before children.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter(|(_, node)| matches!(node, Node::Folder)).map(|(path, _)| path.as_str())
    }

    /// `os.stat`.
    ///
    /// # Errors
    ///
    /// `OSError` 2 when nothing is there.
    pub fn stat(&self, path: &str) -> Result<Entry, Raised> {
        let key = self.resolve(path)?;
        if key.is_empty() {
            return Ok(Entry { name: String::new(), folder: true, size: 0 });
        }
        self.mounted()?;
        self.parent(&key)?;
        let node = self.nodes.get(&key).ok_or_else(|| Raised::os_error(ENOENT))?;
        Ok(entry(&key, node))
    }

    /// `os.ilistdir`, in the order of names.
    ///
    /// # Errors
    ///
    /// `OSError` when there is no such folder.
    pub fn list(&self, path: &str) -> Result<Vec<Entry>, Raised> {
        let key = self.resolve(path)?;
        if !self.stat(path)?.folder {
            return Err(self.not_a_folder());
        }
        let inside = |path: &&String| path::parent(path) == key;
        Ok(self.nodes.iter().filter(|(path, _)| inside(path)).map(|(path, node)| entry(path, node)).collect())
    }

    /// `os.statvfs`.
    ///
    /// # Errors
    ///
    /// `OSError` 19 when nothing is mounted.
    pub fn space(&self) -> Result<Space, Raised> {
        self.mounted()?;
        Ok(Space { block: BLOCK, blocks: self.blocks, free: self.blocks.saturating_sub(self.used()) })
    }

    pub(crate) const fn take_written(&mut self) -> usize {
        core::mem::replace(&mut self.written, 0)
    }

    fn used(&self) -> usize {
        let stored = self.nodes.values().map(|node| match node {
            Node::Folder => 1,
            Node::File(bytes) => blocks(bytes.len()),
        });
        stored.sum::<usize>() + self.open.values().map(Open::extra_blocks).sum::<usize>()
    }

    fn not_a_folder(&self) -> Raised {
        Raised::os_error(match self.kind {
            FileSystem::Littlefs => ENOTDIR,
            FileSystem::Fat | FileSystem::Flat => ENOENT,
            FileSystem::Missing => ENODEV,
        })
    }

    fn mounted(&self) -> Result<(), Raised> {
        match self.kind {
            FileSystem::Missing => Err(Raised::os_error(ENODEV)),
            FileSystem::Littlefs | FileSystem::Fat | FileSystem::Flat => Ok(()),
        }
    }

    fn writable(&self) -> Result<(), Raised> {
        self.mounted()?;
        if self.read_only { Err(Raised::os_error(EROFS)) } else { Ok(()) }
    }
}

const fn blocks(bytes: usize) -> usize {
    bytes.div_ceil(BLOCK)
}

fn entry(key: &str, node: &Node) -> Entry {
    let (folder, size) = match node {
        Node::Folder => (true, 0),
        Node::File(bytes) => (false, bytes.len() as u64),
    };
    Entry { name: path::name(key).into(), folder, size }
}

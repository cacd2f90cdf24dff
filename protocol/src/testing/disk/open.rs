use alloc::{string::String, vec::Vec};

use super::{Disk, EACCES, EEXIST, EISDIR, ENOENT, ENOSPC, FileSystem, Node, blocks};
use crate::testing::Raised;

/// An open file. It stays good for the board's own errors after `close` or a reset: `ValueError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(u32);

#[derive(Debug)]
pub(super) struct Open {
    /// Where a flush stores it; nowhere once the path was renamed, replaced or removed.
    path: Option<String>,
    bytes: Vec<u8>,
    position: usize,
    access: Access,
    /// The blocks that the file on the disk already gives.
    base: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write(Written),
    Append(Written),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Flushed,
    Dirty,
    /// The disk was full. littlefs never stores such a file again, and says nothing.
    Failed,
}

impl Open {
    pub(super) fn extra_blocks(&self) -> usize {
        if self.path.is_some() && self.access.is_dirty() {
            blocks(self.bytes.len()).saturating_sub(self.base)
        } else {
            0
        }
    }
}

impl Access {
    const fn is_dirty(self) -> bool {
        matches!(self, Self::Write(Written::Dirty) | Self::Append(Written::Dirty))
    }

    const fn with(self, written: Written) -> Self {
        match self {
            Self::Read => Self::Read,
            Self::Write(_) => Self::Write(written),
            Self::Append(_) => Self::Append(written),
        }
    }
}

impl Disk {
    /// `open`. `mode` is `r`, `r+`, `w`, `w+`, `a`, `a+` or `x`, with or without `b`.
    ///
    /// # Errors
    ///
    /// `OSError` when the file or its folder is missing, is a folder, or the disk may not be written.
    pub fn open(&mut self, path: &str, mode: &str) -> Result<Handle, Raised> {
        self.mounted()?;
        let writes = mode.contains(['w', 'a', 'x', '+']);
        if writes {
            self.writable()?;
        }
        let key = self.resolve(path)?;
        self.parent(&key)?;
        let fat = self.kind == FileSystem::Fat;
        let stored = match self.nodes.get(&key) {
            Some(Node::File(_)) if mode.contains('x') => return Err(Raised::os_error(EEXIST)),
            Some(Node::File(bytes)) => Some(bytes.clone()),
            Some(Node::Folder) => return Err(Raised::os_error(folder_errno(fat, writes))),
            None if key.is_empty() => return Err(Raised::os_error(folder_errno(fat, writes))),
            None if mode.contains(['w', 'a', 'x']) => None,
            None => return Err(Raised::os_error(ENOENT)),
        };
        Ok(self.open_node(key, stored, mode, writes))
    }

    fn open_node(&mut self, key: String, stored: Option<Vec<u8>>, mode: &str, writes: bool) -> Handle {
        let truncates = mode.contains('w');
        // littlefs forgets the old content at the first flush only.
        let empties = truncates && self.kind != FileSystem::Littlefs;
        let new = stored.is_none();
        let mut bytes = stored.unwrap_or_default();
        if new || empties {
            self.nodes.insert(key.clone(), Node::File(Vec::new()));
            self.written += 1;
        }
        if truncates {
            bytes.clear();
        }
        let written = if truncates && !new { Written::Dirty } else { Written::Flushed };
        let access = match writes {
            false => Access::Read,
            true if mode.contains('a') => Access::Append(written),
            true => Access::Write(written),
        };
        let open = Open { path: Some(key), base: blocks(bytes.len()), position: 0, bytes, access };
        self.next += 1;
        self.open.insert(self.next, open);
        Handle(self.next)
    }

    /// `f.read(n)`.
    ///
    /// # Errors
    ///
    /// `ValueError` when the file is closed.
    pub fn read(&mut self, file: Handle, n: usize) -> Result<Vec<u8>, Raised> {
        let open = self.file(file)?;
        let rest = open.bytes.get(open.position..).unwrap_or_default();
        let read = rest[..n.min(rest.len())].to_vec();
        open.position += read.len();
        Ok(read)
    }

    /// `f.write(bytes)`.
    ///
    /// # Errors
    ///
    /// `OSError` 28 when the disk is full. On littlefs the file is never stored again after that, and `close` does not
    /// say so; elsewhere it keeps what fitted.
    pub fn write(&mut self, file: Handle, bytes: &[u8]) -> Result<usize, Raised> {
        let free = self.blocks.saturating_sub(self.used());
        let littlefs = self.kind == FileSystem::Littlefs;
        let open = self.file(file)?;
        let position = match open.access {
            Access::Read => return Err(Raised::os_error(9)),
            Access::Write(_) => open.position,
            Access::Append(_) => open.bytes.len(),
        };
        let has = blocks(open.bytes.len()).max(open.base);
        let limit = if open.path.is_some() { (has + free) * super::BLOCK } else { usize::MAX };
        let fits = limit.saturating_sub(position).min(bytes.len());
        let full = fits < bytes.len();
        if full && littlefs {
            open.access = open.access.with(Written::Failed);
            return Err(Raised::os_error(ENOSPC));
        }
        if open.bytes.len() < position + fits {
            open.bytes.resize(position + fits, 0);
        }
        open.bytes[position..position + fits].copy_from_slice(&bytes[..fits]);
        open.position = position + fits;
        if open.access != open.access.with(Written::Failed) {
            open.access = open.access.with(Written::Dirty);
        }
        self.written += blocks(fits);
        if full { Err(Raised::os_error(ENOSPC)) } else { Ok(fits) }
    }

    /// `f.seek(position)`.
    ///
    /// # Errors
    ///
    /// `ValueError` when the file is closed.
    pub fn seek(&mut self, file: Handle, position: usize) -> Result<(), Raised> {
        self.file(file)?.position = position;
        Ok(())
    }

    /// `f.tell()`.
    ///
    /// # Errors
    ///
    /// `ValueError` when the file is closed.
    pub fn tell(&mut self, file: Handle) -> Result<usize, Raised> {
        Ok(self.file(file)?.position)
    }

    /// `f.flush()`: what was written is on the disk.
    ///
    /// # Errors
    ///
    /// `ValueError` when the file is closed.
    pub fn flush(&mut self, file: Handle) -> Result<(), Raised> {
        let open = self.file(file)?;
        if !open.access.is_dirty() {
            return Ok(());
        }
        open.access = open.access.with(Written::Flushed);
        open.base = blocks(open.bytes.len());
        let stored = open.path.clone().map(|path| (path, open.bytes.clone()));
        if let Some((path, bytes)) = stored {
            self.nodes.insert(path, Node::File(bytes));
        }
        Ok(())
    }

    /// `f.close()`. To close twice is fine.
    pub fn close(&mut self, file: Handle) {
        if self.flush(file).is_ok() {
            self.open.remove(&file.0);
        }
    }

    /// Closes every file, as finalisers do.
    pub(crate) fn close_all(&mut self) {
        for file in self.open.keys().copied().collect::<Vec<_>>() {
            self.close(Handle(file));
        }
    }

    /// Forgets the open files, as a reset does: littlefs loses what was not flushed, others keep it.
    pub(crate) fn lose_open(&mut self) {
        if self.kind != FileSystem::Littlefs {
            self.close_all();
        }
        self.open.clear();
    }

    /// From here on nothing stores what handles of this path write.
    pub(super) fn detach(&mut self, path: &str) {
        for open in self.open.values_mut() {
            if open.path.as_deref() == Some(path) {
                open.path = None;
            }
        }
    }

    fn file(&mut self, file: Handle) -> Result<&mut Open, Raised> {
        self.open.get_mut(&file.0).ok_or_else(|| Raised::new("ValueError", ""))
    }
}

const fn folder_errno(fat: bool, writes: bool) -> i32 {
    match (fat, writes) {
        (true, true) => EACCES,
        (true, false) => ENOENT,
        (false, _) => EISDIR,
    }
}

use alloc::{string::String, vec::Vec};

use super::{Disk, EACCES, EEXIST, EINVAL, EISDIR, ENOENT, ENOSPC, ENOTDIR, ENOTEMPTY, FileSystem, Node};
use crate::testing::Raised;

impl Disk {
    /// `os.mkdir`.
    ///
    /// # Errors
    ///
    /// `OSError` when something is there, the folder above is missing, or the disk is full.
    pub fn make_dir(&mut self, path: &str) -> Result<(), Raised> {
        self.has_folders("mkdir")?;
        self.writable()?;
        let key = self.resolve(path)?;
        self.parent(&key)?;
        if key.is_empty() || self.nodes.contains_key(&key) {
            return Err(Raised::os_error(EEXIST));
        }
        if self.used() >= self.blocks {
            return Err(Raised::os_error(ENOSPC));
        }
        self.written += 1;
        self.nodes.insert(key, Node::Folder);
        Ok(())
    }

    /// `os.remove`. littlefs removes empty folders with it too.
    ///
    /// # Errors
    ///
    /// `OSError` when nothing is there, or a folder that may not go.
    pub fn remove(&mut self, path: &str) -> Result<(), Raised> {
        self.unlink(path, false)
    }

    /// `os.rmdir`. littlefs removes files with it too.
    ///
    /// # Errors
    ///
    /// `OSError` when nothing is there, the folder is not empty, or it is no folder.
    pub fn remove_dir(&mut self, path: &str) -> Result<(), Raised> {
        self.has_folders("rmdir")?;
        self.unlink(path, true)
    }

    /// `os.rename`.
    ///
    /// # Errors
    ///
    /// `OSError` when there is nothing at `from`, or what is at `to` may not be replaced.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Raised> {
        self.has_folders("rename")?;
        self.writable()?;
        let (source, target) = (self.resolve(from)?, self.resolve(to)?);
        self.parent(&source)?;
        let folder = match self.nodes.get(&source) {
            Some(Node::Folder) => true,
            Some(Node::File(_)) => false,
            None => return Err(Raised::os_error(ENOENT)),
        };
        self.parent(&target)?;
        if folder && target.strip_prefix(&source).is_some_and(|rest| rest.starts_with('/')) {
            return Err(Raised::os_error(EINVAL));
        }
        if target != source {
            self.make_room(&target, folder)?;
        }
        let target = self.resolve_new(to)?;
        self.written += 1;
        self.move_all(&source, &target);
        Ok(())
    }

    /// Takes away what a rename replaces, or says why it must not.
    fn make_room(&mut self, target: &str, folder: bool) -> Result<(), Raised> {
        let fat = self.kind == FileSystem::Fat;
        let errno = match self.nodes.get(target) {
            None => return Ok(()),
            Some(Node::File(_)) if folder && !fat => ENOTDIR,
            Some(Node::Folder) if !folder || fat => EISDIR,
            Some(Node::Folder) if self.has_children(target) => ENOTEMPTY,
            Some(_) => {
                self.detach(target);
                self.nodes.remove(target);
                return Ok(());
            }
        };
        Err(Raised::os_error(errno))
    }

    fn move_all(&mut self, source: &str, target: &str) {
        let moves =
            |path: &String| path == source || path.strip_prefix(source).is_some_and(|r| r.starts_with('/'));
        let moved = self.nodes.keys().filter(|path| moves(path)).cloned().collect::<Vec<_>>();
        for path in moved {
            if path != target {
                self.detach(&path);
            }
            if let Some(node) = self.nodes.remove(&path) {
                self.nodes.insert([target, &path[source.len()..]].concat(), node);
            }
        }
    }

    fn unlink(&mut self, path: &str, rmdir: bool) -> Result<(), Raised> {
        self.writable()?;
        let key = self.resolve(path)?;
        self.parent(&key)?;
        let errno = match self.nodes.get(&key) {
            None => ENOENT,
            Some(Node::Folder) if self.kind == FileSystem::Fat && !rmdir => EISDIR,
            Some(Node::File(_)) if self.kind == FileSystem::Fat && rmdir => ENOTDIR,
            Some(Node::Folder) if self.has_children(&key) => match self.kind {
                FileSystem::Fat => EACCES,
                FileSystem::Littlefs | FileSystem::Flat | FileSystem::Missing => ENOTEMPTY,
            },
            Some(_) => {
                self.detach(&key);
                self.nodes.remove(&key);
                self.written += 1;
                return Ok(());
            }
        };
        Err(Raised::os_error(errno))
    }

    fn has_children(&self, key: &str) -> bool {
        self.nodes.keys().any(|path| path.strip_prefix(key).is_some_and(|rest| rest.starts_with('/')))
    }

    fn has_folders(&self, function: &str) -> Result<(), Raised> {
        match self.kind {
            FileSystem::Flat => Err(Raised::no_attribute("'module' object", function)),
            FileSystem::Littlefs | FileSystem::Fat | FileSystem::Missing => Ok(()),
        }
    }
}

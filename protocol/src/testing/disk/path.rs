use alloc::{string::String, vec::Vec};

use super::{Disk, EINVAL, ENAMETOOLONG, ENOENT, FileSystem, Node};
use crate::testing::Raised;

/// Returns the folder that a key lies in; empty for the root.
pub(super) fn parent(key: &str) -> &str {
    key.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Returns the last part of a key.
pub(super) fn name(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}

/// Appends a part to a key.
pub(super) fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.into() } else { [parent, "/", name].concat() }
}

impl Disk {
    /// Returns the key for a path: absolute, on FAT in the case that the disk has it in.
    pub(super) fn resolve(&self, path: &str) -> Result<String, Raised> {
        let mut parts = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                _ => parts.push(part),
            }
        }
        let mut key = String::new();
        for part in parts {
            self.check_name(part)?;
            key = self.existing(join(&key, part));
        }
        Ok(key)
    }

    /// Returns the key for something to be made at a path: its name as it is written there.
    pub(super) fn resolve_new(&self, path: &str) -> Result<String, Raised> {
        let key = self.resolve(path)?;
        let written = path.rsplit('/').find(|part| !matches!(*part, "" | "." | "..")).unwrap_or_default();
        let new = join(parent(&key), written);
        Ok(if new.eq_ignore_ascii_case(&key) { new } else { key })
    }

    /// Checks that everything above a key is a folder.
    pub(super) fn parent(&self, key: &str) -> Result<(), Raised> {
        let above = parent(key);
        match self.nodes.get(above) {
            _ if above.is_empty() => Ok(()),
            Some(Node::Folder) => Ok(()),
            Some(Node::File(_)) => Err(self.not_a_folder()),
            None => {
                self.parent(above)?;
                Err(Raised::os_error(ENOENT))
            }
        }
    }

    fn check_name(&self, name: &str) -> Result<(), Raised> {
        let fat = self.kind == FileSystem::Fat;
        if name.len() > 255 {
            return Err(Raised::os_error(if fat { EINVAL } else { ENAMETOOLONG }));
        }
        if fat && name.contains(|character: char| character < ' ' || "\"*:<>?|\x7f".contains(character)) {
            return Err(Raised::os_error(EINVAL));
        }
        Ok(())
    }

    fn existing(&self, key: String) -> String {
        if self.kind != FileSystem::Fat || self.nodes.contains_key(&key) {
            return key;
        }
        let found = self.nodes.keys().find(|path| path.eq_ignore_ascii_case(&key)).cloned();
        found.unwrap_or(key)
    }
}

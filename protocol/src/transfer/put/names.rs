use alloc::{format, string::String};

use crate::{Error, Refused};

/// The two names of a file on the board.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) target: String,
    /// How long the folder's part of it is, with its slash.
    folder: usize,
}

impl Names {
    /// Returns the names for `target`, if it names a file.
    pub(super) fn of(target: String) -> Result<Self, Error> {
        let folder = target.rfind('/').map_or(0, |slash| slash + 1);
        if matches!(&target[folder..], "" | "." | "..") {
            return Err(Refused::Path { path: target, wrong: "does not name a file" }.into());
        }
        Ok(Self { target, folder })
    }

    /// Returns the temporary name: short, so that it fits where the name does, and the same for the same target.
    pub(super) fn temporary(&self) -> String {
        let (folder, name) = self.target.split_at(self.folder);
        format!("{folder}.rp-{:08x}", crc32fast::hash(name.as_bytes()))
    }

    /// Returns the temporary name of what takes one script, and is never gone on with.
    pub(super) fn brief(&self) -> String {
        format!("{}.rp-0", &self.target[..self.folder])
    }
}

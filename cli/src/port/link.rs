//! Another name for a port.

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{self, Path, PathBuf},
};

use crate::report::{Failure, Result};

/// A symbolic link to a port, which is removed when this is dropped.
pub(crate) struct Link {
    path: PathBuf,
    port: PathBuf,
}

impl Link {
    /// Makes it. One that a board left behind which was killed is replaced: it leads to this port, or to a terminal that is
    /// no more.
    pub(crate) fn make(path: &Path, port: &Path) -> Result<Self> {
        let failed = |error: &io::Error| Failure::file("make the link", &path.to_string_lossy(), error);
        let full = path::absolute(path).map_err(|error| failed(&error))?;
        if let Ok(old) = fs::read_link(&full)
            && (old == port || (old.starts_with("/dev") && !old.exists()))
        {
            fs::remove_file(&full).map_err(|error| failed(&error))?;
        }
        symlink(port, &full).map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                failed(&io::Error::other("something has that name"))
                    .next("give another name, or remove what is there")
            } else {
                failed(&error).next("name one in a folder that is there and that you may write")
            }
        })?;
        Ok(Self { path: full, port: port.into() })
    }

    /// Its name, in full.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if fs::read_link(&self.path).is_ok_and(|port| port == self.port) {
            // Nobody is left to be told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

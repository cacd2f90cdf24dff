//! A file that takes its name when it is whole, and what a get that was cut off leaves of it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use rawpaste::{DigestKind, Hash};
use tempfile::TempPath;

use crate::report::{Failure, Result};

/// A file under another name beside its target. Dropped, it is gone.
pub(crate) struct Arriving {
    // Gone before the file is closed, so that nobody claims it in between.
    name: Name,
    file: File,
    target: PathBuf,
}

/// How the file is called till then.
enum Name {
    /// A name that follows from the target's: the next get of it finds what this one leaves.
    Lasting(TempPath),
    /// One of its own, where another get is at work on the same target or the name cannot be claimed.
    Passing(TempPath),
}

impl Arriving {
    /// Begins one beside `target`, or where that points to; or goes on with one that was kept.
    pub(crate) fn beside(target: &Path) -> Result<Self> {
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.into());
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let lasting = folder.join(lasting_name(&target));
        if let Ok(file) = claim(&lasting, mode(&target)) {
            let name = TempPath::try_from_path(lasting).map_err(|error| not_made(folder, &error))?;
            return Ok(Self { name: Name::Lasting(name), file, target });
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".rawpaste-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(mode(&target)));
        }
        let file = builder.tempfile_in(folder).map_err(|error| not_made(folder, &error))?;
        let (file, name) = file.into_parts();
        Ok(Self { name: Name::Passing(name), file, target })
    }

    /// Where its bytes go.
    pub(crate) const fn sink(&mut self) -> &mut File {
        &mut self.file
    }

    /// Keeps what is here for the next get; answers how many bytes, if there are any and it will find them.
    pub(crate) fn keep(self) -> Option<u64> {
        let length = self.file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        match self.name {
            Name::Lasting(name) if length > 0 => name.keep().ok().map(|_| length),
            Name::Lasting(_) | Name::Passing(_) => None,
        }
    }

    /// Gives it its name. Where Windows does not let go of the old file, all that came is kept for the next get.
    pub(crate) fn finish(self) -> Result<()> {
        let failed = |error: &io::Error| Failure::file("write", &self.target.to_string_lossy(), error);
        match self.name {
            Name::Passing(name) => name.persist(&self.target).map_err(|error| failed(&error.error)),
            Name::Lasting(name) => name.persist(&self.target).map_err(|error| {
                let failure = failed(&error.error);
                if !is_held(&error.error) || error.path.keep().is_err() {
                    return failure;
                }
                failure.also("all of it is kept: the same command goes on from there").next(
                    "close the program that has the old file open, or let it be written; then run the command again",
                )
            }),
        }
    }
}

/// Whether Windows says that a file is open elsewhere, or may not be written, which it does not tell apart.
fn is_held(error: &io::Error) -> bool {
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    cfg!(windows) && matches!(error.raw_os_error(), Some(ACCESS_DENIED | SHARING_VIOLATION))
}

fn not_made(folder: &Path, error: &io::Error) -> Failure {
    Failure::file("write into", &folder.to_string_lossy(), error).next("name another place: get :PATH FILE")
}

/// The name that follows from the target's.
fn lasting_name(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default();
    format!(".rawpaste-{}", Hash::of(DigestKind::Crc32, name.as_encoded_bytes()))
}

/// The permissions that a new file has; the system takes away what it takes away from each.
#[cfg(unix)]
fn mode(target: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(target).map_or(0o666, |old| old.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
const fn mode(_target: &Path) -> u32 {
    0
}

/// Opens the file of this name for this process alone, or makes it. Never what a link points to, and never a file that
/// somebody else owns or knows by another name.
#[cfg(unix)]
fn claim(name: &Path, mode: u32) -> io::Result<File> {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};

    use rustix::{
        fs::{FlockOperation, OFlags, flock},
        process::geteuid,
    };

    let mut options = OpenOptions::new();
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    options.read(true).write(true).mode(mode).custom_flags(flags.cast_signed());
    let (file, old) = match options.create_new(true).open(name) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            (options.create_new(false).open(name)?, true)
        }
        made => (made?, false),
    };
    if let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
        if !old && error != rustix::io::Errno::WOULDBLOCK {
            // There are no locks here, so nobody goes on with it.
            let _ = fs::remove_file(name);
        }
        return Err(error.into());
    }
    // Whoever held it before may have renamed or removed it.
    let (held, named) = (file.metadata()?, fs::symlink_metadata(name)?);
    let is_named = (held.dev(), held.ino()) == (named.dev(), named.ino());
    let is_ours = !old || held.is_file() && held.nlink() == 1 && held.uid() == geteuid().as_raw();
    if !is_named || !is_ours {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    if old {
        file.set_permissions(fs::Permissions::from_mode(held.mode() & mode))?;
    }
    Ok(file)
}

#[cfg(windows)]
fn claim(name: &Path, _mode: u32) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;

    // Others may rename or remove it, as `finish` does, but not open it.
    const SHARE_DELETE: u32 = 4;
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.share_mode(SHARE_DELETE).custom_flags(OPEN_REPARSE_POINT).open(name)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Ok(file)
}

#[cfg(not(any(unix, windows)))]
fn claim(_name: &Path, _mode: u32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

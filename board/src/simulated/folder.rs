//! A folder of the host that mirrors a simulated board's disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rawpaste::testing::Disk;

/// What a file is called while it is written; such files are never loaded.
const UNFINISHED: (&str, &str) = (".rawpaste-", ".tmp");

/// What the folder holds, as far as it is the board's.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
}

impl Folder {
    /// Puts the files of the folder on `disk`. At most `room` bytes: somebody may have named a wrong folder.
    pub(crate) fn load(root: PathBuf, disk: &mut Disk, room: usize) -> io::Result<Self> {
        let mut folder = Self { root, files: BTreeMap::new(), folders: BTreeSet::new() };
        let root = folder.root.clone();
        folder.load_from(&root, "", disk, &mut { room as u64 }).map_err(|error| about(&root, &error))?;
        Ok(folder)
    }

    fn load_from(&mut self, dir: &Path, above: &str, disk: &mut Disk, room: &mut u64) -> io::Result<()> {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            // A board cannot have other names.
            let Some(name) = name.to_str().filter(|name| allowed(name) && !is_unfinished(name)) else {
                continue;
            };
            let path = format!("{above}{name}");
            if kind.is_dir() {
                *room = room.checked_sub(512).ok_or_else(too_large)?;
                disk.make_dir(&path).map_err(|raised| io::Error::other(raised.message))?;
                self.load_from(&entry.path(), &format!("{path}/"), disk, room)?;
                self.folders.insert(path);
            } else if kind.is_file() {
                *room = room.checked_sub(entry.metadata()?.len()).ok_or_else(too_large)?;
                let bytes = fs::read(entry.path())?;
                disk.insert(&path, bytes.clone());
                self.files.insert(path, bytes);
            }
        }
        Ok(())
    }

    /// Makes the folder what `disk` is.
    pub(crate) fn save(&mut self, disk: &Disk) -> io::Result<()> {
        let known = self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        if disk.files().eq(known) && disk.folders().eq(self.folders.iter().map(String::as_str)) {
            return Ok(());
        }
        let files: BTreeSet<&str> = disk.files().map(|(path, _)| path).collect();
        let folders: BTreeSet<&str> = disk.folders().collect();
        let clash = self.folders.iter().any(|path| files.contains(path.as_str()))
            || self.files.keys().any(|path| folders.contains(path.as_str()));
        if clash {
            self.remove(&files, &folders)?;
        }
        self.write(disk)?;
        // Last, so that a file that was renamed is there at any moment.
        self.remove(&files, &folders)
    }

    fn write(&mut self, disk: &Disk) -> io::Result<()> {
        for path in disk.folders() {
            if !self.folders.contains(path) {
                let host = self.host_path(path)?;
                match fs::create_dir(&host) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                        return Err(about(&host, &error));
                    }
                    Ok(()) | Err(_) => self.folders.insert(path.into()),
                };
            }
        }
        for (path, bytes) in disk.files() {
            if self.files.get(path).is_none_or(|known| known != bytes) {
                let host = self.host_path(path)?;
                replace(&host, bytes).map_err(|error| about(&host, &error))?;
                self.files.insert(path.into(), bytes.into());
            }
        }
        Ok(())
    }

    /// Removes what is the board's and is gone there.
    fn remove(&mut self, files: &BTreeSet<&str>, folders: &BTreeSet<&str>) -> io::Result<()> {
        let gone = self.files.keys().filter(|path| !files.contains(path.as_str()));
        for path in gone.cloned().collect::<Vec<_>>() {
            let host = self.host_path(&path)?;
            gone_already(fs::remove_file(&host)).map_err(|error| about(&host, &error))?;
            self.files.remove(&path);
        }
        let gone = self.folders.iter().rev().filter(|path| !folders.contains(path.as_str()));
        for path in gone.cloned().collect::<Vec<_>>() {
            let host = self.host_path(&path)?;
            gone_already(fs::remove_dir(&host)).map_err(|error| about(&host, &error))?;
            self.folders.remove(&path);
        }
        Ok(())
    }

    /// Returns where a file of the board lies: below the root, whatever its name is.
    fn host_path(&self, path: &str) -> io::Result<PathBuf> {
        let mut host = self.root.clone();
        for (at, part) in path.split('/').enumerate() {
            if at > 0 && !fs::symlink_metadata(&host)?.is_dir() {
                return Err(about(&host, &io::ErrorKind::NotADirectory.into()));
            }
            if !allowed(part) {
                let text = format!("this system cannot have a file named {part:?}");
                return Err(about(&self.root, &io::Error::new(io::ErrorKind::InvalidInput, text)));
            }
            host.push(part);
        }
        Ok(host)
    }
}

/// Writes a file whole, or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (start, end) = UNFINISHED;
    let unfinished = path.with_file_name(format!("{start}{}{end}", std::process::id()));
    // Anything of that name is left from a process that is gone, and `create_new` follows no link.
    gone_already(fs::remove_file(&unfinished))?;
    let written = File::create_new(&unfinished).and_then(|mut file| file.write_all(bytes));
    let replaced = written.and_then(|()| fs::rename(&unfinished, path));
    if replaced.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&unfinished);
    }
    replaced
}

/// Says whether a name is one file name on this system, and nothing else.
fn allowed(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && !name.contains(['/', '\0'])
        && (cfg!(not(windows)) || allowed_on_windows(name))
}

/// Devices (`NUL`, `com1.txt`), streams (`a:b`) and names that Windows changes are none.
fn allowed_on_windows(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let device = match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => (stem.starts_with("COM") || stem.starts_with("LPT")) && stem.chars().count() == 4,
    };
    let bad = |character: char| character < ' ' || "<>:\"/\\|?*".contains(character);
    !device && !name.contains(bad) && !name.ends_with(['.', ' '])
}

fn is_unfinished(name: &str) -> bool {
    name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1)
}

fn gone_already(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        // What others put into a folder stays, and the folder with it.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => {
            Ok(())
        }
        removed => removed,
    }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "it holds more than the board's disk: name a smaller folder")
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display().to_string().escape_debug()))
}

#[cfg(test)]
mod tests;

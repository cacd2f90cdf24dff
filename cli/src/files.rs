//! Files of this machine.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use rawpaste::{Error, Refused, Sink, Source};

use crate::{
    path::BoardPath,
    report::{Failure, Result, Visible},
};

/// Where a file that is put comes from.
pub(crate) enum Local {
    /// A regular file.
    File(File),
    /// What can be read only once.
    Memory(Arc<[u8]>),
}

impl Local {
    /// Opens a file, or reads standard input for `-`.
    pub(crate) fn open(name: &Path) -> Result<Self> {
        let shown = name.to_string_lossy();
        if is_standard(name) {
            return standard_input().map(|bytes| Self::Memory(bytes.into()));
        }
        let failed = |error: &io::Error| {
            Failure::file("read", &shown, error).next("look at the name; paths on the board begin with :")
        };
        // First: to open one is an error on Windows, and not one that says so.
        if name.is_dir() {
            return Err(Failure::trouble(format!("{} is a folder", Visible(&shown)))
                .next("name the files in it, or put the folder: put -r DIR"));
        }
        let mut file = File::open(name).map_err(|error| failed(&error))?;
        let metadata = file.metadata().map_err(|error| failed(&error))?;
        if metadata.is_file() {
            return Ok(Self::File(file));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
        Ok(Self::Memory(bytes.into()))
    }

    /// The same for another board, if it can be read only once; a file is opened again by its name.
    pub(crate) fn shared(&self) -> Option<Self> {
        match self {
            Self::Memory(bytes) => Some(Self::Memory(Arc::clone(bytes))),
            Self::File(_) => None,
        }
    }

    /// The bytes of all of it.
    pub(crate) fn into_bytes(self, name: &Path) -> Result<Vec<u8>> {
        match self {
            Self::Memory(bytes) => Ok(bytes.to_vec()),
            Self::File(mut file) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)
                    .map_err(|error| Failure::file("read", &name.to_string_lossy(), &error))?;
                Ok(bytes)
            }
        }
    }
}

/// Whether a name stands for standard input or output.
pub(crate) fn is_standard(name: &Path) -> bool {
    name == Path::new("-")
}

fn standard_input() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Failure::trouble(format!("cannot read standard input: {error}")))?;
    Ok(bytes)
}

impl Source for Local {
    fn size(&mut self) -> std::result::Result<u64, Error> {
        match self {
            Self::File(file) => file.size(),
            Self::Memory(bytes) => (&**bytes).size(),
        }
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> std::result::Result<usize, Error> {
        match self {
            Self::File(file) => file.read_at(offset, buffer),
            Self::Memory(bytes) => (&**bytes).read_at(offset, buffer),
        }
    }
}

/// Writes on as bytes come, where nothing can be taken back.
#[derive(Debug)]
pub(crate) struct Stream<W> {
    writer: W,
    /// How many bytes went.
    sent: u64,
    /// What the writer answered when it took no more.
    pub(crate) closed: Option<io::Error>,
}

impl<W: Write> Stream<W> {
    /// Writes to `writer`.
    pub(crate) const fn new(writer: W) -> Self {
        Self { writer, sent: 0, closed: None }
    }

    fn refuse(&mut self, error: io::Error) -> Error {
        let refused = Refused::Local(format!("the output: {error}"));
        self.closed = Some(error);
        refused.into()
    }
}

impl<W: Write> Sink for Stream<W> {
    fn start(&mut self, _size: u64, kept: u64) -> std::result::Result<(), Error> {
        if self.sent == kept {
            return Ok(());
        }
        Err(Refused::Local("the output has begun and cannot be taken back".into()).into())
    }

    fn write(&mut self, bytes: &[u8]) -> std::result::Result<(), Error> {
        self.sent += bytes.len() as u64;
        self.writer.write_all(bytes).and_then(|()| self.writer.flush()).map_err(|error| self.refuse(error))
    }

    /// What went cannot be read back, but a get that is run again remembers it.
    fn held(&mut self) -> std::result::Result<u64, Error> {
        Ok(self.sent)
    }
}

/// Returns where a file of the board is to go: the name given, one in the folder given, or the board's name for it here.
pub(crate) fn destination(path: &BoardPath, given: Option<&Path>) -> Result<PathBuf> {
    let folder = match given {
        Some(file) if !file.is_dir() => return Ok(file.into()),
        folder => folder.unwrap_or_else(|| Path::new("")),
    };
    // One component, whatever the system takes for a separator.
    let is_one = |name: &str| {
        let path = Path::new(name);
        path.components().count() == 1 && path.file_name().is_some_and(|last| last == name)
    };
    let name = path.name().filter(|name| unfit_name(name).is_none() && is_one(name));
    let name = name.ok_or_else(|| {
        Failure::usage(format!("{path} has no name that a file could have here"))
            .next("give it one: get :PATH NAME")
    })?;
    Ok(folder.join(name))
}

/// Says why a file of this system cannot have this name.
pub(crate) fn unfit_name(name: &str) -> Option<&'static str> {
    if name.len() > 255 {
        return Some("has a part of more than 255 bytes");
    }
    if cfg!(windows) { unfit_on_windows(name) } else { None }
}

/// Windows opens devices under some names in every folder, with any extension, and drops dots and spaces at the end.
fn unfit_on_windows(name: &str) -> Option<&'static str> {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    let numbered = |device| {
        let digits = "0123456789\u{b9}\u{b2}\u{b3}";
        stem.strip_prefix(device).is_some_and(|rest| rest.chars().count() == 1 && digits.contains(rest))
    };
    let devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    if devices.contains(&&*stem) || numbered("COM") || numbered("LPT") {
        return Some("is the name of a device here");
    }
    let forbidden = |character: char| character < ' ' || "\"*/:<>?\\|".contains(character);
    (name.contains(forbidden) || name.ends_with(['.', ' '])).then_some("is no name of a file here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_windows_has_for_itself() {
        for name in [
            "nul",
            "COM1",
            "com1.txt",
            "LPT\u{b9}",
            "aux .py",
            "ConIn$",
            "a:b",
            "a\\b",
            "a.",
            "a ",
            "a?",
            "\t",
        ] {
            assert!(unfit_on_windows(name).is_some(), "{name:?}");
        }
        for name in
            ["main.py", "com", "COM12", "COM1x", "null", ".hidden", "a.b.c", "\u{fc}n\u{ef}", "'(x);$"]
        {
            assert_eq!(unfit_on_windows(name), None, "{name:?}");
        }
    }
}

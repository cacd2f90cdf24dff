//! One file on its way: what the board holds of it, and what it says about the next chunk.

use alloc::{format, string::String, vec, vec::Vec};
use core::fmt;

use super::on_board::{END, OPEN, WRITE};
use crate::{
    Argument, DigestKind, Error, Refused, Script, Value,
    transfer::{
        hash::{self, Hasher},
        source::{Source, read_exact},
    },
};

/// How much of a source is in memory while it is digested.
const PIECE: usize = 4096;

pub(super) struct File {
    pub(super) size: u64,
    /// How much of the file the board acknowledged.
    pub(super) offset: u64,
    kind: DigestKind,
    /// The digest of so much of it.
    hasher: Hasher,
    /// Whether the temporary file is open on the board.
    opened: bool,
    /// What was sent and not acknowledged yet.
    chunk: Vec<u8>,
    /// Whether the script that was sent ends the file.
    ends: bool,
}

/// What the board said about a chunk.
pub(super) enum Said {
    /// It is there.
    Taken,
    /// It is there, and the file is in place.
    Placed,
    /// Bytes were lost: this chunk goes again.
    LostChunk,
    /// Bytes were lost: the file goes again.
    LostFile,
    /// The file is not open there any more.
    Forgotten,
}

impl File {
    pub(super) fn new(size: u64, kind: DigestKind) -> Self {
        let (hasher, chunk) = (Hasher::new(kind), Vec::new());
        Self { size, offset: 0, kind, hasher, opened: false, chunk, ends: false }
    }

    /// Writes the next script: it opens the temporary file, carries a chunk, ends the file. A small file takes one
    /// script; `alone`, each call is one.
    pub(super) fn write(
        &mut self,
        source: &mut impl Source,
        names: &Names,
        chunk: usize,
        alone: bool,
        script: &mut Script,
    ) -> Result<(), Error> {
        (self.chunk, self.ends) = (Vec::new(), false);
        let Names { temporary, target } = names;
        if !self.opened {
            script.call(&OPEN, &[Argument::Str(temporary), Argument::Str(target)]);
            if alone {
                return Ok(());
            }
        }
        let left = usize::try_from(self.size - self.offset).unwrap_or(usize::MAX);
        if left > 0 {
            self.chunk = vec![0; left.min(chunk)];
            read_exact(source, self.offset, &mut self.chunk)?;
            let length = self.chunk.len() as u64;
            script.call(
                &WRITE,
                &[Argument::Int(self.offset), Argument::Int(length), Argument::Bytes(&self.chunk)],
            );
            if alone {
                return Ok(());
            }
        }
        if self.chunk.len() == left {
            let hash = self.whole(source)?;
            let (temporary, target) = (Argument::Str(temporary), Argument::Str(target));
            let (size, kind) = (Argument::Int(self.size), Argument::Str(hash::name(self.kind)));
            script.call(&END, &[temporary, target, size, kind, Argument::Str(&hash)]);
            self.ends = true;
        } else {
            script.more();
        }
        Ok(())
    }

    /// Returns the digest of all that was sent, if that is what the source holds now.
    fn whole(&self, source: &mut impl Source) -> Result<String, Error> {
        let mut sent = self.hasher.clone();
        sent.update(&self.chunk);
        if source.size()? != self.size {
            return Err(Refused::Changed.into());
        }
        let mut held = Hasher::new(self.kind);
        let mut piece = vec![0; usize::try_from(self.size).unwrap_or(PIECE).min(PIECE)];
        let mut at = 0;
        while at < self.size {
            let most = usize::try_from(self.size - at).unwrap_or(PIECE).min(PIECE);
            read_exact(source, at, &mut piece[..most])?;
            held.update(&piece[..most]);
            at += most as u64;
        }
        let sent = sent.finish();
        if held.finish() == sent { Ok(format!("{sent}")) } else { Err(Refused::Changed.into()) }
    }

    /// Reads what the script printed; nothing if it makes no sense.
    pub(super) fn said(&self, printed: &[u8]) -> Option<Said> {
        let mut lines = printed.trim_ascii().split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let first = lines.next().unwrap_or_default();
        // The digest has the last word, whatever the chunk before it met: an end that ran before met a closed file.
        if self.ends && lines.next_back().unwrap_or(first) == b"True" {
            return Some(Said::Placed);
        }
        if !self.ends && first.is_empty() {
            return Some(Said::Taken);
        }
        let value = Value::read_all(first).ok()?;
        if value == Value::Int(-1) {
            return Some(Said::Forgotten);
        }
        if !self.ends && value.as_u64() == Some(self.offset) {
            return Some(Said::LostChunk);
        }
        matches!(value, Value::Int(_) | Value::Bool(false)).then_some(Said::LostFile)
    }

    /// The board holds the chunk.
    pub(super) fn taken(&mut self) {
        self.opened = true;
        self.offset += self.chunk.len() as u64;
        self.hasher.update(&self.chunk);
        self.chunk = Vec::new();
    }
}

impl fmt::Debug for File {
    /// Never shows the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("size", &self.size).field("offset", &self.offset).finish_non_exhaustive()
    }
}

/// The two names of a file on the board.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) temporary: String,
    pub(super) target: String,
}

impl Names {
    /// Returns the names for `target`, if it names a file.
    pub(super) fn of(target: &str) -> Result<Self, Error> {
        let (folder, name) = target.rsplit_once('/').unwrap_or(("", target));
        if matches!(name, "" | "." | "..") {
            return Err(Refused::Path { path: target.into(), wrong: "does not name a file" }.into());
        }
        let slash = if target.contains('/') { "/" } else { "" };
        // Short, so that it fits where the name does, and the same for the same target.
        let temporary = format!("{folder}{slash}.rp-{:08x}", crc32fast::hash(name.as_bytes()));
        Ok(Self { temporary, target: target.into() })
    }
}

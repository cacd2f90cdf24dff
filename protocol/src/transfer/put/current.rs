//! The file that is on its way: how far it is sent, and how the rest is.

use alloc::{vec, vec::Vec};
use core::fmt;

use super::delta::Delta;
use crate::{
    DigestKind, Error, Refused,
    transfer::{
        hash::{Hash, Hasher},
        plan::{Plan, SMALL},
        source::{Source, read_exact},
    },
};

/// How much of a source is in memory while it is digested.
const PIECE: usize = 4096;

const _: () = assert!(SMALL <= PIECE as u64, "a small file is its sample");

/// The file on its way.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) index: usize,
    pub(super) size: u64,
    /// The digest of its path and its content, before anything was sent.
    pub(super) hash: Hash,
    /// The same of what was sent.
    sent: Hasher,
    /// How much of it was sent.
    pub(super) offset: u64,
    pub(super) plan: Plan,
    pub(super) stage: Stage,
}

/// What is to be sent next of it.
pub(super) enum Stage {
    /// A question about the old file's blocks.
    Compare(Delta),
    /// Nothing, before its answer is there.
    Compared(Delta),
    /// The pieces of the old file that it is made of.
    Patch(Delta),
    /// A look at what is there.
    Look,
    /// Nothing, before the answer is there.
    Looked,
    /// Its temporary file is to be opened; the old file goes first where there is no room for both.
    Open { removes: bool },
    /// Its content, and then its end.
    Data,
    /// What was deflated, `length` bytes of the file up to `to`; so much of it was sent, being too long for one script.
    Rest { to: u64, length: u64, sent: usize },
}

impl fmt::Debug for Stage {
    /// Never shows the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compare(_) => "Compare",
            Self::Compared(_) => "Compared",
            Self::Patch(_) => "Patch",
            Self::Look => "Look",
            Self::Looked => "Looked",
            Self::Open { .. } => "Open",
            Self::Data => "Data",
            Self::Rest { .. } => "Rest",
        })
    }
}

impl Current {
    /// Digests the source. `seed` is the path; `sample` takes the first bytes.
    pub(super) fn digest(
        source: &mut impl Source,
        size: u64,
        kind: DigestKind,
        seed: &str,
        sample: &mut Vec<u8>,
    ) -> Result<Hash, Error> {
        let mut hasher = seeded(kind, seed);
        let mut piece = vec![0; usize::try_from(size).unwrap_or(PIECE).min(PIECE)];
        let mut at = 0;
        while at < size {
            let most = usize::try_from(size - at).unwrap_or(PIECE).min(PIECE);
            read_exact(source, at, &mut piece[..most])?;
            hasher.update(&piece[..most]);
            if at == 0 {
                sample.extend_from_slice(&piece[..most]);
            }
            at += most as u64;
        }
        Ok(hasher.finish())
    }

    pub(super) fn new(
        index: usize,
        size: u64,
        (kind, hash): (DigestKind, Hash),
        plan: Plan,
        seed: &str,
        stage: Stage,
    ) -> Self {
        let sent = seeded(kind, seed);
        Self { index, size, hash, sent, offset: 0, plan, stage }
    }

    /// Returns how many bytes are to be sent yet.
    pub(super) const fn left(&self) -> u64 {
        self.size - self.offset
    }

    /// Reads the next bytes into `bytes`, `most` at most; it has nothing else then.
    pub(super) fn read(
        &mut self,
        source: &mut impl Source,
        most: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Error> {
        bytes.resize(usize::try_from(self.left()).unwrap_or(usize::MAX).min(most), 0);
        read_exact(source, self.offset, bytes)?;
        self.sent.update(bytes);
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// Goes on behind the first `length` bytes, which the board holds if their digest begins with `found`; returns whether
    /// it does.
    pub(super) fn resume(
        &mut self,
        source: &mut impl Source,
        kind: DigestKind,
        length: u64,
        found: &[u8],
    ) -> Result<bool, Error> {
        if length == 0 || length > self.size || found.is_empty() {
            return Ok(false);
        }
        let (mut hasher, mut sent) = (Hasher::new(kind), self.sent.clone());
        let mut piece = vec![0; PIECE];
        let mut at = 0;
        while at < length {
            let most = usize::try_from(length - at).unwrap_or(PIECE).min(PIECE);
            read_exact(source, at, &mut piece[..most])?;
            hasher.update(&piece[..most]);
            sent.update(&piece[..most]);
            at += most as u64;
        }
        let same = hasher.finish().bytes().starts_with(found);
        if same {
            (self.offset, self.sent) = (length, sent);
        }
        Ok(same)
    }

    /// All was sent: it must be what was digested first.
    pub(super) fn check(&self, source: &mut impl Source) -> Result<(), Error> {
        let same = self.sent.finish() == self.hash && source.size()? == self.size;
        if same { Ok(()) } else { Err(Refused::Changed.into()) }
    }
}

fn seeded(kind: DigestKind, seed: &str) -> Hasher {
    let mut hasher = Hasher::new(kind);
    hasher.update(seed.as_bytes());
    hasher
}

//! What a get has for sure, and the check by which a board agrees.

use alloc::vec;

use super::BLOCK;
use crate::{
    DigestKind, Error,
    transfer::{hash::Hasher, source::Sink},
};

/// The check that the board prints after each block, over everything up to there.
#[derive(Clone, Debug)]
pub(super) enum Check {
    /// CRC-32.
    Crc(crc32fast::Hasher),
    /// The sum of the bytes, in 24 bits: for boards without one.
    Sum(u32),
}

impl Check {
    pub(super) fn new(crc: bool) -> Self {
        if crc { Self::Crc(crc32fast::Hasher::new()) } else { Self::Sum(0) }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc(hasher) => hasher.update(bytes),
            Self::Sum(sum) => {
                *sum = bytes.iter().fold(*sum, |sum, byte| (sum + u32::from(*byte)) & 0xff_ffff)
            }
        }
    }

    pub(super) fn value(&self) -> u32 {
        match self {
            Self::Crc(hasher) => hasher.clone().finalize(),
            Self::Sum(sum) => *sum,
        }
    }

    /// One of the same kind, of nothing.
    pub(super) fn afresh(&self) -> Self {
        Self::new(matches!(self, Self::Crc(_)))
    }
}

/// The bytes at the start of the file that are in the sink.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) length: u64,
    pub(super) kind: DigestKind,
    pub(super) hasher: Hasher,
    pub(super) check: Check,
}

impl Held {
    /// Nothing.
    pub(super) fn nothing(kind: DigestKind, check: Check) -> Self {
        Self { length: 0, kind, hasher: Hasher::new(kind), check }
    }

    /// Reads back what a sink says that it holds, as far as it can.
    pub(super) fn read_back(sink: &mut impl Sink, kind: DigestKind, check: Check) -> Result<Self, Error> {
        let (mut held, says) = (Self::nothing(kind, check), sink.held()?);
        if says == 0 {
            return Ok(held);
        }
        let mut buffer = vec![0; BLOCK];
        while held.length < says {
            let most = usize::try_from(says - held.length).unwrap_or(BLOCK).min(BLOCK);
            let n = sink.read_back(held.length, &mut buffer[..most])?.min(most);
            if n == 0 {
                break;
            }
            held.add(&buffer[..n]);
        }
        Ok(held)
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.check.update(bytes);
        self.length += bytes.len() as u64;
    }
}

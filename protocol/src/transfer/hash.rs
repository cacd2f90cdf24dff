//! Digests: on the host, and the helpers that compute them on the board.

use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::{DigestKind, Error, answer::senseless};

/// A digest of a file's content.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-256.
    Sha256([u8; 32]),
    /// CRC-32, as `binascii.crc32` computes it.
    Crc32(u32),
    /// Adler-32.
    Adler32(u32),
}

impl Hash {
    /// Computes the digest of `bytes`.
    #[must_use]
    pub fn of(kind: DigestKind, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(kind);
        hasher.update(bytes);
        hasher.finish()
    }

    /// Returns its first bytes, 16 at most: by these a put knows a file, which no accident equals.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Sha256(bytes) => bytes[..16].to_vec(),
            Self::Crc32(word) | Self::Adler32(word) => word.to_be_bytes().to_vec(),
        }
    }

    /// Reads what a board printed.
    pub(super) fn parse(kind: DigestKind, hex: &str) -> Result<Self, Error> {
        let digits = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let word = || (digits && hex.len() == 8).then(|| u32::from_str_radix(hex, 16).ok()).flatten();
        let hash = match kind {
            DigestKind::Crc32 => word().map(Self::Crc32),
            DigestKind::Adler32 => word().map(Self::Adler32),
            DigestKind::Sha256 => sha256(hex).map(Self::Sha256),
        };
        hash.ok_or_else(|| senseless(hex.as_bytes()))
    }
}

fn sha256(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

/// In hex.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Crc32(word) | Self::Adler32(word) => write!(f, "{word:08x}"),
        }
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Digests what goes by.
#[derive(Clone)]
pub(super) enum Hasher {
    Sha256(Sha256),
    Crc32(crc32fast::Hasher),
    Adler32(adler2::Adler32),
}

impl Hasher {
    pub(super) fn new(kind: DigestKind) -> Self {
        match kind {
            DigestKind::Sha256 => Self::Sha256(Sha256::new()),
            DigestKind::Crc32 => Self::Crc32(crc32fast::Hasher::new()),
            DigestKind::Adler32 => Self::Adler32(adler2::Adler32::new()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Crc32(hasher) => hasher.update(bytes),
            Self::Adler32(hasher) => hasher.write_slice(bytes),
        }
    }

    pub(super) fn finish(&self) -> Hash {
        match self {
            Self::Sha256(hasher) => Hash::Sha256(hasher.clone().finalize().into()),
            Self::Crc32(hasher) => Hash::Crc32(hasher.clone().finalize()),
            Self::Adler32(hasher) => Hash::Adler32(hasher.checksum()),
        }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

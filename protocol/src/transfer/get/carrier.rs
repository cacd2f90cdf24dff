//! How bytes travel down.

use alloc::vec::Vec;

use super::on_board::{BASE64, BYTES, HEX};
use crate::{About, Error, Helper, answer::senseless};

/// Stands before a byte that is sent one higher: `04` would end the output, and it itself.
pub(super) const ESCAPE: u8 = 0x10;

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// As they are, but for the escape.
    Bytes,
    /// In lines of base64, where `sys.stdout.buffer` is missing.
    Base64,
    /// In lines of hex, where `binascii` is too.
    Hex,
}

impl Carrier {
    /// The best that the board can do.
    pub(super) const fn of(about: &About) -> Self {
        match (about.binary_output, about.base64) {
            (true, _) => Self::Bytes,
            (false, true) => Self::Base64,
            (false, false) => Self::Hex,
        }
    }

    /// What writes so on the board.
    pub(super) const fn helper(self) -> &'static Helper {
        match self {
            Self::Bytes => &BYTES,
            Self::Base64 => &BASE64,
            Self::Hex => &HEX,
        }
    }
}

/// Takes escaped bytes, `most` of the file's at most, and appends them to `block`. `escaped` says whether the last byte
/// before was the escape.
pub(super) fn take_escaped(
    bytes: &mut &[u8],
    escaped: &mut bool,
    most: usize,
    block: &mut Vec<u8>,
) -> Result<(), Error> {
    if core::mem::take(escaped) {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        if byte != 0x05 && byte != ESCAPE + 1 {
            return Err(senseless(&[ESCAPE, byte]));
        }
        block.push(byte - 1);
        return Ok(());
    }
    let most = most.min(bytes.len());
    let plain = memchr::memchr(ESCAPE, &bytes[..most]).unwrap_or(most);
    *escaped = plain < most;
    block.extend_from_slice(&bytes[..plain]);
    *bytes = &bytes[plain + usize::from(*escaped)..];
    Ok(())
}

/// Decodes one line.
pub(super) fn decode(carrier: Carrier, line: &[u8]) -> Option<Vec<u8>> {
    use base64::{Engine, engine::general_purpose::STANDARD};

    if carrier == Carrier::Base64 {
        return STANDARD.decode(line).ok();
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = line.chunks(2).map(|pair| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect()
}

//! The stream from the host's side.

use alloc::vec::Vec;

#[cfg(feature = "deflate")]
use crate::transfer::deflate::Deflater;

/// The connection's deflate stream.
#[derive(Debug)]
pub(super) enum Stream {
    /// There is none, or it is lost: the next chunk starts one.
    Off,
    /// The board has read all that was sent.
    #[cfg(feature = "deflate")]
    On {
        /// The window, as a power of two.
        bits: u8,
        deflater: Deflater,
        /// How many bytes of 1024 the last chunk took.
        ratio: usize,
    },
}

impl Stream {
    /// Returns the window.
    pub(super) const fn bits(&self) -> Option<u8> {
        match self {
            Self::Off => None,
            #[cfg(feature = "deflate")]
            Self::On { bits, .. } => Some(*bits),
        }
    }

    /// Starts one; `out` takes its first bytes, of which one comes out.
    #[cfg(feature = "deflate")]
    pub(super) fn start(&mut self, bits: u8, out: &mut Vec<u8>) {
        let mut deflater = Deflater::new(bits);
        deflater.chunk(b"\n", out);
        *self = Self::On { bits, deflater, ratio: 512 };
    }

    /// Without the feature no plan has a window, and none is started.
    #[cfg(not(feature = "deflate"))]
    pub(super) fn start(&mut self, _bits: u8, out: &mut Vec<u8>) {
        out.clear();
    }

    /// Returns how many bytes of a file a literal of `room` bytes will hold, a little less than likely.
    pub(super) const fn takes(&self, room: usize) -> usize {
        match self {
            Self::Off => room,
            #[cfg(feature = "deflate")]
            Self::On { ratio, .. } => {
                let likely = room * 1024 / if *ratio == 0 { 1 } else { *ratio };
                if likely < 16 { 16 } else { likely - likely / 8 }
            }
        }
    }

    /// Deflates the next bytes into `out`, which has nothing else then.
    pub(super) fn chunk(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Off => {
                out.clear();
                out.extend_from_slice(bytes);
            }
            #[cfg(feature = "deflate")]
            Self::On { deflater, ratio, .. } => {
                deflater.chunk(bytes, out);
                *ratio = (out.len() * 1024 / bytes.len().max(1)).max(32);
            }
        }
    }
}

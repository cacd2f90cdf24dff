//! The host's end of the deflate stream.

use alloc::vec::Vec;

use flate2::{Compress, Compression, FlushCompress, Status};

/// Compresses without an end: each chunk can be inflated when it is there, and refers to what went before.
///
/// It costs some 260 KiB.
pub(super) struct Deflater {
    inner: Compress,
}

impl Deflater {
    /// Returns one whose references reach back `1 << window_bits` bytes, 9 to 15.
    pub(super) fn new(window_bits: u8) -> Self {
        Self { inner: Compress::new_with_window_bits(Compression::best(), false, window_bits.clamp(9, 15)) }
    }

    /// Compresses a chunk into `out`, which has nothing else then. A partial flush ends it, which is 3 bytes shorter than a
    /// sync flush.
    pub(super) fn chunk(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        out.clear();
        out.reserve(bytes.len() / 2 + 64);
        loop {
            let (before, room) = (self.inner.total_in(), out.capacity() - out.len());
            let status = self.inner.compress_vec(bytes, out, FlushCompress::Partial);
            let taken = usize::try_from(self.inner.total_in() - before).unwrap_or(bytes.len());
            bytes = &bytes[taken.min(bytes.len())..];
            // It is through when it left room.
            let through = bytes.is_empty() && out.len() < out.capacity();
            if through || !matches!(status, Ok(Status::Ok | Status::BufError)) {
                return;
            }
            if room == 0 || out.len() == out.capacity() {
                out.reserve(out.capacity().max(64));
            }
        }
    }
}

impl core::fmt::Debug for Deflater {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Deflater")
    }
}

/// Deflates bytes for once, with references of 4 KiB at most.
pub(crate) fn once(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut compress = Compress::new_with_window_bits(Compression::best(), false, WINDOW_BITS);
    match compress.compress_vec(bytes, &mut out, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => out,
        Ok(Status::Ok | Status::BufError) | Err(_) => Vec::new(),
    }
}

/// The window of what is deflated for once, as a power of two.
pub(crate) const WINDOW_BITS: u8 = 12;

/// Returns how many bytes these shrink to.
pub(super) fn size(bytes: &[u8]) -> usize {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut compress = Compress::new_with_window_bits(Compression::fast(), false, 12);
    // What does not fit did not shrink.
    match compress.compress_vec(bytes, &mut out, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => out.len(),
        Ok(Status::Ok | Status::BufError) | Err(_) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use flate2::{Decompress, FlushDecompress};

    use super::*;

    /// What a board does: a chunk comes out whole when it is in, for every size and window.
    #[test]
    fn chunks_come_out_whole() {
        for window_bits in 9..=15 {
            let (mut deflater, mut inflater) =
                (Deflater::new(window_bits), Decompress::new_with_window_bits(false, window_bits));
            let mut chunk = Vec::new();
            for length in [1, 2, 100, 256, 5000, 40_000] {
                let text: Vec<u8> =
                    (0..length).map(|at| format!("{}", at * 7919 % 1013).as_bytes()[0]).collect();
                deflater.chunk(&text, &mut chunk);
                let mut out = vec![0; length + 1];
                let before = inflater.total_out();
                inflater.decompress(&chunk, &mut out, FlushDecompress::None).expect("a good stream");
                assert_eq!(inflater.total_out() - before, length as u64, "{window_bits} {length}");
                assert_eq!(&out[..length], text);
            }
        }
    }

    #[test]
    fn random_bytes_do_not_shrink() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        let random: Vec<u8> = (0..4096).map(|_| next()).collect();
        assert!(size(&random) >= 4000);
        assert!(size(&[b'a'; 4096]) < 100);
        let mut chunk = Vec::new();
        Deflater::new(12).chunk(&random, &mut chunk);
        assert!((4000..4096 + 64).contains(&chunk.len()), "{}", chunk.len());
    }
}

use alloc::vec::Vec;

/// The last bytes that came, for errors.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) bytes: Vec<u8>,
}

impl Heard {
    pub(super) const LIMIT: usize = 64;

    pub(super) const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(Self::LIMIT)..];
        let excess = (self.bytes.len() + bytes.len()).saturating_sub(Self::LIMIT);
        self.bytes.drain(..excess);
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }
}

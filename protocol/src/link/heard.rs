use alloc::vec::Vec;

/// The last bytes that came, for errors.
#[derive(Debug)]
pub(super) struct Heard {
    /// A ring.
    bytes: [u8; Self::LIMIT],
    /// How many came at all.
    count: usize,
}

impl Heard {
    pub(super) const LIMIT: usize = 64;

    pub(super) const fn new() -> Self {
        Self { bytes: [0; Self::LIMIT], count: 0 }
    }

    #[inline]
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in &bytes[bytes.len().saturating_sub(Self::LIMIT)..] {
            self.bytes[self.count % Self::LIMIT] = *byte;
            self.count += 1;
        }
    }

    /// Adds the same byte so many times.
    pub(super) fn add_times(&mut self, byte: u8, times: usize) {
        if times < Self::LIMIT {
            return (0..times).for_each(|_| self.add(&[byte]));
        }
        (self.bytes, self.count) = ([byte; Self::LIMIT], Self::LIMIT);
    }

    pub(super) const fn clear(&mut self) {
        self.count = 0;
    }

    /// Returns them in their order.
    pub(super) fn to_vec(&self) -> Vec<u8> {
        let first = self.count.saturating_sub(Self::LIMIT);
        (first..self.count).map(|at| self.bytes[at % Self::LIMIT]).collect()
    }
}

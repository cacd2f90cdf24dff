//! CRC-32 over a window that moves byte by byte, to find blocks of an old file in a new one at any offset.

use alloc::collections::BTreeMap;

/// What a byte does to the checksum (the reflected polynomial, as `binascii.crc32` has it).
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut word, mut bit) = (byte as u32, 0);
        while bit < 8 {
            word = if word & 1 == 1 { word >> 1 ^ 0xedb8_8320 } else { word >> 1 };
            bit += 1;
        }
        table[byte] = word;
        byte += 1;
    }
    table
}

const fn step(state: u32, byte: u8) -> u32 {
    state >> 8 ^ TABLE[((state ^ byte as u32) & 0xff) as usize]
}

/// Finds windows of one length by their checksum.
pub(super) struct Roll {
    length: usize,
    /// What each byte has done once it is a window's length behind: taking it out is adding that.
    leaves: [u32; 256],
    /// The checksum of as many zeros, by which the real one differs from the state.
    zeros: u32,
}

impl Roll {
    /// Returns one for windows of `length` bytes.
    pub(super) fn new(length: usize) -> Self {
        let after = |state: u32| (0..length).fold(state, |state, _| step(state, 0));
        let mut leaves = [0; 256];
        // It is linear: each bit by itself, and then their sums.
        for bit in 0..8 {
            let alone = after(step(0, 1 << bit));
            for (byte, leaves) in leaves.iter_mut().enumerate() {
                if byte >> bit & 1 == 1 {
                    *leaves ^= alone;
                }
            }
        }
        Self { length, leaves, zeros: !after(!0) }
    }

    /// Looks through `data` for windows whose checksum is in `wanted`; `found` gets the offset and what it is wanted for,
    /// and says whether to go on behind the window.
    pub(super) fn search<T>(
        &self,
        data: &[u8],
        wanted: &BTreeMap<u32, T>,
        mut found: impl FnMut(usize, &T) -> bool,
    ) {
        let mut start = 0;
        while start + self.length <= data.len() {
            let window = &data[start..start + self.length];
            let mut state = window.iter().fold(0, |state, byte| step(state, *byte));
            loop {
                if let Some(what) = wanted.get(&(state ^ self.zeros))
                    && found(start, what)
                {
                    start += self.length;
                    break;
                }
                let Some(next) = data.get(start + self.length) else { return };
                state = step(state, *next) ^ self.leaves[usize::from(data[start])];
                start += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn every_window_is_found_where_it_is() {
        let data: Vec<u8> = (0..3000_u32).map(|at| (at * at / 7 % 251) as u8).collect();
        for length in [1, 7, 64, 512] {
            let roll = Roll::new(length);
            for at in [0, 1, 63, 1000, 3000 - length] {
                let wanted = BTreeMap::from([(crc32fast::hash(&data[at..at + length]), ())]);
                let mut seen = Vec::new();
                roll.search(&data, &wanted, |offset, ()| {
                    seen.push(offset);
                    false
                });
                let expected: Vec<_> = (0..=data.len() - length)
                    .filter(|o| data[*o..o + length] == data[at..at + length])
                    .collect();
                assert_eq!(seen, expected, "{length} at {at}");
            }
        }
    }
}

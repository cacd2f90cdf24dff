use alloc::vec::Vec;

/// Returns bytes that do not shrink, the same for the same seed, from a linear congruential generator.
#[must_use]
pub fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

//! Finds a text in a stream that arrives in slices.

/// Looks for one text (not empty, 64 bytes at most) in a stream, whatever its slicing.
#[derive(Clone, Debug)]
pub(crate) struct Finder {
    text: &'static [u8],
    /// How many bytes of `text` the stream ends with.
    matched: usize,
}

impl Finder {
    pub(crate) const fn new(text: &'static [u8]) -> Self {
        Self { text, matched: 0 }
    }

    /// Takes the next slice; returns how many of its bytes end the first occurrence, if it is complete.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            self.matched = advance(self.text, self.matched, byte);
            if self.matched == self.text.len() {
                self.matched = 0;
                return Some(at + 1);
            }
        }
        None
    }
}

/// Returns the length of the longest start of `text` that `text[..matched]` followed by `byte` ends with.
pub(crate) fn advance(text: &[u8], matched: usize, byte: u8) -> usize {
    let seen = |at: usize| if at == matched { byte } else { text[at] };
    (0..=matched)
        .map(|skip| matched + 1 - skip)
        .find(|&len| (0..len).all(|at| text[at] == seen(matched + 1 - len + at)))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXTS: [&[u8]; 4] = [b"aab", b"abab", b"a", b"abaabab"];

    proptest! {
        /// The search finds what a naive one finds, however the stream is cut.
        #[test]
        fn slicing_makes_no_difference(which in 0..4usize, stream in "[ab]{0,40}", cut in 0..40usize) {
            let (text, stream) = (TEXTS[which], stream.as_bytes());
            let naive = stream.windows(text.len()).position(|window| window == text).map(|at| at + text.len());
            let (first, second) = stream.split_at(cut.min(stream.len()));
            let mut finder = Finder::new(text);
            let found = finder.feed(first).or_else(|| finder.feed(second).map(|at| at + first.len()));
            prop_assert_eq!(found, naive);
        }
    }
}

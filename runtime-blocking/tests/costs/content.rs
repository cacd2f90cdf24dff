//! Content to put: the same in each run.

/// How much text there is: the longest literals hold some 30 KiB of it each.
const TEXT: usize = 256 * 1024;
const RANDOM: usize = 256 * 1024;

/// Random bytes, and text that shrinks as source text does.
pub(crate) struct Content {
    random: Vec<u8>,
    text: Vec<u8>,
}

const WORDS: &[&str] = &[
    "self", "value", "return", "def", "for", "in", "range", "if", "else", "not", "None", "print", "import",
    "while", "buffer", "offset", "length", "pin", "read", "write", "append", "class", "True", "False", "try",
    "except", "time",
];

impl Content {
    pub(crate) fn new() -> Self {
        let mut state = 1_u32;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        let random = (0..RANDOM).map(|_| (next() >> 4) as u8).collect();
        let mut text = Vec::with_capacity(TEXT);
        while text.len() < TEXT {
            text.extend_from_slice(&b"            "[..4 * (next() % 4) as usize]);
            for _ in 0..=next() % 6 {
                let (word, mark) = (WORDS[next() as usize % WORDS.len()], b" .(),=:+"[next() as usize % 8]);
                text.extend_from_slice(word.as_bytes());
                text.push(mark);
            }
            if next() % 4 == 0 {
                text.extend_from_slice(format!("{}", next()).as_bytes());
            }
            text.push(b'\n');
        }
        Self { random, text }
    }

    pub(crate) fn random(&self, length: usize) -> &[u8] {
        &self.random[..length]
    }

    /// Returns text that shrinks to about so many bytes.
    pub(crate) fn text(&self, shrunk: usize) -> &[u8] {
        &self.text[..(shrunk * 4).min(self.text.len())]
    }
}

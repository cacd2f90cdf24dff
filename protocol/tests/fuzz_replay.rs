//! The fuzz targets' bodies on stable: every file of the corpus, and pseudo-random inputs that are the same each time.

use std::{fs, path::Path};

#[allow(unreachable_pub, reason = "in its own package it is the library")]
#[path = "../../fuzz/src/lib.rs"]
mod bodies;

/// What a board says, for inputs that get further than noise does.
const PHRASES: [&[u8]; 16] = [
    b"\x01",
    b"\x01\x01\x01\x01",
    b"\x04",
    b"\x04\x04>",
    b">",
    b"OK",
    b"R\x01\x80\x00\x01",
    b"R\x01\x05\x00\x01",
    b"R\x00>",
    b"raw REPL; CTRL-B to exit\r\n>",
    b"\r\n>>> ",
    b"OK7998190 0\r\n\x04\x04>",
    b"MPY: soft reboot\r\n",
    b"SyntaxError: invalid syntax\r\n",
    b"NameError: name '_rp' isn't defined\r\n",
    b"True\r\n",
];

/// A generator of numbers, as simple as it can be: the inputs need not be good, only the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    /// The first bytes choose the manner; the rest is phrases with some noise.
    fn input(&mut self) -> Vec<u8> {
        let mut input: Vec<u8> =
            (0..7).map(|_| if self.next(2) == 0 { 0 } else { self.next(256) as u8 }).collect();
        for _ in 0..self.next(24) {
            match self.next(4) {
                0 => input.push(self.next(256) as u8),
                _ => input.extend(PHRASES[self.next(PHRASES.len())]),
            }
        }
        input
    }
}

fn replay(target: &str, body: fn(&[u8]), random: u32) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of the corpus")
        .map(|entry| entry.expect("an entry of the folder").path())
        .collect();
    files.sort();
    assert!(files.len() > 5, "hardly a corpus in {}", folder.display());
    for file in files {
        let name = file.display().to_string();
        attempt(&name, &fs::read(&file).expect("a file of the corpus"), body);
    }
    let mut numbers = Numbers(1);
    for _ in 0..random {
        attempt(target, &numbers.input(), body);
    }
}

/// Says which input it was, where a body panics.
fn attempt(name: &str, input: &[u8], body: fn(&[u8])) {
    let outcome = std::panic::catch_unwind(|| body(input));
    assert!(outcome.is_ok(), "{name}: b\"{}\"", input.escape_ascii());
}

#[test]
fn paste() {
    replay("paste", bodies::paste, 20_000);
}

#[test]
fn link() {
    replay("link", bodies::link, 5_000);
}

#[test]
fn literal() {
    replay("literal", bodies::literal, 10_000);
}

#[test]
fn answer() {
    replay("answer", bodies::answer, 10_000);
}

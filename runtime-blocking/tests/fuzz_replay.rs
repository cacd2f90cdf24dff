//! The body of the fuzz target on stable: every file of its corpus, and pseudo-random inputs that are the same each time.

use std::{fs, path::Path};

#[allow(unreachable_pub, reason = "the fuzz target's own module")]
#[path = "../../fuzz/src/rfc2217.rs"]
mod body;

/// What a server says, for inputs that get further than noise does.
const PHRASES: [&[u8]; 10] = [
    b"\xff",
    b"\xff\xff",
    b"\xff\xfa\x2c",
    b"\xff\xf0",
    b"\xff\xfa\x2c\x6c\xff\xf0",
    b"\xff\xfa\x2c\x6d\xff\xf0",
    b"\xff\xfd",
    b"\xff\xfb",
    b"\xff\xfc\x01",
    b"data",
];

#[test]
fn the_corpus_and_noise() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/rfc2217");
    let files: Vec<_> = fs::read_dir(folder).expect("the folder of the corpus").collect();
    assert!(files.len() > 10, "hardly a corpus");
    for file in files {
        body::rfc2217(&fs::read(file.expect("an entry of the folder").path()).expect("a file"));
    }
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..3000 {
        let mut input = vec![next(256) as u8 & if next(4) == 0 { 0xff } else { 0xfe }];
        for _ in 0..next(40) {
            match next(3) {
                0 => input.push(next(256) as u8),
                _ => input.extend(PHRASES[next(PHRASES.len())]),
            }
        }
        body::rfc2217(&input);
    }
}

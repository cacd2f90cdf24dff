//! What an operation keeps has a bound, also of what makes sense.

use rawpaste::{
    Entry, List, Refused,
    testing::Transport::{self, Bare, Unix, Windows},
};
use rstest::rstest;

use crate::board::{printed, result, says};

fn list() -> List {
    List::new("").expect("a path")
}

fn listing(entries: usize, width: usize) -> String {
    (0..entries).map(|at| format!("(b'{at:0>width$}', 32768, 1)\r\n")).collect()
}

#[rstest]
fn a_listing_keeps_little(#[values(Bare, Windows, Unix)] transport: Transport) {
    let long = result(transport, list(), says(printed(&listing(4096, 255))));
    let limit = 48 * 1024;
    assert_eq!(long, Err(Refused::TooMuch { what: "bytes of names in a directory", limit }.into()));
    let kept = result(transport, list(), says(printed(&listing(192, 255)))).expect("a listing");
    let kept: usize = kept.iter().map(|entry| entry.name.len() + size_of::<Entry>()).sum();
    assert!(kept <= 64 * 1024, "{kept}");
    let many = result(transport, list(), says(printed(&listing(4097, 4))));
    assert_eq!(many, Err(Refused::TooMuch { what: "entries in a directory", limit: List::LIMIT }.into()));
    assert_eq!(
        result(transport, list(), says(printed(&listing(4096, 4)))).map(|entries| entries.len()),
        Ok(4096)
    );
}

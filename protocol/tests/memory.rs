//! What an operation keeps has a bound, also of what makes sense: measured, so in a process of its own.

use peak_alloc::PeakAlloc;
use rawpaste::{Board, Entry, Error, List, Operation, Refused, Script, Stdin};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Entries without an end. Their names have a bound, and so has their number: the list of them is there twice while it
/// grows.
#[test]
fn a_listing_without_an_end() {
    for (width, most) in [(255, 96 * 1024), (100, 128 * 1024), (1, 320 * 1024)] {
        let entry = format!("(b'{}', 32768, 1)\r\n", "n".repeat(width));
        let mut list = List::new("").expect("a path");
        list.script(&Board::default(), &mut Script::default()).expect("a script");
        let mut stdin = Stdin::default();
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let ended = (0..1_000_000).find_map(|_| list.output(entry.as_bytes(), &mut stdin).err());
        let peak = ALLOCATOR.peak_usage().saturating_sub(before);
        assert!(matches!(ended, Some(Error::Refused(Refused::TooMuch { .. }))), "{ended:?}");
        assert!(peak < most, "{width}: {peak} bytes");
        assert!(peak > List::NAMES.min(List::LIMIT * size_of::<Entry>()), "it measures nothing");
    }
}

//! What the free memory of a board allows.

/// What a script needs besides four times its literals while it compiles and runs, in bytes: what the engine defines is
/// most of it.
const BESIDES: u64 = 8192;

/// What is used from so much free memory on. `costs.md` says what each needs; the test below, that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allows {
    /// Free KiB, at least.
    from: u64,
    /// How many bytes the literals of one script hold.
    pub(super) literal: usize,
    /// The window of the deflate stream as a power of two; none where there is no memory for one.
    pub(super) window_bits: Option<u8>,
}

/// A window wider than 8 KiB saves little: it waits for boards that will not miss it. It stays on the board
/// until the connection is left, where the user's own program may want to run.
const ALLOWS: &[Allows] = &[
    Allows { from: 400, literal: 8192, window_bits: Some(15) },
    Allows { from: 200, literal: 8192, window_bits: Some(14) },
    Allows { from: 100, literal: 4096, window_bits: Some(13) },
    Allows { from: 50, literal: 2048, window_bits: Some(13) },
    Allows { from: 40, literal: 1024, window_bits: Some(12) },
    Allows { from: 32, literal: 1024, window_bits: Some(11) },
    Allows { from: 20, literal: 512, window_bits: Some(10) },
    LEAST,
];

const LEAST: Allows = Allows { from: 0, literal: 256, window_bits: None };

/// Returns what so many free bytes allow.
pub(super) fn allows(free: u64) -> Allows {
    ALLOWS.iter().copied().find(|allows| free / 1024 >= allows.from).unwrap_or(LEAST)
}

/// Returns whether a file of `size` bytes can go in one script: four times its literal fits.
pub(super) const fn fits_one(size: u64, free: u64) -> bool {
    size.saturating_mul(4).saturating_add(BESIDES) <= free
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec::Vec};

    use super::*;

    const COSTS: &str = include_str!("costs.md");

    /// The rows of the table: a way, and what it needs for each size of literals.
    fn rows() -> impl Iterator<Item = (&'static str, Vec<Option<u64>>)> {
        let cells = |line: &'static str| Some(line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | "));
        COSTS.lines().filter_map(cells).map(|mut cells| {
            let way = cells.next().expect("a way").trim();
            (way, cells.map(|cell| cell.trim().parse().ok()).collect())
        })
    }

    fn column(literal: usize) -> usize {
        (literal / 256).ilog2() as usize
    }

    fn need(way: &str, literal: usize) -> u64 {
        let found = rows().find(|(row, _)| *row == way).and_then(|(_, needs)| needs[column(literal)]);
        found.unwrap_or_else(|| panic!("the table lacks {way} {literal}"))
    }

    #[test]
    fn the_page_says_what_is_used() {
        for &Allows { from, literal, window_bits } in ALLOWS {
            let from = if from == 0 { "less".into() } else { format!("{from} KiB") };
            let window =
                window_bits.map_or_else(|| "no stream".into(), |bits| format!("{} KiB", (1 << bits) / 1024));
            let line = format!("| {from:11} | {literal:<8} | {window:20} |");
            assert!(COSTS.lines().any(|shown| shown == line), "{line}");
        }
    }

    /// The table that is promised to boards that were never measured.
    #[test]
    fn literals_are_never_below_the_floor() {
        for (from, floor) in [(0, 256), (20, 512), (50, 1024), (100, 2048)] {
            for kib in from..500 {
                assert!(allows(kib * 1024).literal >= floor, "{kib} KiB");
            }
        }
    }

    /// Memory in pieces serves less than memory in one: literals may need half of what is free. With the stream it is
    /// four fifths: where that is too much a narrower window costs some scripts, and no stream three times the wire.
    #[test]
    fn what_is_allowed_was_measured() {
        for &Allows { from, literal, window_bits } in ALLOWS {
            let free = from * 1024;
            for way in ["dense", "base64", "ascii"] {
                // The smallest are all that is left to try below 20 KiB.
                assert!(from == 0 || need(way, literal) * 2 <= free, "{way} {literal} from {from} KiB");
            }
            if let Some(bits) = window_bits {
                let way = format!("deflate {bits}");
                assert!(need(&way, literal) * 5 / 4 <= free, "{way} {literal} from {from} KiB");
            }
        }
    }

    #[test]
    fn one_script_fits_where_it_is_said_to() {
        for size in [256, 512, 1024, 2048] {
            assert!(fits_one(size, 4 * size + BESIDES), "{size}");
            assert!(need("one script", size as usize) <= 4 * size + BESIDES, "{size}");
        }
    }
}

//! What a put costs a board's memory, on a real MicroPython with a heap of a chosen size.
//!
//! The table in the documentation of `rawpaste::Plan` comes from here. A run measures some of its cells again; to
//! measure all of it and write it, after a change of what runs on the board or with another MicroPython:
//!
//! ```sh
//! RAWPASTE_WRITE_COSTS=1 cargo test -p rawpaste-blocking --all-features --test costs
//! ```

#[cfg(unix)]
mod content;
#[cfg(unix)]
#[path = "../real/in_process.rs"]
mod in_process;
#[cfg(unix)]
mod measure;
#[cfg(unix)]
mod small;
#[cfg(unix)]
mod table;

use rawpaste_board::trial::run;

#[cfg(unix)]
fn main() {
    use rawpaste_board::trial::{Trial, when_possible};

    let mut trials = small::trials();
    trials.push(when_possible(Trial::test("the table of costs", || {
        if std::env::var_os("RAWPASTE_WRITE_COSTS").is_some_and(|value| value == "1") {
            table::write()
        } else {
            compare()
        }
    })));
    run(trials)
}

#[cfg(not(unix))]
fn main() {
    run(Vec::new())
}

/// Measures a cell of each kind again.
///
/// The same MicroPython needs the same to a byte. Another one, of another version or compiler, has objects of other
/// sizes, and allocates in blocks of 32 bytes: 512 bytes or a twentieth more or less is the same.
#[cfg(unix)]
fn compare() -> Result<(), rawpaste_board::trial::Failed> {
    use measure::{Gauge, Way};
    use rawpaste::Encoding;

    let gauge = Gauge::new()?;
    let cells = [
        (Way::One, 1024),
        (Way::Chunks(Encoding::Dense), 2048),
        (Way::Chunks(Encoding::Base64), 8192),
        (Way::Chunks(Encoding::Ascii), 512),
        (Way::Deflate(10), 512),
        (Way::Deflate(13), 4096),
    ];
    for (way, literal) in cells {
        let (told, found) = (table::read(way, literal)?, gauge.need(way, literal)?);
        if told.abs_diff(found) > (told / 20).max(512) {
            let again = "measure again with RAWPASTE_WRITE_COSTS=1";
            return Err(format!("{way} {literal}: {found} bytes, and costs.md says {told}: {again}").into());
        }
    }
    Ok(())
}

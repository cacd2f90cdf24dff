//! The table of `costs.md`, which the documentation of `rawpaste::Plan` shows.

use std::{fmt::Write, fs, path::PathBuf};

use rawpaste_board::trial::Failed;

use crate::measure::{Gauge, Way};

/// The sizes of literals, in bytes.
pub(crate) const LITERALS: [usize; 6] = [256, 512, 1024, 2048, 4096, 8192];
/// How each line of the table begins that says what the columns are.
const HEAD: &str = "| bytes a literal";

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../protocol/src/transfer/costs.md"].iter().collect()
}

/// Returns what the table says.
pub(crate) fn read(way: Way, literal: usize) -> Result<u64, Failed> {
    let text = fs::read_to_string(path())?;
    let row = text
        .lines()
        .map(|line| line.split('|').map(str::trim))
        .find_map(|mut cells| cells.nth(1).is_some_and(|name| name == way.to_string()).then_some(cells));
    let column = LITERALS.iter().position(|size| *size == literal).ok_or("no such column")?;
    let cell = row.and_then(|mut cells| cells.nth(column)).ok_or_else(|| format!("the table lacks {way}"))?;
    Ok(cell.parse()?)
}

/// Measures all of it and writes it.
pub(crate) fn write() -> Result<(), Failed> {
    let text = fs::read_to_string(path())?;
    let mut text = text[..text.find(HEAD).unwrap_or(text.len())].to_owned();
    write!(text, "{HEAD}")?;
    LITERALS.iter().try_for_each(|size| write!(text, " | {size}"))?;
    writeln!(text, " |\n|{}", "---|".repeat(1 + LITERALS.len()))?;
    let gauge = Gauge::new()?;
    for way in Way::all() {
        write!(text, "| {way}")?;
        for literal in LITERALS {
            if way.takes(literal) {
                write!(text, " | {}", gauge.need(way, literal)?)?;
            } else {
                write!(text, " | -")?;
            }
        }
        writeln!(text, " |")?;
    }
    Ok(fs::write(path(), text)?)
}

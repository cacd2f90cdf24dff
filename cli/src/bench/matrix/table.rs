//! The table as text.

use std::io::{self, Write};

use super::{Board, Matrix, claims::Judged, in_turns, in_words, job::Way, rows::Row, runs::Runs};
use crate::report::{Result, print};

/// Prints it.
pub(super) fn print_all(matrix: &Matrix, runs: &Runs, rows: &[Row], judged: &[Judged]) -> Result<()> {
    print(|out| {
        head(out, matrix, runs.turns())?;
        let mut notes = Vec::new();
        let titles = ["Type", "Operation", "Size", "Duration", "Throughput", "Speedup"].map(String::from);
        let lines: Vec<_> = rows.iter().map(|row| cells(row, &mut notes)).collect();
        write_columns(out, &[vec![titles], lines].concat())?;
        for (number, note) in notes.iter().enumerate() {
            writeln!(out, "[{}] {}", number + 1, note.escape_debug())?;
        }
        drains(out, matrix, rows)?;
        starts(out, matrix, runs)?;
        claims(out, judged)
    })
}

fn head(out: &mut dyn Write, matrix: &Matrix, turns: u32) -> io::Result<()> {
    let board = match matrix.board {
        Board::Micropython => "a MicroPython",
        Board::Sim => "a simulated board",
    };
    writeln!(
        out,
        "Files of random bytes, on {board} behind a link of {}. Medians of {}.",
        matrix.link(),
        in_turns(turns)
    )?;
    writeln!(
        out,
        "A duration is from the first byte to the last answer, on an open connection to a board that is known; the digest\n\
         is compared. The port of \"batched\" and \"what hurt\" drains when it is flushed: it waits until the wire is empty,\n\
         and {} more. \"batched\" is flushed by {};\n\
         \"what hurt\" writes 256 bytes and flushes, in a windowed flow, and gets files in pieces of 256 bytes. Speedup: how\n\
         many times as fast as what hurt.",
        in_words(matrix.drain),
        matrix.policy
    )
}

fn cells(row: &Row, notes: &mut Vec<String>) -> [String; 6] {
    let start = [row.kind.to_string(), row.job.way.to_string(), format!("{} KiB", row.job.kib)];
    let rest = match &row.figures {
        Ok(figures) => [
            figures.lost_in.map_or_else(
                || format!("{:.1} ms", figures.seconds * 1000.0),
                |scatter| format!("< {:.0} ms", scatter * 1000.0),
            ),
            row.throughput().map_or_else(|| "-".into(), |throughput| format!("{throughput:.1} KiB/s")),
            figures.speedup.map_or_else(|| "-".into(), |speedup| format!("{speedup:.2}x")),
        ],
        Err(why) => {
            let note = format!("{}: {why}", row.kind);
            let at = notes.iter().position(|other| *other == note).unwrap_or_else(|| {
                notes.push(note);
                notes.len() - 1
            });
            [format!("failed [{}]", at + 1), "-".into(), "-".into()]
        }
    };
    let [kind, way, size] = start;
    let [duration, throughput, speedup] = rest;
    [kind, way, size, duration, throughput, speedup]
}

/// How often the ports that drain did, size by size.
fn drains(out: &mut dyn Write, matrix: &Matrix, rows: &[Row]) -> io::Result<()> {
    let of = |kind, way| {
        let rows = rows.iter().filter(move |row| row.kind == kind && row.job.way == way);
        let drains = rows.filter_map(|row| Some(format!("{:.0}", row.figures.as_ref().ok()?.drains?)));
        drains.collect::<Vec<_>>().join(", ")
    };
    for (kind, way) in matrix.kinds().into_iter().flat_map(|kind| Way::BOTH.map(|way| (kind, way))) {
        let drains = of(kind, way);
        if !drains.is_empty() {
            writeln!(out, "{kind}: {way}s, from the smallest on, drained {drains} times")?;
        }
    }
    Ok(())
}

/// Told apart from the rows, which are without it.
fn starts(out: &mut dyn Write, matrix: &Matrix, runs: &Runs) -> io::Result<()> {
    for kind in matrix.kinds() {
        if let Some(start) = runs.start(kind) {
            let start = start * 1000.0;
            writeln!(
                out,
                "{kind}: {start:.0} ms for a file of 1 byte, its start, are taken off each duration"
            )?;
        }
    }
    Ok(())
}

fn claims(out: &mut dyn Write, judged: &[Judged]) -> io::Result<()> {
    writeln!(
        out,
        "\nHow many times as fast: medians over pairs of runs next to each other, and how far chance may move them"
    )?;
    let titles = ["", "Operation", "At least", "Size and ratio", "Chance", "Verdict"].map(String::from);
    let line = |judged: &Judged| {
        let claim = &judged.claim;
        let ratios = judged.sizes.iter().map(|(kib, ratio, _)| format!("{kib} KiB {ratio:.2}x"));
        [
            format!("{} : {}", claim.carrier, claim.against),
            claim.way.to_string(),
            format!("{:.2}x", claim.least),
            ratios.collect::<Vec<_>>().join("  "),
            judged.chance.map_or_else(|| "-".into(), part),
            judged.verdict.text().into(),
        ]
    };
    write_columns(out, &[vec![titles], judged.iter().map(line).collect()].concat())?;
    if judged.iter().any(|judged| judged.blind) {
        writeln!(
            out,
            "This machine is busy: a ratio a tenth below what is asked could have been taken for chance."
        )?;
    }
    Ok(())
}

fn part(chance: f64) -> String {
    if chance > 1.0 { "> 100 %".into() } else { format!("{:.1} %", chance * 100.0) }
}

/// Writes columns, the first two to the left and the others to the right but for the last of six with text.
fn write_columns(out: &mut dyn Write, lines: &[[String; 6]]) -> io::Result<()> {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    for line in lines {
        let cell = |column: usize| {
            let (text, width) = (&line[column], widths[column]);
            if column < 2 { format!("{text:<width$}") } else { format!("{text:>width$}") }
        };
        writeln!(out, "{}", std::array::from_fn::<_, 6, _>(cell).join(" | ").trim_end())?;
    }
    Ok(())
}

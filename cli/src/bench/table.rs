//! The figures as plain tables.

use std::io::Write;

use super::{
    Outcome, Plan, Runner, Stage,
    series::{Figures, Row},
};
use crate::report::{Result, print};

/// Prints them.
pub(super) fn print_all(plan: &Plan, peers: &[String], runners: &[Runner], rows: &[Row]) -> Result<()> {
    let mut notes = Vec::new();
    let mut lines = vec![head(runners)];
    for row in rows {
        lines.push(line(row, first_time(row, rows), runners, plan.rate, &mut notes));
    }
    print(|out| {
        writeln!(out, "{}", introduction(plan, peers))?;
        write_aligned(out, &lines)?;
        for (number, note) in notes.iter().enumerate() {
            writeln!(out, "[{}] {}", number + 1, note.escape_debug())?;
        }
        let counts: Vec<_> = rows.iter().filter_map(counts).collect();
        if counts.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nours, counted (a turn: something was heard after something was said)")?;
        let titles = ["work", "bytes", "bytes up", "up a byte", "bytes down", "turns", "seconds"];
        let titles = titles.map(String::from).to_vec();
        write_aligned(out, &[vec![titles], counts].concat())
    })
}

fn introduction(plan: &Plan, peers: &[String]) -> String {
    let wire = f64::from(plan.rate) / 1024.0;
    let delay = plan.shape.delay.as_micros();
    let heap = plan.heap.as_ref().map(|heap| format!(", heap {}", heap.escape_debug())).unwrap_or_default();
    let beside = if peers.is_empty() { String::new() } else { format!(" and of {}", peers.join(" and ")) };
    let text = if peers.is_empty() { "this program's own" } else { "the peers'" };
    format!(
        "{} bytes/s ({wire:.2} KiB/s) and {delay} us each way{heap}; medians of {}, of ours{beside}; source text is \
         {text}",
        plan.rate, plan.repeat
    )
}

fn head(runners: &[Runner]) -> Vec<String> {
    let ours = ["work", "KiB", "ours KiB/s", "of the wire", "slope KiB/s"].map(String::from);
    let others = runners.iter().skip(1).map(Runner::name);
    let others = others.flat_map(|name| [format!("{name} KiB/s"), format!("ours/{name}")]);
    ours.into_iter().chain(others).collect()
}

/// The row of the same work with new files.
fn first_time<'a>(row: &Row, rows: &'a [Row]) -> Option<&'a Row> {
    rows.iter().find(|other| other.work == row.work && other.stage == Stage::New)
}

fn line(
    row: &Row,
    first: Option<&Row>,
    runners: &[Runner],
    rate: u32,
    notes: &mut Vec<String>,
) -> Vec<String> {
    let mut cells = vec![row.label(), format!("{:.1}", row.bytes as f64 / 1024.0)];
    let firsts = first.map(|first| &first.cells[..]).unwrap_or_default();
    let mut ours = None;
    for (at, runner) in runners.iter().enumerate() {
        let first = firsts.get(at).and_then(done);
        match (&row.cells[at], runner) {
            (Some(Ok(figures)), Runner::Ours) => {
                cells.extend(of_ours(row, figures, first, rate));
                ours = Some(figures);
            }
            (Some(Ok(figures)), Runner::Limit | Runner::Peer(_)) => {
                cells.extend(of_another(row, figures, first, ours));
            }
            (Some(Err(why)), _) => {
                cells.push(format!("failed [{}]", noted(notes, format!("{}: {why}", runner.name()))));
                cells.extend(blanks(runner));
            }
            (None, _) => {
                cells.push(String::new());
                cells.extend(blanks(runner));
            }
        }
    }
    cells
}

/// Returns the number of a note, which may be there already.
fn noted(notes: &mut Vec<String>, note: String) -> usize {
    let at = notes.iter().position(|other| *other == note).unwrap_or_else(|| {
        notes.push(note);
        notes.len() - 1
    });
    at + 1
}

/// What stands behind the first cell of a runner that has no figures.
fn blanks(runner: &Runner) -> Vec<String> {
    let count = if matches!(runner, Runner::Ours) { 2 } else { 1 };
    vec![String::new(); count]
}

fn done(cell: &Option<Outcome<Figures>>) -> Option<&Figures> {
    cell.as_ref()?.as_ref().ok()
}

fn of_ours(row: &Row, figures: &Figures, first: Option<&Figures>, rate: u32) -> [String; 3] {
    if row.stage == Stage::New {
        let slope = figures.slope().map(|_| format!("{:.2}", row.compared(figures)));
        let wire = format!("{:.3}x", row.whole(figures) * 1024.0 / f64::from(rate));
        return [format!("{:.2}", row.whole(figures)), wire, slope.unwrap_or_default()];
    }
    let parts = first.map(|first| {
        let wire = figures.wire().unwrap_or(0.0) / first.wire().unwrap_or(f64::INFINITY);
        let time = figures.seconds() / first.seconds();
        [format!("{:.1} % of new", 100.0 * time), format!("{:.1} % of its bytes", 100.0 * wire)]
    });
    let [time, wire] = parts.unwrap_or_default();
    [format!("{:.2} s", figures.seconds()), time, wire]
}

fn of_another(row: &Row, figures: &Figures, first: Option<&Figures>, ours: Option<&Figures>) -> [String; 2] {
    if row.stage == Stage::New {
        let speed = row.compared(figures);
        let ratio = ours.map(|ours| format!("{:.2}x", row.compared(ours) / speed));
        return [format!("{speed:.2}"), ratio.unwrap_or_default()];
    }
    let seconds = figures.slope().unwrap_or_else(|| figures.seconds());
    let part = first.and_then(Figures::slope).map(|first| format!(", {:.0} %", 100.0 * seconds / first));
    let ratio = ours.map(|ours| format!("{:.2}x", seconds / ours.seconds()));
    [format!("{seconds:.2} s{}", part.unwrap_or_default()), ratio.unwrap_or_default()]
}

fn counts(row: &Row) -> Option<Vec<String>> {
    let figures = done(row.cells.first()?)?;
    let counts = figures.whole.counts?;
    Some(vec![
        row.label(),
        row.bytes.to_string(),
        counts.up.to_string(),
        format!("{:.4}", counts.up as f64 / row.bytes as f64),
        counts.down.to_string(),
        counts.turns.to_string(),
        format!("{:.3}", figures.seconds()),
    ])
}

/// Writes columns: the first to the left, the others to the right.
fn write_aligned(out: &mut dyn Write, lines: &[Vec<String>]) -> std::io::Result<()> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns).map(width).collect();
    for line in lines {
        let padded = line.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

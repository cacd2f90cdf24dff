//! The figures as JSON.

use serde_json::{Map, Value, json};

use super::{
    Plan, Runner, Stage,
    series::{Figures, Row},
};
use crate::report::{Result, print_json};

/// Prints them.
pub(super) fn print_all(plan: &Plan, peers: &[String], runners: &[Runner], rows: &[Row]) -> Result<()> {
    let value = json!({
        "rate": plan.rate,
        "delay_us": u64::try_from(plan.shape.delay.as_micros()).unwrap_or(u64::MAX),
        "heap": plan.heap,
        "repeat": plan.repeat,
        "peers": peers,
        "rows": rows.iter().map(|row| of_row(row, runners)).collect::<Vec<_>>(),
    });
    print_json(&value)
}

fn of_row(row: &Row, runners: &[Runner]) -> Value {
    let stage = match row.stage {
        Stage::New => "new",
        Stage::Again => "again",
        Stage::Edited => "edited",
        Stage::Known => "edited, old file known",
        Stage::Unknown => "again, board unknown",
    };
    let cells = runners.iter().zip(&row.cells).filter_map(|(runner, cell)| {
        let value = match cell.as_ref()? {
            Ok(figures) => of_figures(row, figures),
            Err(why) => json!({ "failed": why }),
        };
        Some((runner.name().to_owned(), value))
    });
    json!({
        "work": row.work.to_string(),
        "stage": stage,
        "bytes": row.bytes,
        "runs": cells.collect::<Map<_, _>>(),
    })
}

fn of_figures(row: &Row, figures: &Figures) -> Value {
    let seconds: Vec<_> = figures.times.iter().map(|time| time.as_secs_f64()).collect();
    let counts = figures.whole.counts;
    let mut value = json!({
        "seconds": seconds,
        "kib_per_second": row.whole(figures),
        "slope_seconds": figures.slope(),
        "slope_kib_per_second": figures.slope().map(|_| row.compared(figures)),
    });
    if let (Some(counts), Some(object)) = (counts, value.as_object_mut()) {
        object.insert("up".into(), counts.up.into());
        object.insert("down".into(), counts.down.into());
        object.insert("turns".into(), counts.turns.into());
    }
    value
}

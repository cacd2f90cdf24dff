//! The table as JSON.

use serde_json::{Map, Value, json};

use super::{
    Board, Matrix,
    claims::{Judged, Verdict},
    rows::Row,
    runs::Runs,
};
use crate::report::{Result, print_json};

/// Prints it.
pub(super) fn print_all(matrix: &Matrix, runs: &Runs, rows: &[Row], judged: &[Judged]) -> Result<()> {
    let starts =
        matrix.kinds().into_iter().filter_map(|kind| Some((kind.to_string(), runs.start(kind)?.into())));
    let value = json!({
        "board": match matrix.board {
            Board::Micropython => "micropython",
            Board::Sim => "sim",
        },
        "rate": matrix.shape.rate,
        "delay_us": micros(matrix.shape.delay),
        "drain_us": micros(matrix.drain),
        "flow": matrix.flow_name(),
        "flush": matrix.policy.to_string(),
        "chunk": matrix.choices.chunk,
        "turns": runs.turns(),
        "start_seconds": starts.collect::<Map<_, _>>(),
        "rows": rows.iter().map(of_row).collect::<Vec<_>>(),
        "ratios": judged.iter().map(of_judged).collect::<Vec<_>>(),
    });
    print_json(&value)
}

fn micros(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn of_row(row: &Row) -> Value {
    let mut value = json!({
        "type": row.kind.to_string(),
        "operation": row.job.way.to_string(),
        "kib": row.job.kib,
    });
    let more = match &row.figures {
        Ok(figures) => json!({
            "seconds": figures.seconds,
            "runs": figures.runs,
            "kib_per_second": row.throughput(),
            "speedup": figures.speedup,
            "drains": figures.drains,
        }),
        Err(why) => json!({ "failed": why }),
    };
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    value
}

fn of_judged(judged: &Judged) -> Value {
    let claim = &judged.claim;
    let size =
        |(kib, ratio, pairs): &(u32, f64, Vec<f64>)| json!({ "kib": kib, "ratio": ratio, "pairs": pairs });
    json!({
        "type": claim.carrier.to_string(),
        "against": claim.against.to_string(),
        "operation": claim.way.to_string(),
        "at_least": claim.least,
        "sizes": judged.sizes.iter().map(size).collect::<Vec<_>>(),
        "chance": judged.chance,
        "blind": judged.blind,
        "holds": match judged.verdict {
            Verdict::Holds => Some(true),
            Verdict::FallsShort => Some(false),
            Verdict::TooFew => None,
        },
    })
}

//! The peers, for the same sizes: whole programs, so that their start is measured beside each run and taken off.

use std::time::Duration;

use super::{
    Matrix,
    job::{Job, Way},
    kind::Kind,
    runs::{Run, Runs},
};
use crate::{
    bench::{
        Outcome,
        bed::Bed,
        peer::Found,
        work::{Load, Work},
    },
    report::Result,
};

/// How long one may take: far longer than any does.
const PATIENCE: Duration = Duration::from_secs(120);

/// Lets a peer do a job, each time on a fresh board; one that cannot do it is not asked again.
pub(super) fn run(
    matrix: &Matrix,
    kind: Kind,
    peer: &Found,
    job: Job,
    turn: u32,
    runs: &mut Runs,
) -> Result<()> {
    if runs.failed(kind, job.way).is_some() {
        return Ok(());
    }
    let start = time(matrix, peer, job, 1)?;
    let whole = time(matrix, peer, job, job.kib as usize * 1024)?;
    match start.and_then(|start| Ok((start, whole?))) {
        Ok((start, whole)) => {
            runs.add_start(kind, start.as_secs_f64());
            let seconds = whole.saturating_sub(start).as_secs_f64();
            runs.add(Run { kind, job, turn, seconds, drains: None });
        }
        Err(why) => runs.fail(kind, job.way, why),
    }
    Ok(())
}

fn time(matrix: &Matrix, peer: &Found, job: Job, bytes: usize) -> Result<Outcome<Duration>> {
    let work = match job.way {
        Way::Upload => Work::RandomUp,
        Way::Download => Work::RandomDown,
    };
    let bed = Bed::new(matrix.shape, None)?;
    let slower = u32::max(11_520 / matrix.shape.rate.unwrap_or(u32::MAX).max(1), 1);
    let times = peer.run(work, &Load::random(bytes), &bed, PATIENCE * slower);
    Ok(times.and_then(|times| {
        times.first().map(|(_, timing)| timing.time).ok_or_else(|| "it did nothing".into())
    }))
}

//! The rows of the table.

use super::{
    Matrix,
    job::{Job, Way},
    kind::{Carrier, Kind},
    runs::{NOTHING, Runs, median},
};

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) job: Job,
    /// Or why there are none.
    pub(super) figures: Result<Figures, String>,
}

/// What it came to.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    /// The median.
    pub(super) seconds: f64,
    pub(super) runs: Vec<f64>,
    /// What it is lost in, where the start was taken off and is so much larger that its scatter is all that is seen.
    pub(super) lost_in: Option<f64>,
    /// How many times as fast as the way that hurt, in the median over pairs.
    pub(super) speedup: Option<f64>,
    /// How often the port drained, if it is one that drains.
    pub(super) drains: Option<f64>,
}

/// What is less than this part of a start is lost in it.
const SCATTER: f64 = 0.1;

impl Row {
    /// All rows: uploads first, then by size, then by kind.
    pub(super) fn all(matrix: &Matrix, runs: &Runs) -> Vec<Self> {
        let jobs =
            Way::BOTH.into_iter().flat_map(|way| matrix.sizes.iter().map(move |&kib| Job { way, kib }));
        let row = |(job, kind)| Self { kind, job, figures: Figures::of(kind, job, runs) };
        jobs.flat_map(|job| matrix.kinds().into_iter().map(move |kind| (job, kind))).map(row).collect()
    }

    /// KiB a second, where that can be told.
    pub(super) fn throughput(&self) -> Option<f64> {
        let figures = self.figures.as_ref().ok()?;
        figures.lost_in.is_none().then(|| f64::from(self.job.kib) / figures.seconds.max(NOTHING))
    }
}

impl Figures {
    fn of(kind: Kind, job: Job, runs: &Runs) -> Result<Self, String> {
        let all = runs.seconds(kind, job);
        let (Some(seconds), None) = (median(&all), runs.failed(kind, job.way)) else {
            return Err(runs.failed(kind, job.way).unwrap_or("it was not measured").to_owned());
        };
        let lost_in = runs.start(kind).map(|start| start * SCATTER).filter(|scatter| seconds < *scatter);
        let speedup = median(&runs.ratios(kind, Kind::Ours(Carrier::Hurt), job));
        let speedup = speedup.filter(|_| lost_in.is_none());
        Ok(Self { seconds, runs: all, lost_in, speedup, drains: runs.drains(kind, job) })
    }
}

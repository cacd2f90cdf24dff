//! The rows of the table.

use super::{
    Matrix,
    job::{Job, Way},
    kind::{Carrier, Kind},
    runs::{Runs, median},
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
    /// The median, which may be nothing where a start was taken off.
    pub(super) seconds: f64,
    pub(super) runs: Vec<f64>,
    /// How many times as fast as the way that hurt, in the median over pairs.
    pub(super) speedup: Option<f64>,
}

impl Row {
    /// All rows: uploads first, then by size, then by kind.
    pub(super) fn all(matrix: &Matrix, runs: &Runs) -> Vec<Self> {
        let jobs =
            Way::BOTH.into_iter().flat_map(|way| matrix.sizes.iter().map(move |&kib| Job { way, kib }));
        let row = |(job, kind)| Self { kind, job, figures: Figures::of(kind, job, runs) };
        jobs.flat_map(|job| matrix.kinds().into_iter().map(move |kind| (job, kind))).map(row).collect()
    }

    /// KiB a second, where it took any time.
    pub(super) fn throughput(&self) -> Option<f64> {
        let figures = self.figures.as_ref().ok()?;
        (figures.seconds > 0.0).then(|| f64::from(self.job.kib) / figures.seconds)
    }
}

impl Figures {
    fn of(kind: Kind, job: Job, runs: &Runs) -> Result<Self, String> {
        let seconds = runs.seconds(kind, job);
        match (median(&seconds), runs.failed(kind, job.way)) {
            (Some(median_of), None) => Ok(Self {
                seconds: median_of,
                runs: seconds,
                speedup: median(&runs.ratios(kind, Kind::Ours(Carrier::Hurt), job)),
            }),
            (_, why) => Err(why.unwrap_or("it was not measured").to_owned()),
        }
    }
}

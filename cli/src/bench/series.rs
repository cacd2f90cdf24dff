//! Times of several runs, and what follows from them.

use std::{fmt, time::Duration};

use super::{Outcome, Stage, Timing, Work};

/// What one runner took for one work.
#[derive(Debug, Default)]
pub(super) struct Series {
    small: Vec<(Stage, Timing)>,
    large: Vec<(Stage, Timing)>,
    /// Why it was given up.
    pub(super) failed: Option<String>,
}

impl Series {
    /// Adds a run.
    pub(super) fn add(&mut self, large: bool, run: Outcome<Vec<(Stage, Timing)>>) {
        match run {
            Ok(times) if large => self.large.extend(times),
            Ok(times) => self.small.extend(times),
            Err(why) => self.failed = self.failed.take().or(Some(why)),
        }
    }

    /// What comes of a stage, if there was one.
    fn figures(&self, stage: Stage) -> Option<Outcome<Figures>> {
        if let Some(why) = &self.failed {
            return Some(Err(why.clone()));
        }
        let whole = median(&self.large, stage)?;
        let start = median(&self.small, stage).map(|small| small.time);
        let times = self.large.iter().filter(|(of, _)| *of == stage).map(|(_, timing)| timing.time).collect();
        Some(Ok(Figures { whole, start, times }))
    }
}

impl fmt::Display for Series {
    /// The last run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.failed, self.large.last()) {
            (Some(why), _) => write!(f, "failed: {}", why.escape_debug()),
            (None, Some((_, timing))) => write!(f, "{:.2} s", timing.time.as_secs_f64()),
            (None, None) => f.write_str("nothing"),
        }
    }
}

/// The middle one; of an even number the slower of the two.
fn median(times: &[(Stage, Timing)], stage: Stage) -> Option<Timing> {
    let mut times: Vec<_> = times.iter().filter(|(of, _)| *of == stage).map(|(_, timing)| *timing).collect();
    times.sort_by_key(|timing| timing.time);
    times.get(times.len() / 2).copied()
}

/// What one runner took for one row.
#[derive(Debug)]
pub(super) struct Figures {
    /// The median of the large runs.
    pub(super) whole: Timing,
    /// The median of the small runs, if there were any.
    start: Option<Duration>,
    /// The large runs.
    pub(super) times: Vec<Duration>,
}

impl Figures {
    /// The seconds of the large run.
    pub(super) fn seconds(&self) -> f64 {
        self.whole.time.as_secs_f64()
    }

    /// What went both ways, where it was counted.
    pub(super) fn wire(&self) -> Option<f64> {
        self.whole.counts.map(|counts| (counts.up + counts.down) as f64)
    }

    /// The seconds from the small run to the large one, if there was a small one.
    pub(super) fn slope(&self) -> Option<f64> {
        self.start.map(|start| self.whole.time.as_secs_f64() - start.as_secs_f64())
    }
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) work: Work,
    pub(super) stage: Stage,
    /// The bytes of the large run, and how many more they are than those of the small one.
    pub(super) bytes: usize,
    pub(super) more: usize,
    /// One for each runner; `None` for one that has no such row.
    pub(super) cells: Vec<Option<Outcome<Figures>>>,
}

impl Row {
    /// The rows of a work.
    pub(super) fn of(work: Work, (small, large): (usize, usize), all: &[Option<Series>]) -> Vec<Self> {
        let row = |&stage: &Stage| Self {
            work,
            stage,
            bytes: large,
            more: large - small,
            cells: all.iter().map(|series| series.as_ref()?.figures(stage)).collect(),
        };
        work.stages().iter().map(row).collect()
    }

    /// What it is called.
    pub(super) fn label(&self) -> String {
        match self.stage {
            Stage::New => self.work.to_string(),
            Stage::Again => "the same again".into(),
            Stage::Edited => "the same, one line changed".into(),
            Stage::Known => "the same, old file known".into(),
            Stage::Unknown => "the same, board unknown".into(),
        }
    }

    /// How fast a runner is that can be compared with ours, in KiB/s: by the slope, if there is one.
    pub(super) fn compared(&self, figures: &Figures) -> f64 {
        figures.slope().map_or_else(|| self.whole(figures), |slope| kib_per_second(self.more, slope))
    }

    /// How fast the large run was, in KiB/s.
    pub(super) fn whole(&self, figures: &Figures) -> f64 {
        kib_per_second(self.bytes, figures.seconds())
    }
}

/// Nothing is faster than a microsecond here.
fn kib_per_second(bytes: usize, seconds: f64) -> f64 {
    bytes as f64 / 1024.0 / seconds.max(1e-6)
}

//! What runs took.

use super::{
    job::{Job, Way},
    kind::Kind,
};

/// One run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) kind: Kind,
    pub(super) job: Job,
    /// Runs of one job in one turn were next to each other.
    pub(super) turn: u32,
    pub(super) seconds: f64,
    /// How often its port drained, if it is one that drains.
    pub(super) drains: Option<u32>,
}

/// All of them, and what could not be run.
#[derive(Debug, Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    failed: Vec<(Kind, Way, String)>,
    starts: Vec<(Kind, f64)>,
}

impl Runs {
    /// Adds a run.
    pub(super) fn add(&mut self, run: Run) {
        self.runs.push(run);
    }

    /// Says that it cannot do this.
    pub(super) fn fail(&mut self, kind: Kind, way: Way, why: String) {
        self.failed.push((kind, way, why));
    }

    /// Why it cannot do this, if it cannot.
    pub(super) fn failed(&self, kind: Kind, way: Way) -> Option<&str> {
        let mut failed = self.failed.iter().filter(|(of, what, _)| *of == kind && *what == way);
        failed.next().map(|(_, _, why)| why.as_str())
    }

    /// Adds how long a program of its own took to start; its runs are without that.
    pub(super) fn add_start(&mut self, kind: Kind, seconds: f64) {
        self.starts.push((kind, seconds));
    }

    /// How long it takes to start, if it has to.
    pub(super) fn start(&self, kind: Kind) -> Option<f64> {
        let starts = self.starts.iter().filter(|(of, _)| *of == kind);
        median(&starts.map(|(_, seconds)| *seconds).collect::<Vec<_>>())
    }

    /// How many turns there were.
    pub(super) fn turns(&self) -> u32 {
        self.runs.iter().map(|run| run.turn + 1).max().unwrap_or(0)
    }

    fn of(&self, kind: Kind, job: Job) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |run| run.kind == kind && run.job == job)
    }

    /// What it took, run by run.
    pub(super) fn seconds(&self, kind: Kind, job: Job) -> Vec<f64> {
        self.of(kind, job).map(|run| run.seconds).collect()
    }

    /// How often its port drained in a run, if it is one that drains.
    pub(super) fn drains(&self, kind: Kind, job: Job) -> Option<f64> {
        let drains: Option<Vec<_>> = self.of(kind, job).map(|run| run.drains.map(f64::from)).collect();
        median(&drains?)
    }

    /// How many times as fast it is as another, turn by turn in which both ran.
    pub(super) fn ratios(&self, kind: Kind, against: Kind, job: Job) -> Vec<f64> {
        let pair = |run: &Run| {
            let other = self.of(against, job).find(|other| other.turn == run.turn)?;
            Some(other.seconds.max(NOTHING) / run.seconds.max(NOTHING))
        };
        self.of(kind, job).filter_map(pair).collect()
    }
}

/// Nothing takes less here.
pub(super) const NOTHING: f64 = 1e-6;

/// The middle one, or between the two in the middle.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let above = values.get(middle)?;
    Some(if values.len() % 2 == 1 { *above } else { f64::midpoint(values[middle - 1], *above) })
}

#[cfg(test)]
mod tests {
    use super::super::kind::Carrier;
    use super::*;

    const BLOCKING: Kind = Kind::Ours(Carrier::Blocking);
    const TOKIO: Kind = Kind::Ours(Carrier::Tokio);
    const HURT: Kind = Kind::Ours(Carrier::Hurt);

    const JOB: Job = Job { way: Way::Upload, kib: 1 };

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 2.0, 4.0]), Some(3.0));
    }

    #[test]
    fn pairs_are_of_one_turn() {
        let mut runs = Runs::default();
        for (kind, turn, seconds) in
            [(BLOCKING, 0, 2.0), (TOKIO, 0, 1.0), (TOKIO, 1, 1.0), (BLOCKING, 1, 4.0), (TOKIO, 2, 1.0)]
        {
            runs.add(Run { kind, job: JOB, turn, seconds, drains: None });
        }
        // The machine was slower in the second turn, for both.
        assert_eq!(runs.ratios(TOKIO, BLOCKING, JOB), [2.0, 4.0]);
        assert!(runs.ratios(TOKIO, HURT, JOB).is_empty());
        assert_eq!(runs.ratios(TOKIO, TOKIO, JOB), [1.0; 3]);
        assert_eq!(runs.seconds(TOKIO, JOB), [1.0; 3]);
        assert!(runs.seconds(TOKIO, Job { kib: 2, ..JOB }).is_empty());
    }

    #[test]
    fn drains_are_those_of_a_port_that_drains() {
        let mut runs = Runs::default();
        for (turn, drains) in [(0, 3), (1, 9), (2, 4)] {
            runs.add(Run { kind: HURT, job: JOB, turn, seconds: 1.0, drains: Some(drains) });
            runs.add(Run { kind: TOKIO, job: JOB, turn, seconds: 1.0, drains: None });
        }
        assert_eq!((runs.drains(HURT, JOB), runs.drains(TOKIO, JOB)), (Some(4.0), None));
    }

    #[test]
    fn the_first_failure_is_told() {
        let mut runs = Runs::default();
        runs.fail(TOKIO, Way::Upload, "no board".into());
        runs.fail(TOKIO, Way::Upload, "no board again".into());
        assert_eq!(runs.failed(TOKIO, Way::Upload), Some("no board"));
        assert_eq!(runs.failed(TOKIO, Way::Download), None);
        assert_eq!(runs.failed(BLOCKING, Way::Upload), None);
    }

    #[test]
    fn a_start_is_the_median_of_starts() {
        let mut runs = Runs::default();
        [3.0, 1.0, 2.0].into_iter().for_each(|seconds| runs.add_start(HURT, seconds));
        assert_eq!((runs.start(HURT), runs.start(TOKIO)), (Some(2.0), None));
    }
}

//! Who does what, and when.
//!
//! In each turn there is a fresh board, and one after the other does one file: those who are compared do the same file on
//! the same board next to each other, each turn in another order, so that whatever else the machine does meets all. A file
//! of 10 KiB or less, which is gone in a tenth of a second, goes three times in a turn, and the fastest counts. Four turns
//! are enough for the runtimes, which differ by hundredths if at all, and two for all others. So a table takes less than two
//! minutes, also where the machine is busy: after the first two, no turn begins that would end too late.

use std::{
    sync::mpsc::Receiver,
    time::{Duration, Instant},
};

use super::{
    Matrix,
    job::Job,
    kind::{Carrier, Kind},
    rivals,
    runs::{Run, Runs},
    runtime::{Runner, Took},
};
use crate::{
    bench::{Peer, peer},
    report::{Failure, Result, say},
};

/// The bytes a second for which [`LATEST`] is meant.
pub(crate) const USUAL_RATE: u32 = 115_200;
/// How many turns there are, if there is time.
const TURNS: u32 = 4;
/// In how many of them, the first, there are all and not the runtimes alone.
const WHOLE: u32 = 2;
/// After so long no more turn begins.
const LATEST: Duration = Duration::from_secs(90);

/// How often a file goes in one turn.
const fn times(job: Job) -> usize {
    if job.kib <= 10 { 3 } else { 1 }
}

/// The turns that are to be taken.
pub(super) struct Turns<'a> {
    matrix: &'a Matrix,
    peers: Vec<(Peer, peer::Found)>,
    jobs: Vec<Job>,
    interrupted: Receiver<()>,
}

impl<'a> Turns<'a> {
    pub(super) fn new(
        matrix: &'a Matrix,
        peers: Vec<(Peer, peer::Found)>,
        interrupted: Receiver<()>,
    ) -> Self {
        Self { matrix, peers, jobs: Job::all(&matrix.sizes), interrupted }
    }

    /// Takes them.
    pub(super) fn all(&self) -> Result<Runs> {
        let (mut runs, mut turn, began) = (Runs::default(), 0, Instant::now());
        while goes_on(self.matrix, turn, began.elapsed()) {
            self.take(turn, &mut runs)?;
            turn += 1;
            say(&format!("turn {turn} of {}", self.matrix.repeat.unwrap_or(TURNS)));
        }
        Ok(runs)
    }

    /// Does each job once with all whose turn it is.
    fn take(&self, turn: u32, runs: &mut Runs) -> Result<()> {
        let all = turn < WHOLE;
        let carriers: &[Carrier] = if all { &Carrier::ALL } else { &Carrier::RUNTIMES };
        let bed = self.matrix.bed(&self.jobs)?;
        let runner =
            |&carrier: &Carrier| Runner::new(carrier, self.matrix, &bed).map_err(|why| failed(carrier, &why));
        let mut runners = carriers.iter().map(runner).collect::<Result<Vec<_>>>()?;
        for (at, &job) in self.jobs.iter().enumerate() {
            self.pair(&mut runners, job, at + turn as usize, turn, runs)?;
            for (peer, found) in self.peers.iter().filter(|_| all) {
                self.unless_interrupted()?;
                say(&format!("{}, {job}", peer.title()));
                rivals::run(self.matrix, Kind::Peer(*peer), found, job, turn, runs)?;
            }
        }
        Ok(())
    }

    /// Lets them do a job next to each other, beginning with the one at `first`.
    fn pair(
        &self,
        runners: &mut [Runner<'_>],
        job: Job,
        first: usize,
        turn: u32,
        runs: &mut Runs,
    ) -> Result<()> {
        let mut fastest = vec![None; runners.len()];
        for time in 0..times(job) {
            for place in 0..runners.len() {
                self.unless_interrupted()?;
                let next = (place + first + time) % runners.len();
                let runner = &mut runners[next];
                let took =
                    runner.run(job).map_err(|why| failed(runner.carrier(), &format!("{job}: {why}")))?;
                let faster = |best: &Took| took.time < best.time;
                if fastest[next].as_ref().is_none_or(faster) {
                    fastest[next] = Some(took);
                }
            }
        }
        for (runner, fastest) in runners.iter().zip(fastest) {
            let Some(Took { time, drains }) = fastest else { continue };
            let kind = Kind::Ours(runner.carrier());
            runs.add(Run { kind, job, turn, seconds: time.as_secs_f64(), drains });
        }
        Ok(())
    }

    fn unless_interrupted(&self) -> Result<()> {
        if self.interrupted.try_recv().is_ok() { Err(Failure::trouble("interrupted")) } else { Ok(()) }
    }
}

/// Whether there is another turn, after so many and so long.
fn goes_on(matrix: &Matrix, turns: u32, spent: Duration) -> bool {
    let slower = u32::max(USUAL_RATE / matrix.shape.rate.unwrap_or(USUAL_RATE).max(1), 1);
    let in_time = turns < WHOLE || spent < LATEST * slower || !matrix.peers.is_empty();
    matrix.repeat.map_or(turns < TURNS && in_time, |repeat| turns < repeat)
}

fn failed(carrier: Carrier, why: &str) -> Failure {
    Failure::trouble(format!("{carrier} failed: {}", why.escape_debug()))
}

#[cfg(test)]
mod tests {
    use rawpaste::{Choices, Flow, Policy};
    use rawpaste_board::Shape;

    use super::super::Board;
    use super::*;

    fn matrix(rate: u32, repeat: Option<u32>) -> Matrix {
        Matrix {
            board: Board::Sim,
            shape: Shape { rate: Some(rate), ..Shape::default() },
            sizes: vec![1],
            repeat,
            peers: Vec::new(),
            flow: Flow::Open,
            choices: Choices::default(),
            policy: Policy::host(),
            drain: Duration::ZERO,
            json: false,
            svg: None,
        }
    }

    fn turns(matrix: &Matrix, each: Duration) -> u32 {
        (0..).find(|&turn| !goes_on(matrix, turn, each * turn)).unwrap_or(u32::MAX)
    }

    #[test]
    fn there_are_four_turns_if_there_is_time() {
        let usual = matrix(USUAL_RATE, None);
        assert_eq!(turns(&usual, Duration::from_secs(20)), 4);
        assert_eq!(turns(&usual, Duration::from_secs(40)), 3);
        assert_eq!(turns(&usual, Duration::from_secs(500)), 2);
        assert_eq!(turns(&matrix(11_520, None), Duration::from_secs(200)), 4);
    }

    #[test]
    fn so_many_as_were_asked_for() {
        for asked in [1, 3, 9] {
            assert_eq!(turns(&matrix(USUAL_RATE, Some(asked)), Duration::from_secs(500)), asked);
        }
    }

    #[test]
    fn peers_take_their_time() {
        let peers = Matrix { peers: vec![Peer::Mpremote], ..matrix(USUAL_RATE, None) };
        assert_eq!(turns(&peers, Duration::from_secs(500)), 4);
    }
}

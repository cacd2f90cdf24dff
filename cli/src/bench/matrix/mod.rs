//! The table that people of slow uploads know: the same files through each runtime, and in the way that hurt.
//!
//! [`job`] says what travels and [`kind`] who carries it, [`runtime`] has the runtimes, [`hurt`] the transport whose every flush
//! waits for its drain, [`pieces`] the download that goes with it, and [`rivals`] the peers. [`rows`] and [`claims`] are what
//! comes of the [`runs`]; [`table`], [`json`] and [`picture`] tell it.
//!
//! # Turns
//!
//! In each turn there is a fresh board, and one after the other does one file: those who are compared do the same file on
//! the same board next to each other, each turn in another order, so that whatever else the machine does meets all. A file of
//! 10 KiB or less, which is gone in a tenth of a second, goes three times in a turn, and the fastest counts. Four turns are enough for
//! the runtimes; who is slower by more than a few hundredths is in each third turn only. So a table takes less than two minutes.

mod claims;
mod hurt;
mod job;
mod json;
mod kind;
mod picture;
mod pieces;
mod rivals;
mod rows;
mod runs;
mod runtime;
mod table;

use std::{fs, path::PathBuf, sync::mpsc::Receiver, time::Duration};

use clap::ValueEnum;
use rawpaste::{Choices, Config, Encoding, Flow, Holds, Policy};
use rawpaste_board::Shape;

use super::{
    Peer,
    bed::{Bed, Folders},
    found, peer,
};
use crate::{
    interrupt, link,
    report::{Failure, Result, say},
};
use claims::Claim;
pub(crate) use job::SIZES;
use job::{Job, Way};
use kind::{Carrier, Kind};
use picture::Picture;
use pieces::{PIECE, Pieces};
use rows::Row;
use runs::{Run, Runs};
use runtime::{Runner, Took};

/// What to measure on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Board {
    /// A real MicroPython, as a process on this machine
    Micropython,
    /// A simulated board, which needs nothing but this program
    Sim,
}

/// What is to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    /// The board.
    pub(crate) board: Board,
    /// Bytes per second each way, and how long each travels.
    pub(crate) shape: Shape,
    /// The sizes of files, in KiB.
    pub(crate) sizes: Vec<u32>,
    /// In how many turns.
    pub(crate) repeat: u32,
    /// Whom to measure beside ours.
    pub(crate) peers: Vec<Peer>,
    /// How source goes, but in the way that hurt.
    pub(crate) flow: Flow,
    /// What is forced.
    pub(crate) choices: Choices,
    /// When to flush.
    pub(crate) policy: Policy,
    /// How long a drain takes after the wire is empty, where there is one.
    pub(crate) drain: Duration,
    /// Whether to print JSON.
    pub(crate) json: bool,
    /// Where a picture goes.
    pub(crate) svg: Option<PathBuf>,
}

impl Matrix {
    /// All that have rows.
    fn kinds(&self) -> Vec<Kind> {
        Carrier::ALL.into_iter().map(Kind::Ours).chain(self.peers.iter().copied().map(Kind::Peer)).collect()
    }

    /// What a session is told.
    fn config(&self, carrier: Carrier) -> Config {
        let mut config = link::config();
        // One for all, for they share a board.
        config.nonce = std::process::id();
        (config.flow, config.policy) = (self.flow, self.policy);
        if carrier.drains() {
            config.holds = Holds::UntilFlush;
        }
        if carrier == Carrier::Hurt {
            config.flow = Flow::Windowed;
            (config.policy.threshold, config.policy.coalesce) = (PIECE, PIECE);
        }
        config
    }

    fn choices(&self, carrier: Carrier) -> Choices {
        let mut choices = self.choices.clone();
        if carrier == Carrier::Hurt {
            (choices.chunk, choices.encoding) = (Some(PIECE), Some(Encoding::Dense));
        }
        choices
    }

    /// Starts a board with the files of the downloads.
    fn bed(&self, jobs: &[Job]) -> Result<Bed> {
        let folders = Folders::new()?;
        let downloads = || jobs.iter().copied().filter(|job| job.way == Way::Download);
        for job in downloads() {
            let path = folders.board().join(job.name());
            let written = fs::write(&path, job.content());
            written.map_err(|error| Failure::file("write", &path.to_string_lossy(), &error))?;
        }
        match self.board {
            Board::Micropython => folders.micropython(self.shape, None),
            Board::Sim => folders.simulated(self.shape, downloads().flat_map(Pieces::programs).collect()),
        }
    }

    /// The link, in words.
    fn link(&self) -> String {
        let (rate, delay) = (self.shape.rate.unwrap_or(0), in_words(self.shape.delay));
        format!("{rate} bytes/s and {delay} each way, {} flow", self.flow_name())
    }

    const fn flow_name(&self) -> &'static str {
        if matches!(self.flow, Flow::Open) { "open" } else { "windowed" }
    }

    fn turns(&self) -> String {
        if self.repeat == 1 { "one turn".into() } else { format!("{} turns", self.repeat) }
    }
}

/// A time with its unit.
fn in_words(time: Duration) -> String {
    let micros = time.as_micros();
    if micros.is_multiple_of(1000) { format!("{} ms", micros / 1000) } else { format!("{micros} us") }
}

/// Measures, and tells what came of it.
pub(crate) fn run(matrix: &Matrix) -> Result<()> {
    let picture = matrix.svg.as_deref().map(Picture::prepare).transpose()?;
    let (_, interrupted) = interrupt::listen()?;
    let peers = matrix.peers.iter().map(|peer| Ok((*peer, found(peer)?))).collect::<Result<Vec<_>>>()?;
    let turns = Turns { matrix, peers, jobs: Job::all(&matrix.sizes), interrupted };
    let mut runs = Runs::default();
    for turn in 0..matrix.repeat {
        say(&format!("turn {} of {}", turn + 1, matrix.repeat));
        turns.take(turn, &mut runs)?;
    }
    let rows = Row::all(matrix, &runs);
    let judged: Vec<_> = Claim::all(&matrix.sizes).into_iter().map(|claim| claim.judge(&runs)).collect();
    if let Some(picture) = picture {
        picture.draw(matrix, &rows)?;
    }
    let print = if matrix.json { json::print_all } else { table::print_all };
    print(matrix, &runs, &rows, &judged)
}

/// Those who are slower by more than a few hundredths are in the first turn and then in each third.
const SELDOM: u32 = 3;

/// How often a file goes in one turn.
const fn times(job: Job) -> usize {
    if job.kib <= 10 { 3 } else { 1 }
}

struct Turns<'a> {
    matrix: &'a Matrix,
    peers: Vec<(Peer, peer::Found)>,
    jobs: Vec<Job>,
    interrupted: Receiver<()>,
}

impl Turns<'_> {
    /// Does each job once with all whose turn it is.
    fn take(&self, turn: u32, runs: &mut Runs) -> Result<()> {
        let all = turn.is_multiple_of(SELDOM);
        let carriers: &[Carrier] = if all { &Carrier::ALL } else { &Carrier::RUNTIMES };
        let bed = self.matrix.bed(&self.jobs)?;
        let runner =
            |&carrier: &Carrier| Runner::new(carrier, self.matrix, &bed).map_err(|why| failed(carrier, &why));
        let mut runners = carriers.iter().map(runner).collect::<Result<Vec<_>>>()?;
        for (at, &job) in self.jobs.iter().enumerate() {
            self.runners(&mut runners, job, at, turn, runs)?;
            for (peer, found) in self.peers.iter().filter(|_| all) {
                self.go_on()?;
                say(&format!("{}, {job}", peer.title()));
                rivals::run(self.matrix, Kind::Peer(*peer), found, job, turn, runs)?;
            }
        }
        Ok(())
    }

    fn runners(
        &self,
        runners: &mut [Runner<'_>],
        job: Job,
        at: usize,
        turn: u32,
        runs: &mut Runs,
    ) -> Result<()> {
        let mut fastest = vec![None; runners.len()];
        for time in 0..times(job) {
            for place in 0..runners.len() {
                self.go_on()?;
                let next = (place + at + time + turn as usize) % runners.len();
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

    fn go_on(&self) -> Result<()> {
        if self.interrupted.try_recv().is_ok() { Err(Failure::trouble("interrupted")) } else { Ok(()) }
    }
}

fn failed(carrier: Carrier, why: &str) -> Failure {
    Failure::trouble(format!("{carrier} failed: {}", why.escape_debug()))
}

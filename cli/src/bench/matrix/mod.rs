//! The table that people of slow uploads know: the same files through each runtime, and in the way that hurt.
//!
//! [`job`] says what travels and [`kind`] who carries it, [`runtime`] has the runtimes, [`hurt`] the transport whose every flush
//! waits for its drain, [`pieces`] the download that goes with it, and [`rivals`] the peers. They take [`turns`]; [`rows`] and
//! [`claims`] are what comes of the [`runs`], and [`table`], [`json`] and [`picture`] tell it.

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
mod turns;

use std::{fs, path::PathBuf, time::Duration};

use clap::ValueEnum;
use rawpaste::{Choices, Config, Encoding, Flow, Holds, Policy};
use rawpaste_board::Shape;

use super::{
    Peer,
    bed::{Bed, Folders},
    found,
};
use crate::{
    interrupt, link,
    report::{Failure, Result},
};
use claims::Claim;
use job::{Job, Way};
use kind::{Carrier, Kind};
use picture::Picture;
use pieces::{PIECE, Pieces};
use rows::Row;
use turns::Turns;
pub(crate) use turns::USUAL_RATE;

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
    /// In how many turns; in as many as there is time for, if none are named.
    pub(crate) repeat: Option<u32>,
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
            Board::Micropython => folders.micropython(self.shape, None).map_err(|failure| {
                failure.next("--board sim measures on a simulated board, which is always there")
            }),
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
}

/// A time with its unit.
fn in_words(time: Duration) -> String {
    let micros = time.as_micros();
    if micros.is_multiple_of(1000) { format!("{} ms", micros / 1000) } else { format!("{micros} us") }
}

fn in_turns(turns: u32) -> String {
    if turns == 1 { "one turn".into() } else { format!("{turns} turns") }
}

/// Measures, and tells what came of it.
pub(crate) fn run(matrix: &Matrix) -> Result<()> {
    let picture = matrix.svg.as_deref().map(Picture::prepare).transpose()?;
    let (_, interrupted) = interrupt::listen()?;
    let peers = matrix.peers.iter().map(|peer| Ok((*peer, found(peer)?))).collect::<Result<Vec<_>>>()?;
    let runs = Turns::new(matrix, peers, interrupted).all()?;
    let rows = Row::all(matrix, &runs);
    let judged: Vec<_> = Claim::all(&matrix.sizes).into_iter().map(|claim| claim.judge(&runs)).collect();
    if let Some(picture) = picture {
        picture.draw(matrix, &rows, runs.turns())?;
    }
    let print = if matrix.json { json::print_all } else { table::print_all };
    print(matrix, &runs, &rows, &judged)
}

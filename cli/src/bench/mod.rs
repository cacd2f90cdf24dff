//! Measures how files travel, ours and the peers side by side, on a real MicroPython behind a shaped link.
//!
//! [`work`] says what travels, [`ours`], [`ready`] and [`peer`] make it travel, each time on a fresh [`bed`], [`series`]
//! keeps the times, [`table`] and [`json`] tell them.

mod bed;
mod counting;
pub(crate) mod day;
mod json;
pub(crate) mod matrix;
mod ours;
mod peer;
mod ready;
mod series;
pub(crate) mod session;
mod table;
mod text;
mod work;

use std::{sync::mpsc::Receiver, time::Duration};

use rawpaste::{Choices, Config, Flow};
use rawpaste_board::Shape;

pub(crate) use peer::Peer;
pub(crate) use work::Work;

use crate::{
    interrupt, link,
    report::{Exit, Failure, Result, Visible, say},
};
use bed::Bed;
use series::{Row, Series};
use work::Load;

/// What went wrong, for a cell of the table.
type Outcome<T> = std::result::Result<T, String>;

/// From this rate on the board may be slower than the wire, and what it can take is measured too.
const FAST: u32 = 200_000;

/// What is to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Bytes per second, each way.
    pub(crate) rate: u32,
    /// The link.
    pub(crate) shape: Shape,
    /// Whom to measure beside ours.
    pub(crate) peers: Vec<Peer>,
    /// What to measure.
    pub(crate) works: Vec<Work>,
    /// How often.
    pub(crate) repeat: u32,
    /// How many random bytes go as one file; of source text three times as many.
    pub(crate) size: usize,
    /// MicroPython's heap, if not its usual one.
    pub(crate) heap: Option<String>,
    /// How source goes.
    pub(crate) flow: Flow,
    /// What is forced.
    pub(crate) choices: Choices,
    /// Whether to print JSON.
    pub(crate) json: bool,
}

/// What is timed in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The files are new.
    New,
    /// They are there already.
    Again,
    /// They are there already, but for one line.
    Edited,
    /// They are there already, but for one line, and the host knows what is there.
    Known,
    /// They are there, and nothing is known of the board.
    Unknown,
}

/// What it took.
#[derive(Clone, Copy, Debug)]
struct Timing {
    time: Duration,
    /// Where they can be counted.
    counts: Option<counting::Counts>,
}

/// Who makes files travel.
#[derive(Clone, Debug)]
enum Runner {
    Ours,
    /// No host: what the board takes of ready-made literals.
    Limit,
    Peer(peer::Found),
}

impl Runner {
    fn name(&self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Limit => "board's limit",
            Self::Peer(found) => found.name(),
        }
    }

    fn does(&self, work: Work) -> bool {
        !matches!(self, Self::Limit) || work == Work::RandomUp
    }

    fn run(&self, plan: &Plan, work: Work, load: &Load) -> Result<Outcome<Vec<(Stage, Timing)>>> {
        let bed = Bed::new(plan.shape, plan.heap.as_deref())?;
        Ok(match self {
            Self::Ours => ours::run(plan, work, load, &bed),
            Self::Limit => ready::run(plan, work, load, &bed),
            Self::Peer(found) => found.run(work, load, &bed, plan.patience(load)),
        })
    }
}

impl Plan {
    /// What our sessions are told.
    fn config(&self) -> Config {
        let mut config = link::config();
        config.flow = self.flow;
        config
    }

    /// How long a peer may take: far longer than any does.
    fn patience(&self, load: &Load) -> Duration {
        let slower = u64::from(11_520 / self.rate).max(1);
        Duration::from_secs((120 + load.size() as u64 / 1024) * slower)
    }

    /// Ours first.
    fn runners(&self, peers: &[peer::Found]) -> Vec<Runner> {
        let limit = self.rate >= FAST && self.works.contains(&Work::RandomUp);
        let mut runners = vec![Runner::Ours];
        runners.extend(limit.then_some(Runner::Limit));
        runners.extend(peers.iter().cloned().map(Runner::Peer));
        runners
    }
}

/// Measures, and prints what came of it.
pub(crate) fn run(plan: &Plan) -> Result<()> {
    let (_, interrupted) = interrupt::listen()?;
    let peers = plan.peers.iter().map(found).collect::<Result<Vec<_>>>()?;
    let text = source_text(&peers)?;
    let runners = plan.runners(&peers);
    let mut rows = Vec::new();
    for &work in &plan.works {
        let (small, large) = work.loads(plan.size, &text);
        let all = measure(plan, work, &runners, (small.as_ref(), &large), &interrupted)?;
        rows.extend(Row::of(work, (small.as_ref().map_or(0, Load::size), large.size()), &all));
    }
    let titles: Vec<_> = plan.peers.iter().map(|peer| peer.title()).collect();
    let print = if plan.json { json::print_all } else { table::print_all };
    print(plan, &titles, &runners, &rows)?;
    // The table told it.
    let failed = rows.iter().any(|row| matches!(row.cells.first(), Some(Some(Err(_)))));
    if failed { Err(Failure::told(Exit::Trouble)) } else { Ok(()) }
}

/// Fetches a peer if it is not there yet.
fn found(peer: &Peer) -> Result<peer::Found> {
    peer.find().map_err(|missing| {
        let reason = Visible(missing.reason()).to_string();
        Failure::trouble(format!("{} cannot be had: {reason}", peer.title())).next(missing.remedy())
    })
}

/// The middle one; of an even number the longer of the two.
fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn source_text(peers: &[peer::Found]) -> Result<Vec<u8>> {
    if peers.is_empty() {
        return Ok(text::own());
    }
    let packages: std::result::Result<Vec<_>, _> = peers.iter().map(peer::Found::sources).collect();
    packages
        .and_then(|packages| text::of_packages(&packages))
        .map_err(|error| Failure::trouble(format!("cannot read the sources of a peer: {error}")))
}

/// Lets each runner do the work in turn, so that what drifts meets all. `None` is who does not do it.
fn measure(
    plan: &Plan,
    work: Work,
    runners: &[Runner],
    (small, large): (Option<&Load>, &Load),
    interrupted: &Receiver<()>,
) -> Result<Vec<Option<Series>>> {
    let mut all: Vec<_> = runners.iter().map(|runner| runner.does(work).then(Series::default)).collect();
    for turn in 1..=plan.repeat {
        for (runner, series) in runners.iter().zip(&mut all) {
            let Some(series) = series.as_mut().filter(|series| series.failed.is_none()) else { continue };
            for load in small.into_iter().chain([large]) {
                if interrupted.try_recv().is_ok() {
                    return Err(Failure::trouble("interrupted"));
                }
                series.add(std::ptr::eq(load, large), runner.run(plan, work, load)?);
            }
            say(&format!("{work}, {turn} of {}: {}, {series}", plan.repeat, runner.name()));
        }
    }
    Ok(all)
}

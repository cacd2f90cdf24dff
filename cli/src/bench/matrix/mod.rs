//! The table that people of slow uploads know: the same files through each runtime, and in the way that hurt.
//!
//! [`runtime`] has the runtimes behind one trait, [`hurt`] the transport whose every flush waits for its drain.

mod hurt;
mod runtime;

use std::{fs, sync::mpsc::Receiver, time::Duration};

use rawpaste::{Choices, Config, Encoding, Flow, Holds, Policy};
use rawpaste_board::Shape;
use serde_json::{Value, json};

use super::{Outcome, bed::Bed};
use crate::{
    interrupt, link,
    report::{Failure, Result, print, say},
};
use runtime::Kind;

/// The sizes of files in KiB.
const SIZES: [usize; 6] = [1, 2, 5, 10, 50, 100];

/// What is to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    /// Bytes per second each way, and how long each travels.
    pub(crate) shape: Shape,
    /// How often.
    pub(crate) repeat: u32,
    /// How source goes.
    pub(crate) flow: Flow,
    /// What is forced.
    pub(crate) choices: Choices,
    /// When to flush.
    pub(crate) policy: Policy,
    /// How long a drain takes after the wire is empty, in the way that hurt.
    pub(crate) drain: Duration,
    /// Whether to print JSON.
    pub(crate) json: bool,
}

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Upload,
    Download,
}

/// One file, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Job {
    way: Way,
    kib: usize,
}

/// What the runs of one kind took, a row for each job.
struct Times {
    kind: Kind,
    runs: Vec<Vec<Duration>>,
}

impl Matrix {
    fn jobs() -> Vec<Job> {
        let both = |kib| [Way::Upload, Way::Download].map(|way| Job { way, kib });
        SIZES.into_iter().flat_map(both).collect()
    }

    /// What a session is told.
    fn config(&self, kind: Kind) -> Config {
        let mut config = link::config();
        (config.flow, config.policy) = (self.flow, self.policy);
        if kind == Kind::Hurt {
            // 256 bytes, and a drain.
            config.flow = Flow::Windowed;
            config.holds = Holds::UntilFlush;
            (config.policy.threshold, config.policy.coalesce) = (256, 256);
        }
        config
    }

    fn choices(&self, kind: Kind) -> Choices {
        let mut choices = self.choices.clone();
        if kind == Kind::Hurt {
            (choices.chunk, choices.encoding) = (Some(256), Some(Encoding::Dense));
        }
        choices
    }

    fn bed(&self, jobs: &[Job]) -> Result<Bed> {
        let bed = Bed::new(self.shape, None)?;
        for job in jobs.iter().filter(|job| job.way == Way::Download) {
            let path = bed.board().join(job.name());
            fs::write(&path, job.content())
                .map_err(|error| Failure::file("write", &path.to_string_lossy(), &error))?;
        }
        Ok(bed)
    }
}

impl Job {
    fn name(self) -> String {
        let way = if self.way == Way::Upload { "up" } else { "down" };
        format!("{way}{}", self.kib)
    }

    /// The same bytes each time.
    fn content(self) -> Vec<u8> {
        let mut bytes = vec![0; self.kib * 1024];
        fastrand::Rng::with_seed(self.kib as u64).fill(&mut bytes);
        bytes
    }
}

/// Measures, and prints what came of it.
pub(crate) fn run(matrix: &Matrix) -> Result<()> {
    let (_, interrupted) = interrupt::listen()?;
    let jobs = Matrix::jobs();
    let mut all: Vec<_> =
        Kind::ALL.into_iter().map(|kind| Times { kind, runs: vec![Vec::new(); jobs.len()] }).collect();
    for turn in 1..=matrix.repeat {
        // In turn, so that what drifts meets all.
        for times in &mut all {
            let took = measure(matrix, times.kind, &jobs, &interrupted)?;
            let took = took.map_err(|why| Failure::trouble(format!("{} failed: {why}", times.kind)))?;
            times.runs.iter_mut().zip(took).for_each(|(runs, took)| runs.push(took));
            say(&format!("{}, {turn} of {}", times.kind, matrix.repeat));
        }
    }
    let rows = rows(&jobs, &mut all);
    if matrix.json { print_json(matrix, &rows) } else { print_table(matrix, &rows) }
}

fn measure(
    matrix: &Matrix,
    kind: Kind,
    jobs: &[Job],
    interrupted: &Receiver<()>,
) -> Result<Outcome<Vec<Duration>>> {
    if interrupted.try_recv().is_ok() {
        return Err(Failure::trouble("interrupted"));
    }
    let bed = matrix.bed(jobs)?;
    Ok(runtime::run(kind, matrix, jobs, &bed))
}

struct Row {
    kind: Kind,
    job: Job,
    median: Duration,
    /// How many times as fast as the way that hurt.
    speedup: f64,
}

fn rows(jobs: &[Job], all: &mut [Times]) -> Vec<Row> {
    let median = |runs: &mut Vec<Duration>| {
        runs.sort_unstable();
        runs.get(runs.len() / 2).copied().unwrap_or_default()
    };
    let medians: Vec<Vec<_>> =
        all.iter_mut().map(|times| times.runs.iter_mut().map(median).collect()).collect();
    let hurt = all.iter().position(|times| times.kind == Kind::Hurt).unwrap_or_default();
    let mut rows = Vec::new();
    for (at, job) in jobs.iter().enumerate() {
        for (times, medians_of) in all.iter().zip(&medians) {
            let speedup = medians[hurt][at].as_secs_f64() / medians_of[at].as_secs_f64().max(1e-9);
            rows.push(Row { kind: times.kind, job: *job, median: medians_of[at], speedup });
        }
    }
    rows
}

fn print_table(matrix: &Matrix, rows: &[Row]) -> Result<()> {
    print(|out| {
        let rate = matrix.shape.rate.unwrap_or_default();
        let (delay, drain) = (matrix.shape.delay.as_micros(), matrix.drain.as_micros());
        writeln!(
            out,
            "{rate} bytes/s and {delay} us each way; medians of {}; random bytes; what hurt: 256 bytes, then a drain of \
             the wire and {drain} us",
            matrix.repeat
        )?;
        writeln!(out, "Type                | Operation | Size    | Duration   | Throughput   | Speedup")?;
        for Row { kind, job, median, speedup } in rows {
            let operation = if job.way == Way::Upload { "upload" } else { "download" };
            let throughput = job.kib as f64 / median.as_secs_f64().max(1e-9);
            writeln!(
                out,
                "{:19} | {operation:9} | {:3} KiB | {:7.1} ms | {throughput:6.1} KiB/s | {speedup:5.2}x",
                kind.to_string(),
                job.kib,
                median.as_secs_f64() * 1000.0,
            )?;
        }
        Ok(())
    })
}

fn print_json(matrix: &Matrix, rows: &[Row]) -> Result<()> {
    let of_row = |row: &Row| {
        json!({
            "type": row.kind.to_string(),
            "operation": if row.job.way == Way::Upload { "upload" } else { "download" },
            "kib": row.job.kib,
            "seconds": row.median.as_secs_f64(),
            "kib_per_second": row.job.kib as f64 / row.median.as_secs_f64().max(1e-9),
            "speedup": row.speedup,
        })
    };
    let value: Value = json!({
        "rate": matrix.shape.rate,
        "delay_us": u64::try_from(matrix.shape.delay.as_micros()).unwrap_or(u64::MAX),
        "drain_us": u64::try_from(matrix.drain.as_micros()).unwrap_or(u64::MAX),
        "repeat": matrix.repeat,
        "rows": rows.iter().map(of_row).collect::<Vec<_>>(),
    });
    print(|out| writeln!(out, "{value:#}"))
}

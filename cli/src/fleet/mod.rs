//! Many boards at once: each has a thread, so that none waits for another.

mod line;

use std::{
    io,
    sync::mpsc::Receiver,
    thread::{self, ScopedJoinHandle},
};

use indicatif::{MultiProgress, ProgressDrawTarget};
use serde_json::{Value, json};
use tracing::debug_span;

use crate::{
    interrupt,
    link::{Link, on_board},
    port::Target,
    report::{Exit, Failure, Result, is_quiet, print_json, tell},
    verbose,
};

use line::Count;
pub(crate) use line::Line;

/// What is done on each board; answers how each part of it went.
pub(crate) trait Work: Fn(&mut Link, &mut Line) -> Result<Vec<Result<()>>> + Sync {}

impl<W: Fn(&mut Link, &mut Line) -> Result<Vec<Result<()>>> + Sync> Work for W {}

/// How it is told what each board came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// In a line for each as it ends, and one for all.
    InLines,
    /// In one JSON at the end.
    AsJson,
}

/// How it went with one board.
struct Outcome {
    /// What is there.
    count: Count,
    /// What failed.
    failures: Vec<Failure>,
    /// Whether that could be said.
    said: Result<()>,
}

/// Does `work` on each board, and says what each came to, and all of them.
pub(crate) fn on_each(boards: &[Target], told: Told, work: &impl Work) -> Result<()> {
    let interrupts = boards.iter().map(|_| interrupt::listen()).collect::<Result<Vec<_>>>()?;
    let interrupts = interrupts.into_iter().map(|(_, receiver)| receiver);
    let lines = MultiProgress::new();
    if is_quiet() || verbose::is_shown() {
        lines.set_draw_target(ProgressDrawTarget::hidden());
    }
    let lines = Line::of(boards, &lines);
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let start = |((board, interrupts), line): ((&Target, _), _)| {
            let board = board.clone();
            thread::Builder::new()
                .name("board".into())
                .spawn_scoped(scope, || on_one(board, interrupts, line, told, work))
        };
        let threads: Vec<_> = boards.iter().zip(interrupts).zip(lines).map(start).collect();
        threads.into_iter().map(end).collect()
    });
    let json = told == Told::AsJson;
    let printed = if json { print_json(&to_json(boards, &outcomes)) } else { Ok(()) };
    let (failures, said): (Vec<_>, Vec<_>) =
        outcomes.into_iter().map(|outcome| (outcome.failures, outcome.said)).unzip();
    summary(boards, &failures)?;
    // Whoever closed standard output needs no summary there.
    said.into_iter().chain([printed]).collect::<Result<()>>()?;
    if json { Ok(()) } else { tell(|out| writeln!(out, "{0} of {0} boards done", boards.len())) }
}

/// What each board came to.
fn to_json(boards: &[Target], outcomes: &[Outcome]) -> Value {
    let one = |(board, outcome): (&Target, &Outcome)| {
        let Count { files, bytes, same } = outcome.count;
        let why: Vec<_> = outcome.failures.iter().map(|failure| why(failure.text())).collect();
        json!({
            "port": board.name(),
            "done": why.is_empty(),
            "files": files,
            "bytes": bytes,
            "same": same,
            "error": (!why.is_empty()).then(|| why.join("\n")),
        })
    };
    boards.iter().zip(outcomes).map(one).collect()
}

fn on_one(board: Target, interrupts: Receiver<()>, mut line: Line, told: Told, work: &impl Work) -> Outcome {
    let _of_it = debug_span!("on", %board).entered();
    let results = on_board(board, interrupts, |link| work(link, &mut line))
        .unwrap_or_else(|failure| vec![Err(failure)]);
    let failures = results.into_iter().filter_map(Result::err).filter(|failure| failure.exit() != Exit::Done);
    let failures: Vec<_> = failures.collect();
    Outcome { count: line.count(), said: line.end(failures.is_empty(), told), failures }
}

/// Waits for a board's thread.
fn end(thread: io::Result<ScopedJoinHandle<'_, Outcome>>) -> Outcome {
    let failed =
        |text| Outcome { count: Count::default(), failures: vec![Failure::trouble(text)], said: Ok(()) };
    match thread {
        Ok(thread) => thread.join().unwrap_or_else(|_| failed("a defect of rawpaste ended it".into())),
        Err(error) => failed(format!("cannot start a thread for it: {error}")),
    }
}

/// The failure that all failures come to, if there is one.
fn summary(boards: &[Target], failures: &[Vec<Failure>]) -> Result<()> {
    let Some(exit) = failures.iter().flatten().map(Failure::exit).max() else { return Ok(()) };
    let done = failures.iter().filter(|failures| failures.is_empty()).count();
    let mut failure =
        Failure::trouble(format!("{done} of {} boards done; not done:", boards.len())).with(exit);
    for (board, failures) in boards.iter().zip(failures) {
        for one in failures.iter().map(Failure::in_full) {
            failure = failure.also(&format!("{board}: {}", why(&one)));
        }
    }
    Err(failure
        .next("mend what is said of each, and run the same command again: it sends only what is missing"))
}

/// A failure without words was one to end.
const fn why(text: &str) -> &str {
    if text.is_empty() { "it was told to end" } else { text }
}

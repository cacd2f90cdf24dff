//! Many boards at once.

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use rawpaste::{
    Config, Leave, Placed, Put, Session,
    testing::{LinkShape, noise},
};
use rawpaste_tokio::{Connection, Error};
use tokio::{
    task::{JoinSet, LocalSet},
    time::Instant,
};

use crate::{
    board::{Stall, Stream},
    ledger::{Cost, Ledger},
};

/// The link to each board.
pub(crate) const LINK: LinkShape = LinkShape::uart();
/// What each board calls the file.
const PATH: &str = "file";

/// What is to be done.
pub(crate) struct Fleet {
    /// How many boards there are.
    pub(crate) boards: usize,
    /// What is put on each.
    pub(crate) content: Bytes,
    /// The first boards stall, one in each of these ways.
    pub(crate) stalls: Vec<Stall>,
}

/// How it went.
pub(crate) struct Report {
    /// Of each board, in their order.
    pub(crate) outcomes: Vec<Outcome>,
    /// What the host's side cost: engine, driver, tokio.
    pub(crate) host: Cost,
    /// What the simulated boards and links cost.
    pub(crate) boards: Cost,
}

/// How it went with one board.
#[derive(Debug)]
pub(crate) struct Outcome {
    board: usize,
    /// When the put ended.
    pub(crate) ended: Duration,
    /// How it ended.
    pub(crate) result: Result<Placed, Error>,
    /// Whether the board has the file, byte for byte.
    pub(crate) whole: bool,
    /// How many bytes went over its wire, definitions and all.
    pub(crate) wire: u64,
}

impl Fleet {
    /// Does it: all boards at once, on this thread.
    pub(crate) async fn run(&self) -> Report {
        let ledger = Rc::new(Ledger::new());
        let outcomes = LocalSet::new().run_until(self.put(&ledger)).await;
        Report { host: ledger.host(), boards: ledger.boards(), outcomes }
    }

    async fn put(&self, ledger: &Rc<Ledger>) -> Vec<Outcome> {
        let (mut puts, began) = (JoinSet::new(), Instant::now());
        for board in 0..self.boards {
            let stream = Stream::new(LINK, self.stalls.get(board).copied(), Rc::clone(ledger));
            puts.spawn_local(put(board, stream, self.content.clone(), began));
        }
        let mut outcomes = Vec::with_capacity(self.boards);
        while let Some(put) = puts.join_next().await {
            outcomes.push(put.expect("no put panics"));
        }
        outcomes.sort_unstable_by_key(|outcome| outcome.board);
        outcomes
    }
}

/// Puts the file on one board, and leaves it at its prompt. This is all that a program does for a real one.
async fn put(board: usize, stream: Stream, content: Bytes, began: Instant) -> Outcome {
    let mut connection = Connection::new(stream, Session::new(Config::default()));
    let put = Put::new(content.clone(), PATH).expect("a path");
    let result = connection.run(put).await;
    let ended = began.elapsed();
    let (stream, session) = connection.into_parts();
    let wire = stream.sent();
    let mut connection = Connection::new(stream, session);
    // One that stalls for ever cannot be left in order.
    let _ = connection.run(Leave::default()).await;
    let whole = connection.into_parts().0.holds(PATH, &content);
    Outcome { board, ended, result, whole, wire }
}

impl Report {
    /// Those that were not to stall.
    pub(crate) fn others(&self, stalls: usize) -> &[Outcome] {
        &self.outcomes[stalls..]
    }
}

/// When the last of them was done.
pub(crate) fn last(outcomes: &[Outcome]) -> Duration {
    outcomes.iter().map(|outcome| outcome.ended).max().unwrap_or_default()
}

/// So many bytes of each, as a part of what their wires can carry until the last of them is done.
pub(crate) fn share(outcomes: &[Outcome], bytes: impl Fn(&Outcome) -> u64) -> f64 {
    let rate = LINK.rate.map_or(f64::INFINITY, f64::from);
    let carried = outcomes.iter().map(bytes).sum::<u64>() as f64;
    carried / (outcomes.len() as f64 * rate * last(outcomes).as_secs_f64())
}

/// What source text is made of here.
const WORDS: [&str; 32] = [
    "pin",
    "self",
    "return",
    "value",
    "machine",
    "sleep_ms",
    "for",
    "in",
    "range",
    "if",
    "not",
    "None",
    "time",
    "buffer",
    "=",
    "+",
    "()",
    "(0)",
    "i2c",
    "write",
    "read",
    "len",
    "and",
    "while",
    "True",
    "else",
    "spi",
    "led",
    "[0]",
    "==",
    "0x",
    "# the sensor",
];

/// Source text of so many bytes, which deflate takes to a quarter or so.
pub(crate) fn text(length: usize) -> Bytes {
    let mut text = String::with_capacity(length + 64);
    for number in noise(2, length) {
        if text.len() >= length {
            break;
        }
        text.push_str(WORDS[usize::from(number >> 3)]);
        text.push_str(if number % 8 == 0 { "\n    " } else { " " });
    }
    text.truncate(length);
    text.into()
}

//! What was done to a port, and what the engine says to that.

use std::{collections::BTreeMap, iter::Peekable, vec};

use rawpaste::{Cause, Instant, Operation, Session, Step};

use crate::{lockstep::Lockstep, runtimes::Runs};

/// What a driver did to its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Write(Vec<u8>),
    Flush,
    /// What came of a read; empty where nothing was there.
    Read(Vec<u8>),
}

/// What a story costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) steps: u64,
    pub(crate) writes: u64,
    pub(crate) flushes: BTreeMap<Cause, u64>,
    /// Answers that were waited for.
    pub(crate) turnarounds: u64,
}

/// Runs operations against a record: each step of the engine's must be the record's next call.
pub(crate) struct Replay {
    session: Session,
    record: Peekable<vec::IntoIter<Call>>,
    cost: Cost,
    /// Whether something was written since the last answer.
    asked: bool,
}

pub(crate) fn replay(session: Session, record: Vec<Call>) -> Replay {
    Replay { session, record: record.into_iter().peekable(), cost: Cost::default(), asked: false }
}

impl Replay {
    pub(crate) fn cost(mut self) -> Cost {
        assert_eq!(self.record.next(), None, "the engine is done, and the driver was not");
        self.cost
    }
}

impl Runs for Replay {
    fn runs<O>(&mut self, operation: O)
    where
        O: Operation<Output: Send> + Send + 'static,
    {
        let Self { session, record, cost, asked } = self;
        let now = Instant::EPOCH;
        let mut run = session.run(operation);
        loop {
            cost.steps += 1;
            match run.poll(now) {
                Step::Write { bytes, .. } => {
                    let Some(Call::Write(written)) = record.next() else {
                        panic!("step {}: no write", cost.steps)
                    };
                    assert_eq!(bytes, written, "step {}", cost.steps);
                    (cost.writes, *asked) = (cost.writes + 1, true);
                    run.wrote(written.len());
                }
                Step::Flush { cause, .. } => {
                    assert_eq!(record.next(), Some(Call::Flush), "step {}", cost.steps);
                    *cost.flushes.entry(cause).or_default() += 1;
                    run.flushed();
                }
                Step::Read { until } => match record.next() {
                    Some(Call::Read(bytes)) if bytes.is_empty() => assert_eq!(until, now, "it waits in vain"),
                    Some(Call::Read(bytes)) => {
                        cost.turnarounds += u64::from(std::mem::take(asked) && until > now);
                        run.received(&bytes);
                    }
                    call => panic!("step {}: no read, but {call:?}", cost.steps),
                },
                Step::Event(_) => {}
                Step::Done(result) => return assert!(result.is_ok(), "{:?}", result.err()),
            }
        }
    }

    fn ends(self) -> Lockstep {
        unreachable!("it has no port")
    }
}

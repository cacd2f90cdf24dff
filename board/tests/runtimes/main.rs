//! Async is never slower: the same operations take the same steps on every runtime, write for write and byte for byte.
//!
//! Each driver works on a port that records what is done to it, before a board that answers all that it was given at once
//! and says nothing more: so there is no chance in it. What one runtime waits for, all wait for, and nothing else.

mod lockstep;
mod record;
mod runtimes;

use std::{num::NonZeroUsize, time::Duration};

use lockstep::Lockstep;
use rawpaste::{
    Choices, Config, Encoding, Flow, Get, Holds, Leave, Policy, Put, Session,
    testing::{Firmware, noise},
};
use record::{Call, Cost, replay};
use runtimes::{AsyncStd, Blocking, OnWorker, Runs, Tokio};

/// What is done, on which kind of transport and how.
#[derive(Clone, Debug)]
struct Case {
    flow: Flow,
    holds: Holds,
    policy: Policy,
    size: usize,
    encoding: Encoding,
}

impl Case {
    fn content(&self) -> Vec<u8> {
        if self.encoding == Encoding::Deflate {
            (0..)
                .flat_map(|line| format!("line {line}: x = {}\n", line * 7).into_bytes())
                .take(self.size)
                .collect()
        } else {
            noise(1, self.size)
        }
    }

    fn session(&self) -> Session {
        const NEVER: Duration = Duration::from_secs(3600);
        let mut config = Config::default();
        (config.flow, config.holds, config.policy) = (self.flow, self.holds, self.policy);
        config.chunk = NonZeroUsize::new(2048);
        // Nothing depends on how fast this machine is.
        (config.patience, config.entry, config.quiet, config.banner) = (NEVER, NEVER, NEVER, NEVER);
        config.policy.interval = NEVER / 2;
        Session::new(config)
    }

    fn port(&self) -> Lockstep {
        Lockstep::new(Firmware { heap: 512 * 1024, ..Firmware::default() }, self.holds)
    }

    fn put(&self, path: &str) -> Put<Vec<u8>> {
        let mut choices = Choices::default();
        choices.encoding = Some(self.encoding);
        Put::new(self.content(), path).expect("a path").choices(choices)
    }

    /// The whole story, on one runtime: entry, a put, another, one of the same again, a get, leaving.
    fn tell(&self, runtime: &mut impl Runs) {
        runtime.runs(self.put("f"));
        runtime.runs(self.put("g"));
        runtime.runs(self.put("g"));
        runtime.runs(Get::new("f", Vec::new()).expect("a path"));
        runtime.runs(Leave::default());
    }

    /// What a runtime did.
    fn record<R: Runs>(&self, start: impl FnOnce(Lockstep, Session) -> R) -> Vec<Call> {
        let mut runtime = start(self.port(), self.session());
        self.tell(&mut runtime);
        let port = runtime.ends();
        for path in ["f", "g"] {
            assert_eq!(port.file(path), Some(&self.content()[..]), "{self:?}");
        }
        port.into_record()
    }

    /// What it costs by the engine's own account, if each call of the record is what its steps ask for.
    fn cost(&self, record: Vec<Call>) -> Cost {
        let mut replayed = replay(self.session(), record);
        self.tell(&mut replayed);
        replayed.cost()
    }
}

fn cases() -> Vec<Case> {
    let transports = [
        (Holds::Nothing, Policy::host()),
        (Holds::UntilFlush, Policy::WINDOWS),
        (Holds::UntilFlush, Policy::UNIX),
    ];
    let mut cases = Vec::new();
    for flow in [Flow::Windowed, Flow::Open] {
        for (holds, policy) in transports {
            for (size, encoding) in [
                (100, Encoding::Dense),
                (1024, Encoding::Dense),
                (10 * 1024, Encoding::Dense),
                (50 * 1024, Encoding::Dense),
                (50 * 1024, Encoding::Deflate),
            ] {
                cases.push(Case { flow, holds, policy, size, encoding });
            }
        }
    }
    cases
}

#[test]
fn every_runtime_takes_the_same_steps() {
    for case in cases() {
        let plain = case.record(runtimes::Plain::new);
        let cost = case.cost(plain.clone());
        let drivers = [
            ("blocking", case.record(Blocking::new)),
            ("blocking, on a worker", case.record(OnWorker::new)),
            ("tokio", case.record(Tokio::new)),
            ("async-std", case.record(AsyncStd::new)),
        ];
        for (name, record) in drivers {
            let differs = plain.iter().zip(&record).position(|(one, other)| one != other);
            assert_eq!(differs, None, "{name}: {case:?}");
            assert_eq!(case.cost(record), cost, "{name}: {case:?}");
        }
        assert_eq!(cost.flushes.is_empty(), case.holds == Holds::Nothing, "{case:?}: {cost:?}");
        assert!(cost.turnarounds > 10 && cost.writes > 10, "{case:?}: {cost:?}");
    }
}

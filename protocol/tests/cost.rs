//! What a put costs, counted: `cost.txt` beside this is compared exactly, so that a change of it shows.
//!
//! `RAWPASTE_WRITE_COST=1 cargo test -p rawpaste --all-features --test cost` writes it anew.

use std::{fmt::Write as _, fs, num::NonZeroUsize, path::Path, sync::LazyLock, time::Duration};

use rawpaste::{
    Cause, Choices, Config, Encoding, Flow, Holds, Policy, Put, Session,
    testing::{Bench, Driven, Firmware, LinkShape, Manner, drive, noise},
};

const SIZES: [usize; 7] = [1, 2, 3, 5, 10, 50, 100];
const CHUNKS: [usize; 5] = [256, 512, 1024, 2048, 4096];
const HEAD: &str = "\
# A put of random bytes to a known board with its helpers defined, window 128, on a link of 115,200 bytes/s and 1 ms each way.
# Sizes in KiB, literals in bytes; up and down are bytes on the wire; a turn is an answer that was waited for.
# Written by: RAWPASTE_WRITE_COST=1 cargo test -p rawpaste --all-features --test cost
#
# A bare transport is never flushed, and no preset makes a difference to it. On one that holds back each answer that is
# waited for takes one forced flush. Windowed that is each grant: two windows are less than any threshold. Openly it is
# each script, and besides the header of the first one and of one that follows a question: what goes to the board depends
# on what its answer is, so nothing may go ahead of it. Threshold flushes are at most the bytes up by the threshold.
size chunk preset  flow     transport scripts     up  down writes forced threshold interval  turns
";

/// What one put costs.
struct Cost {
    scripts: u32,
    up: u64,
    down: u64,
    driven: Driven<rawpaste::Placed>,
}

impl Cost {
    fn by(&self, cause: Cause) -> u64 {
        self.driven.causes.get(&cause).copied().unwrap_or_default()
    }

    /// What depends on neither preset nor transport.
    const fn wire(&self) -> (u32, u64, u64, u64) {
        (self.scripts, self.up, self.down, self.driven.turnarounds)
    }
}

/// A row of the table.
struct Row {
    size: usize,
    chunk: usize,
    preset: &'static str,
    flow: Flow,
    holds: Holds,
    cost: Cost,
}

fn put(content: &[u8], chunk: usize, policy: Policy, flow: Flow, holds: Holds) -> Cost {
    put_in(content, chunk, policy, flow, holds, &Manner::default())
}

/// The same by a driver of this manner.
fn put_in(content: &[u8], chunk: usize, policy: Policy, flow: Flow, holds: Holds, manner: &Manner) -> Cost {
    let mut config = Config::default();
    (config.policy, config.flow, config.holds) = (policy, flow, holds);
    config.chunk = NonZeroUsize::new(chunk);
    let mut choices = Choices::default();
    choices.encoding = Some(Encoding::Dense);
    let firmware = Firmware { heap: 512 * 1024, ..Firmware::default() };
    let shape = LinkShape { rate: Some(115_200), ..LinkShape::uart() };
    let (mut bench, mut session) = (Bench::new(firmware, shape), Session::new(config));
    let put = |bytes: &[u8], path| Put::new(bytes.to_vec(), path).expect("a path").choices(choices.clone());
    // A small one and a large one: all helpers are there then.
    for (length, path) in [(1, "a"), (20 * 1024, "b")] {
        let first = drive(&mut session, &mut bench, put(&content[..length.min(content.len())], path), manner);
        assert!(matches!(first.result, Some(Ok(_))), "{first:?}");
    }
    let before = (bench.device.statistics().scripts, bench.wire.sent(), bench.wire.received());
    let driven = drive(&mut session, &mut bench, put(content, "f"), manner);
    assert!(matches!(driven.result, Some(Ok(_))), "{driven:?}");
    assert_eq!(bench.device.disk().get("f"), Some(content));
    Cost {
        scripts: bench.device.statistics().scripts - before.0,
        up: bench.wire.sent() - before.1,
        down: bench.wire.received() - before.2,
        driven,
    }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for size in SIZES {
        let content = noise(1, size * 1024);
        for chunk in CHUNKS {
            for preset in ["windows", "unix"] {
                let policy = preset.parse().expect("a preset");
                for flow in [Flow::Windowed, Flow::Open] {
                    for holds in [Holds::Nothing, Holds::UntilFlush] {
                        let cost = put(&content, chunk, policy, flow, holds);
                        rows.push(Row { size, chunk, preset, flow, holds, cost });
                    }
                }
            }
        }
    }
    rows
});

fn line(Row { size, chunk, preset, flow, holds, cost }: &Row) -> String {
    let flow = if *flow == Flow::Open { "open" } else { "windowed" };
    let transport = if *holds == Holds::Nothing { "bare" } else { "holding" };
    format!(
        "{size:4} {chunk:5} {preset:7} {flow:8} {transport:9} {:7} {:6} {:5} {:6} {:6} {:9} {:8} {:6}\n",
        cost.scripts,
        cost.up,
        cost.down,
        cost.driven.writes,
        cost.by(Cause::Forced),
        cost.by(Cause::Threshold),
        cost.by(Cause::Interval),
        cost.driven.turnarounds,
    )
}

#[test]
fn the_table_is_what_a_put_costs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cost.txt");
    let table = ROWS.iter().map(line).fold(String::from(HEAD), |table, line| table + &line);
    if std::env::var_os("RAWPASTE_WRITE_COST").is_some() {
        fs::write(&path, &table).expect("the table can be written");
    }
    let known = fs::read_to_string(&path).expect("the table is there");
    let mut differs = String::new();
    for (is, was) in table.lines().zip(known.lines()).filter(|(is, was)| is != was) {
        let _ = writeln!(differs, "was {was}\nis  {is}");
    }
    assert!(
        table == known,
        "what a put costs has changed; if it should, write the table anew with\n\
         RAWPASTE_WRITE_COST=1 cargo test -p rawpaste --all-features --test cost\n{differs}"
    );
}

/// What the table's head says of all of it.
#[test]
fn each_row_has_the_flushes_that_waiting_needs() {
    for row in ROWS.iter() {
        let (cost, what) = (&row.cost, line(row));
        let policy: Policy = row.preset.parse().expect("a preset");
        let is_same = |other: &&Row| {
            (other.size, other.chunk, other.flow) == (row.size, row.chunk, row.flow)
                && other.cost.wire() == cost.wire()
                && (other.holds != row.holds
                    || other.cost.driven.writes == cost.driven.writes
                    || row.holds != Holds::Nothing)
        };
        assert_eq!(
            ROWS.iter().filter(is_same).count(),
            4,
            "with another preset or transport it costs another:\n{what}"
        );
        let (forced, threshold) = (cost.by(Cause::Forced), cost.by(Cause::Threshold));
        assert_eq!(forced + threshold, cost.driven.flushes, "{what}");
        if row.holds == Holds::Nothing {
            assert_eq!(cost.driven.flushes, 0, "{what}");
            continue;
        }
        assert_eq!(forced, cost.driven.turnarounds, "{what}");
        if row.flow == Flow::Windowed {
            assert_eq!(threshold, 0, "{what}");
        } else {
            assert!(forced <= u64::from(cost.scripts) + 2, "{what}");
            assert!(threshold <= cost.up / policy.threshold as u64, "{what}");
        }
    }
}

/// An upload of 10 KiB that once needed 40 drains, one for each 256 bytes: none on a bare transport. On one that holds
/// back, windowed, one for each answer that is waited for; openly in literals of 4096 one for each script and three more.
#[test]
fn drains() {
    let content = noise(1, 10 * 1024);
    for preset in [Policy::WINDOWS, Policy::UNIX] {
        let mut policy = preset;
        policy.threshold = 4096;
        for flow in [Flow::Windowed, Flow::Open] {
            let bare = put(&content, 256, policy, flow, Holds::Nothing);
            assert_eq!(bare.driven.flushes, 0);
        }
        let windowed = put(&content, 256, policy, Flow::Windowed, Holds::UntilFlush);
        assert_eq!(windowed.driven.flushes, windowed.driven.turnarounds);
        let open = put(&content, 4096, policy, Flow::Open, Holds::UntilFlush);
        let scripts = u64::from(open.scripts);
        assert!(open.driven.flushes <= scripts + 3, "{:?}", open.driven);
        assert!(open.by(Cause::Forced) <= scripts + 1 && open.by(Cause::Threshold) <= 3, "{:?}", open.driven);
    }
}

/// Where writes are slow the interval counts, and a longer one counts less often.
#[test]
fn slow_writes() {
    let by = |policy| {
        let slow = Manner { writes: vec![100], pause: Duration::from_millis(20), ..Manner::default() };
        let cost = put_in(&noise(1, 10 * 1024), 4096, policy, Flow::Open, Holds::UntilFlush, &slow);
        assert!(cost.by(Cause::Forced) <= cost.driven.turnarounds, "{:?}", cost.driven);
        cost.by(Cause::Interval)
    };
    let (windows, unix) = (by(Policy::WINDOWS), by(Policy::UNIX));
    assert!(unix > 5 && unix > windows, "{unix} and {windows}");
}

//! What a put costs, counted: `cost.txt` beside this is compared exactly, so that a change of it shows.
//!
//! `RAWPASTE_WRITE_COST=1 cargo test -p rawpaste --all-features --test cost` writes it anew.

use std::{fmt::Write as _, fs, num::NonZeroUsize, path::Path};

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
# On a transport that holds back, windowed, each grant that is waited for takes one forced flush: a window is smaller than
# a threshold. Openly a script is enough for its flush.
size chunk preset  flow     transport scripts     up  down writes forced threshold interval  turns
";

/// What one put costs.
struct Cost {
    scripts: u32,
    up: u64,
    down: u64,
    driven: Driven<rawpaste::Placed>,
}

fn put(content: &[u8], chunk: usize, policy: Policy, flow: Flow, holds: Holds) -> Cost {
    let mut config = Config::default();
    (config.policy, config.flow, config.holds) = (policy, flow, holds);
    config.chunk = NonZeroUsize::new(chunk);
    let mut choices = Choices::default();
    choices.encoding = Some(Encoding::Dense);
    let firmware = Firmware { heap: 512 * 1024, ..Firmware::default() };
    let shape = LinkShape { rate: Some(115_200), ..LinkShape::uart() };
    let (mut bench, mut session) = (Bench::new(firmware, shape), Session::new(config));
    let put = |bytes: &[u8], path| Put::new(bytes.to_vec(), path).expect("a path").choices(choices.clone());
    let manner = Manner::default();
    // A small one and a large one: all helpers are there then.
    for (length, path) in [(1, "a"), (20 * 1024, "b")] {
        let first =
            drive(&mut session, &mut bench, put(&content[..length.min(content.len())], path), &manner);
        assert!(matches!(first.result, Some(Ok(_))), "{first:?}");
    }
    let before = (bench.device.statistics().scripts, bench.wire.sent(), bench.wire.received());
    let driven = drive(&mut session, &mut bench, put(content, "f"), &manner);
    assert!(matches!(driven.result, Some(Ok(_))), "{driven:?}");
    assert_eq!(bench.device.disk().get("f"), Some(content));
    Cost {
        scripts: bench.device.statistics().scripts - before.0,
        up: bench.wire.sent() - before.1,
        down: bench.wire.received() - before.2,
        driven,
    }
}

fn row(size: usize, chunk: usize, preset: &str, flow: Flow, holds: Holds) -> String {
    let policy = preset.parse().expect("a preset");
    let cost = put(&noise(1, size * 1024), chunk, policy, flow, holds);
    let by = |cause| cost.driven.causes.get(&cause).copied().unwrap_or_default();
    let flow = if flow == Flow::Open { "open" } else { "windowed" };
    let transport = if holds == Holds::Nothing { "bare" } else { "holding" };
    format!(
        "{size:4} {chunk:5} {preset:7} {flow:8} {transport:9} {:7} {:6} {:5} {:6} {:6} {:9} {:8} {:6}\n",
        cost.scripts,
        cost.up,
        cost.down,
        cost.driven.writes,
        by(Cause::Forced),
        by(Cause::Threshold),
        by(Cause::Interval),
        cost.driven.turnarounds,
    )
}

fn table() -> String {
    let mut table = String::from(HEAD);
    for size in SIZES {
        for chunk in CHUNKS {
            for preset in ["windows", "unix"] {
                for flow in [Flow::Windowed, Flow::Open] {
                    for holds in [Holds::Nothing, Holds::UntilFlush] {
                        table.push_str(&row(size, chunk, preset, flow, holds));
                    }
                }
            }
        }
    }
    table
}

#[test]
fn the_table_is_what_a_put_costs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cost.txt");
    let table = table();
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

/// An upload of 10 KiB that once needed 40 drains: none on a bare transport. On one that holds back, windowed, one for each
/// answer that is waited for; openly one for each script, and three for the data.
#[test]
fn drains() {
    let content = noise(1, 10 * 1024);
    let mut policy = Policy::WINDOWS;
    policy.threshold = 4096;
    let bare = put(&content, 256, policy, Flow::Windowed, Holds::Nothing);
    assert_eq!(bare.driven.flushes, 0);
    let windowed = put(&content, 256, policy, Flow::Windowed, Holds::UntilFlush);
    assert_eq!(windowed.driven.flushes, windowed.driven.turnarounds);
    let open = put(&content, 4096, policy, Flow::Open, Holds::UntilFlush);
    assert!(open.driven.flushes <= u64::from(open.scripts) + 3, "{:?}", open.driven);
}

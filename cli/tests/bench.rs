//! The table of `bench` on the simulated board: its shape, never its speed.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;

use std::collections::BTreeSet;
use std::process::{Command, Output};

use command::{code, errors};
use serde_json::Value;

const TYPES: [&str; 5] = ["blocking", "tokio", "async-std", "tokio, batched", "tokio, what hurt"];

fn bench(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"));
    command.args(["bench", "--board", "sim"]).args(arguments).env_remove("RAWPASTE_PORT").output().unwrap()
}

/// On a fast link.
fn quick(arguments: &[&str]) -> Output {
    let link = ["--rate", "1000000", "--delay", "0", "--drain-cost", "0ms"];
    let output = bench(&[&link, arguments].concat());
    assert_eq!(code(&output), 0, "{}", errors(&output));
    output
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_slice(&quick(&[arguments, &["--json"]].concat()).stdout).unwrap()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_table_has_a_row_for_each_type_operation_and_size() {
    let told = String::from_utf8(quick(&["--size", "5,1,5", "--repeat", "2"]).stdout).unwrap();
    let columns = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let mut lines = told.lines().map(columns).skip_while(|line| line[0] != "Type");
    assert_eq!(lines.next().unwrap(), ["Type", "Operation", "Size", "Duration", "Throughput", "Speedup"]);
    for operation in ["upload", "download"] {
        for size in ["1 KiB", "5 KiB"] {
            for name in TYPES {
                let line = lines.next().unwrap();
                assert_eq!(line[..3], [name, operation, size]);
                let units: Vec<_> = line[3..]
                    .iter()
                    .map(|cell| cell.trim_start_matches(|c: char| !c.is_alphabetic()))
                    .collect();
                assert_eq!(units, ["ms", "KiB/s", "x"], "{line:?}");
            }
        }
    }
    let words = ["holds", "falls short", "too few turns"];
    let verdicts = lines.filter(|line| words.contains(&line.last().unwrap().as_str())).count();
    // tokio and async-std against blocking below 10 KiB, all three against what hurt at 5 KiB, both ways.
    assert_eq!(verdicts, 2 * 2 + 3 * 2, "{told}");
}

#[test]
fn json_has_all_of_it() {
    let told = json(&["--size", "1,10", "--repeat", "4", "--chunk", "2000"]);
    let all = [
        "board",
        "rate",
        "delay_us",
        "drain_us",
        "flow",
        "flush",
        "chunk",
        "turns",
        "start_seconds",
        "rows",
        "ratios",
    ];
    assert_eq!(keys(&told), BTreeSet::from(all));
    assert_eq!(
        (&told["board"], &told["flow"], &told["rate"]),
        (&"sim".into(), &"open".into(), &1_000_000.into())
    );
    assert_eq!((&told["delay_us"], &told["drain_us"], &told["turns"]), (&0.into(), &0.into(), &4.into()));
    assert_eq!(told["chunk"], 2000);
    let rows = told["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2 * 2 * TYPES.len());
    for row in rows {
        let of_row = ["type", "operation", "kib", "seconds", "runs", "kib_per_second", "speedup", "drains"];
        assert_eq!(keys(row), BTreeSet::from(of_row));
        let drains = ["tokio, batched", "tokio, what hurt"].contains(&row["type"].as_str().unwrap());
        assert_eq!(row["runs"].as_array().unwrap().len(), if drains { 2 } else { 4 }, "{row}");
        assert_eq!(row["drains"].is_number(), drains, "{row}");
        assert!(row["seconds"].as_f64() > Some(0.0) && row["kib_per_second"].as_f64() > Some(0.0), "{row}");
        assert!(row["speedup"].as_f64() > Some(0.0), "{row}");
    }
    let ratios = told["ratios"].as_array().unwrap();
    for ratio in ratios {
        let of_ratio = ["type", "against", "operation", "at_least", "sizes", "chance", "blind", "holds"];
        assert_eq!(keys(ratio), BTreeSet::from(of_ratio));
        assert!(ratio["holds"].is_boolean() && ratio["chance"].is_number(), "{ratio}");
        let pairs = if ratio["against"] == "blocking" { 4 } else { 2 };
        for size in ratio["sizes"].as_array().unwrap() {
            assert_eq!(size["pairs"].as_array().unwrap().len(), pairs, "{ratio}");
            assert!(size["ratio"].is_number() && size["kib"].is_number(), "{ratio}");
        }
    }
    let asked = |against: &str| -> BTreeSet<String> {
        let of = ratios.iter().filter(|ratio| ratio["against"] == against);
        of.map(|ratio| ratio["at_least"].to_string()).collect()
    };
    assert_eq!(asked("blocking"), BTreeSet::from(["0.95".into(), "0.98".into()]));
    assert_eq!(asked("tokio, what hurt"), BTreeSet::from(["1.2".into()]));
}

/// What hurt drains after each 256 bytes; a threshold decides where a transport holds back, and nowhere else.
#[test]
fn a_threshold_is_for_a_port_that_holds_back() {
    let drains = |arguments: &[&str]| -> Vec<Option<f64>> {
        let told = json(&[&["--size", "10", "--repeat", "1"], arguments].concat());
        let rows = told["rows"].as_array().unwrap();
        let uploads = rows.iter().filter(|row| row["operation"] == "upload");
        uploads.map(|row| row["drains"].as_f64()).collect()
    };
    let small = drains(&["--threshold", "512"]);
    assert_eq!(small[..3], [None; 3]);
    assert!(small[3] >= Some(20.0), "10 KiB in batches of 512: {small:?}");
    assert!(small[4] >= Some(40.0), "10 KiB in batches of 256: {small:?}");
    let large = drains(&["--threshold", "4096", "--flush", "threshold=512,interval=5s"]);
    assert!(large[3] < small[3] && large[4] == small[4], "{large:?}, and in batches of 512 {small:?}");
    let told = json(&["--size", "1", "--repeat", "1", "--flush", "windows", "--threshold", "300"]);
    assert!(
        told["flush"].as_str().unwrap().starts_with("threshold=300,interval=200ms,"),
        "{}",
        told["flush"]
    );
}

#[test]
fn the_picture_is_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bench.svg");
    std::fs::write(&file, "an older one").unwrap();
    let output = quick(&["--size", "1,2", "--repeat", "1", "--svg", file.to_str().unwrap()]);
    assert!(output.stdout.starts_with(b"Files of random bytes"), "{output:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    let picture = roxmltree::Document::parse(&text).unwrap();
    let root = picture.root_element();
    assert_eq!(
        (root.tag_name().name(), root.tag_name().namespace()),
        ("svg", Some("http://www.w3.org/2000/svg"))
    );
    assert!(root.attribute("viewBox").is_some());
    let texts: Vec<_> = root.descendants().filter_map(|node| node.text()).collect();
    for expected in TYPES.iter().chain(&["Uploads", "Downloads", "1 KiB", "2 KiB"]) {
        assert!(texts.contains(expected), "{expected} in {texts:?}");
    }
    assert!(texts.iter().any(|text| text.contains("1000000 bytes/s and 0 ms each way")), "{texts:?}");
    assert!(text.contains("prefers-color-scheme: dark"));
    // A bar says what it is.
    let bars: Vec<_> =
        root.descendants().filter(|node| node.has_tag_name("rect") && node.has_children()).collect();
    assert_eq!(bars.len(), 2 * 2 * TYPES.len());
    for bar in bars {
        let number = |name| bar.attribute(name).and_then(|value| value.parse::<f64>().ok());
        assert!(
            number("height") > Some(0.0) && number("width") > Some(0.0) && number("y") > Some(0.0),
            "{bar:?}"
        );
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (arguments, exit, word) in [
        (&["--drain-cost", "2"][..], 2, "2ms"),
        (&["--drain-cost", "2ms,threshold=1"], 2, "2ms"),
        (&["--drain-cost=-1ms"], 2, "2ms"),
        (&["--threshold", "0"], 2, "threshold"),
        (&["--size", "0"], 2, "size"),
        (&["--size", "1,x"], 2, "size"),
        (&["--repeat", "0"], 2, "repeat"),
        (&["--rate", "0"], 2, "rate"),
        (&["--board", "none"], 2, "board"),
        (&["--peer", "ampy"], 2, "mpremote"),
        (&["--peer", "mpremote"], 2, "runs Python"),
        (&["--flush", "interval=60s"], 2, "patience"),
        (&["--flush", "coalesce=0"], 2, "writes"),
        (&["--svg", "/no/such/folder/bench.svg"], 3, "bench.svg"),
        (&["--svg", "/"], 3, "write"),
    ] {
        let output = bench(arguments);
        assert_eq!(code(&output), exit, "{arguments:?}: {}", errors(&output));
        assert!(errors(&output).contains(word), "{arguments:?}: {}", errors(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

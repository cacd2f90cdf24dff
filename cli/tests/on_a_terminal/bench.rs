//! Measurements.

use std::process::{Command, Output};

use rawpaste_board::trial::{Trial, when_possible};
use serde_json::Value;

use crate::command::{code, errors};
use crate::page;

pub(super) fn trials() -> Vec<Trial> {
    let test = |name: &str, test: fn()| {
        when_possible(Trial::test(name, move || {
            test();
            Ok(())
        }))
    };
    let mut day = test("a_day_with_mpremote", lives_a_day);
    let peer = rawpaste_board::find::package("mpremote", "1.29.0");
    if peer.is_err() && std::env::var_os(rawpaste_board::trial::REQUIRE).is_none() {
        day = day.with_ignored_flag(true);
    }
    vec![
        day,
        test("bench_measures_on_micropython", measures_on_micropython),
        test("bench_link_tells_each_row", tells_each_row),
        test("bench_link_prints_json", prints_json),
    ]
}

/// On a fast link, once and without peers.
fn bench(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"));
    command.args(["bench", "link", "--rate", "1000000", "--delay", "0", "--size", "4", "--repeat", "1"]);
    let output = command.args(arguments).output().unwrap();
    assert_eq!(code(&output), 0, "{}{}", String::from_utf8_lossy(&output.stdout), errors(&output));
    output
}

/// The same day as with mpremote leaves the same board, and is told in the same words.
fn lives_a_day() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"));
    let output = command.args(["bench", "day", "--repeat", "1", "--json"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}{}", String::from_utf8_lossy(&output.stdout), errors(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["commands"].as_array().map(Vec::len), Some(20));
    let section = page::section("bench day");
    section.holds(&section.examples[0], &told);
    assert!(told["same_board"] == true && told["other_output"] == serde_json::json!([]), "{told}");
}

/// What hurt runs Python of its own, which the simulated board is only taught.
fn measures_on_micropython() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"));
    command.args(["bench", "--rate", "1000000", "--delay", "0", "--size", "1,3", "--repeat", "1", "--json"]);
    let output = command.output().unwrap();
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["board"], "micropython");
    let rows = told["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2 * 2 * 5);
    assert!(rows.iter().all(|row| row["seconds"].as_f64() > Some(0.0)), "{told}");
}

fn tells_each_row() {
    let output = bench(&["--work", "random-up,random-down,small"]);
    let told = String::from_utf8(output.stdout).unwrap();
    for row in ["random bytes up", "random bytes down", "one new file of 1 KiB"] {
        assert_eq!(told.lines().filter(|line| line.starts_with(row)).count(), 2, "{row} in {told}");
    }
    assert!(told.contains("ours/board's limit") && !told.contains("failed"), "{told}");
}

fn prints_json() {
    let told: Value = serde_json::from_slice(&bench(&["--json"]).stdout).unwrap();
    let rows = told["rows"].as_array().unwrap();
    let found = rows.iter().map(|row| (row["work"].as_str().unwrap(), row["stage"].as_str().unwrap()));
    let expected = [
        ("random bytes up", "new"),
        ("random bytes down", "new"),
        ("source text up", "new"),
        ("source text down", "new"),
        ("50 new files of 1 KiB", "new"),
        ("50 new files of 1 KiB", "again"),
        ("50 new files of 1 KiB", "again, board unknown"),
        ("18 source files", "new"),
        ("100 KiB of source text", "new"),
        ("100 KiB of source text", "edited"),
        ("100 KiB of source text", "edited, old file known"),
        ("one new file of 1 KiB", "new"),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    for row in rows {
        let ours = &row["runs"]["ours"];
        assert_eq!(ours["seconds"].as_array().map(Vec::len), Some(1), "{row}");
        assert!(ours["up"].as_u64() > Some(0) && ours["down"].as_u64() > Some(0), "{row}");
        let sent = if row["work"].as_str().unwrap().ends_with("down") { &ours["down"] } else { &ours["up"] };
        let moved = row["stage"] == "new" && row["work"].as_str().unwrap().contains("random");
        assert!(!moved || sent.as_u64() > row["bytes"].as_u64(), "{row}");
    }
    let limit = &rows[0]["runs"]["board's limit"];
    assert!(limit["kib_per_second"].as_f64() > Some(0.0), "{limit}");
    assert_eq!(rows[7]["bytes"], 139 * 1024);
}

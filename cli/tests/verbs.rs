//! The verbs of a day, on the simulated board.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;
mod daily;

use command::{at, done, errors, run};

#[test]
fn files_of_a_day() {
    let board = tempfile::tempdir().unwrap();
    daily::files(&at("sim", board.path()), board.path());
}

#[test]
fn the_clock() {
    assert_eq!(done("sim:", ["rtc"]), b"2000-01-01 00:00:00\n");
    let set = String::from_utf8(done("sim:", ["rtc", "--set", "+", "rtc", "--json"])).unwrap();
    let (set, json) = set.split_once('\n').unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["datetime"].as_str().unwrap(), set.replace(' ', "T"));
    assert!(set.len() == 19 && set > "2024", "{set}");
}

/// What is common misses the verb by a letter.
#[test]
fn a_mistyped_verb_is_recognised() {
    let output = run("sim:", ["tre"]);
    assert!(errors(&output).contains("'tree'"), "{}", errors(&output));
}

//! What is printed for machines, on the simulated board.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;
mod documented;
mod page;

use std::fs;

use command::{at, code, done, errors, noise, run};
use serde_json::{Value, json};

/// What runs Python, or measures such a board, is tried on a real MicroPython.
#[test]
fn each_verb_prints_what_is_documented() {
    let board = tempfile::tempdir().unwrap();
    let needs_python = |title: &str, words: &[String]| {
        ["eval", "bench link", "bench day"].contains(&title)
            || words.contains(&"-l".into())
            || (title == "bench" && cfg!(not(unix)))
    };
    let count =
        documented::holds(&at("sim", board.path()), board.path(), |title, words| !needs_python(title, words));
    assert_eq!(count, if cfg!(unix) { 11 } else { 10 });
}

/// A terminal that shows it must not be told what to do by the name of a file.
#[test]
fn names_do_not_act_on_a_terminal() {
    let board = tempfile::tempdir().unwrap();
    // Windows has no such names, but for these.
    let name = "a\u{9b}2J\u{202e}\u{61c}\u{7f}\u{e9}.py";
    fs::write(board.path().join(name), "x").unwrap();
    for arguments in [&["ls", "--json"][..], &["tree", "--json"], &["hash", "--json", &format!(":{name}")]] {
        let text = String::from_utf8(done(at("sim", board.path()), arguments)).unwrap();
        assert!(text.contains("a\\u009b2J\\u202e\\u061c\\u007f\u{e9}.py"), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value[0]["path"], name);
    }
    let text = String::from_utf8(done(at("sim", board.path()), ["ls"])).unwrap();
    assert_eq!(text, "1 a\\u{9b}2J\\u{202e}\\u{61c}\\u{7f}\u{e9}.py\n");
}

/// A file that is named is itself, and in a folder of its name there may be one of that name.
#[test]
fn a_listing_of_files_and_folders() {
    let board = tempfile::tempdir().unwrap();
    for folder in ["a", "d"] {
        fs::create_dir(board.path().join(folder)).unwrap();
    }
    for (file, content) in [("a.py", "12"), ("a/a", "1"), ("d/x.py", "123")] {
        fs::write(board.path().join(file), content).unwrap();
    }
    let list = |paths: &[&str]| -> Value {
        let arguments = [&["ls", "--json"], paths].concat();
        serde_json::from_slice(&done(at("sim", board.path()), arguments)).unwrap()
    };
    let file = |path: &str, size: u64| json!({ "path": path, "kind": "file", "size": size });
    assert_eq!(list(&[":a.py", ":d"]), json!([file("a.py", 2), file("d/x.py", 3)]));
    assert_eq!(list(&[":a.py"]), json!([file("a.py", 2)]));
    assert_eq!(list(&[":d/x.py"]), json!([file("d/x.py", 3)]));
    assert_eq!(list(&[":d/x.py", ":a.py"]), json!([file("d/x.py", 3), file("a.py", 2)]));
    assert_eq!(list(&[":a"]), json!([file("a", 1)]));
    assert_eq!(list(&[":a", ":a/a"]), json!([file("a/a", 1), file("a/a", 1)]));
    let text = String::from_utf8(done(at("sim", board.path()), ["ls", "-l", ":a.py", ":a"])).unwrap();
    assert_eq!(
        text.lines().map(|line| line.replace("  ", "")).collect::<Vec<_>>(),
        [":a.py", "2 - a.py", ":a", "1 - a"]
    );
}

/// A dry run changes nothing, and says in JSON what it says in lines.
#[test]
fn what_a_sync_would_do() {
    let (here, board) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir_all(here.path().join("lib")).unwrap();
    fs::create_dir_all(board.path().join("gone/in")).unwrap();
    for (file, content) in [("a.py", "one"), ("lib/b.py", "second"), ("c.py", "the same")] {
        fs::write(here.path().join(file), content).unwrap();
    }
    // What a put of a.py left.
    let left = ".rp-96eb94fe";
    for (file, content) in [("a.py", "other"), ("c.py", "the same"), ("gone/x", "12"), (left, "on")] {
        fs::write(board.path().join(file), content).unwrap();
    }
    let dir = here.path().to_str().unwrap();
    let sync = |more: &[&str]| {
        let output = run(at("sim", board.path()), [&["sync", dir, ":"], more].concat());
        (code(&output), String::from_utf8(output.stdout.clone()).unwrap(), errors(&output))
    };
    let foretold = |more: &[&str]| -> Value {
        let (exit, text, said) = sync(&[&["--dry-run", "--json"], more].concat());
        assert_eq!((exit, &*said), (0, ""));
        serde_json::from_str(&text).unwrap()
    };
    let mut expected = json!({
        "dir": dir,
        "path": "",
        "remove": [],
        "make": [{ "path": "lib" }],
        "put": [
            { "path": "a.py", "size": 3, "replaces": true, "left": 2 },
            { "path": "lib/b.py", "size": 6, "replaces": false, "left": null },
        ],
        "same": 1,
        "stays": 2,
    });
    assert_eq!(foretold(&[]), expected);
    expected["remove"] = json!([
        { "path": "gone/x", "kind": "file", "size": 2 },
        { "path": "gone/in", "kind": "directory", "size": 0 },
        { "path": "gone", "kind": "directory", "size": 0 },
    ]);
    expected["stays"] = 1.into();
    assert_eq!(foretold(&["--delete"]), expected);
    assert!(!board.path().join("lib").exists() && board.path().join("gone/x").exists());
    assert_eq!(sync(&["--json"]).0, 2, "there is something to print in a dry run only");
    assert_eq!(sync(&["--delete"]).0, 0);
    let value = foretold(&["--delete"]);
    assert!(value["put"] == json!([]) && value["remove"] == json!([]) && value["same"] == 3, "{value}");
}

#[test]
fn what_a_fleet_came_to() {
    let (here, boards) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = here.path().join("a.py");
    fs::write(&file, noise(20_000, 1)).unwrap();
    let ports = ["one", "two"].map(|name| at("sim", &boards.path().join(name)));
    fs::create_dir(boards.path().join("one")).unwrap();
    let put = || {
        let file = file.to_str().unwrap();
        let output = run(&ports[0], ["fleet", "put", "--json", "--no-cache", file, "--port", &ports[1]]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        (code(&output), value, errors(&output))
    };
    let board = |port: &str, files: u64, same: u64| {
        let (done, bytes) = (files > 0, files * 20_000);
        json!({ "port": port, "done": done, "files": files, "bytes": bytes, "same": same, "error": null })
    };
    let (exit, value, said) = put();
    assert!(exit == 3 && said.contains("1 of 2 boards done"), "{said}");
    assert_eq!(value[0], board(&ports[0], 1, 0));
    assert!(value[1]["error"].as_str().unwrap().contains("cannot"), "{value}");
    let mut failed = value[1].clone();
    failed["error"] = Value::Null;
    assert_eq!(failed, board(&ports[1], 0, 0));
    fs::create_dir(boards.path().join("two")).unwrap();
    let (exit, value, said) = put();
    assert_eq!((exit, &*said), (0, ""));
    assert_eq!(value, json!([board(&ports[0], 1, 1), board(&ports[1], 1, 0)]));
}

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

#[test]
fn completions_and_the_manual() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = String::from_utf8(done("sim:", ["completions", shell])).unwrap();
        assert!(script.contains("rawpaste") && script.contains("mkdir"), "{shell}");
    }
    let page = String::from_utf8(done("sim:", ["man"])).unwrap();
    assert!(page.starts_with(".") && page.contains(".SH NAME") && page.contains("mkdir"), "{page}");
    let dir = tempfile::tempdir().unwrap();
    done("sim:", ["man", dir.path().to_str().unwrap()]);
    let bench = cfg!(unix).then_some("rawpaste-bench-link.1");
    for name in ["rawpaste.1", "rawpaste-put.1"].into_iter().chain(bench) {
        assert!(std::fs::read_to_string(dir.path().join(name)).unwrap().contains(".SH SYNOPSIS"), "{name}");
    }
}

#[test]
fn as_much_is_said_as_is_asked_for() {
    let (here, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (port, file) = (at("sim", dir.path()), here.path().join("a.txt"));
    std::fs::write(&file, "a secret").unwrap();
    let file = file.to_str().unwrap();
    let output = run(&port, ["-q", "put", file, "+", "cat", ":a.txt"]);
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"a secret"[..], &b""[..]));
    let output = run(&port, ["-v", "put", file, ":b.txt"]);
    let said = errors(&output);
    assert!(
        said.contains("wrote 1 byte: \\x03") && said.contains("read ") && said.contains("phase"),
        "{said}"
    );
    assert!(!said.contains("secret") && !said.contains('\u{1b}'), "{said}");
    assert!(!errors(&run(&port, ["-q", "cat", ":none"])).is_empty());
}

/// A project says once what its commands take.
#[test]
fn a_project_of_its_own() {
    let (here, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let port = at("sim", dir.path());
    let run_here =
        |arguments: &[&str]| command::command(&port, arguments).current_dir(here.path()).output().unwrap();
    let output = run_here(&["sync"]);
    assert!(command::code(&output) == 2 && errors(&output).contains("rawpaste init"), "{}", errors(&output));
    assert_eq!(command::code(&run_here(&["init"])), 0);
    let output = run_here(&["init"]);
    assert!(command::code(&output) == 3 && errors(&output).contains("next: "), "{}", errors(&output));
    let text = "tree = [\"src\", \":app\"]\nignore = [\"*.md\"]\nafter-sync = \"reset\"\n";
    std::fs::write(here.path().join("rawpaste.toml"), text).unwrap();
    std::fs::create_dir(here.path().join("src")).unwrap();
    for name in ["a.py", "b.md"] {
        std::fs::write(here.path().join("src").join(name), name).unwrap();
    }
    let output = run_here(&["sync"]);
    assert_eq!(command::code(&output), 0, "{}", errors(&output));
    assert_eq!(std::fs::read(dir.path().join("app/a.py")).unwrap(), b"a.py");
    assert!(!dir.path().join("app/b.md").exists());
}

#[test]
fn without_a_verb_it_says_what_there_is_to_try() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rawpaste")).output().unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        command::code(&output) == 0
            && said.lines().filter(|line| line.starts_with("  rawpaste ")).count() == 5,
        "{said}"
    );
    assert_eq!(command::code(&run("sim:", ["+", "ls"])), 2);
}

//! The examples of the page on JSON, done.

// Each test uses some of it.
#![allow(dead_code)]

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::{
    command::{code, errors},
    page,
};

/// Does each example that is wanted, by its verb and words, on a board whose files are in a folder: what it prints has the
/// fields that are documented, and no others. Answers how many they were.
pub(crate) fn holds(port: &str, board: &Path, wanted: impl Fn(&str, &[String]) -> bool) -> usize {
    let here = tempfile::tempdir().unwrap();
    lay(here.path(), board);
    let mut count = 0;
    for section in page::sections() {
        for example in section.examples.iter().filter(|example| wanted(section.title, &example.words)) {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"));
            let alone = ["fleet", "devices", "bench"].contains(&&*example.words[0]);
            let port = if alone { vec![] } else { vec!["--port", port] };
            command.args(port).args(&example.words).current_dir(here.path()).env_remove("RAWPASTE_PORT");
            let output = command.output().unwrap();
            // One of the boards is not there.
            let exit = if section.title == "fleet put" { 3 } else { 0 };
            assert_eq!(code(&output), exit, "{:?}: {}", example.words, errors(&output));
            let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
            if section.title == "devices" {
                // There may be none, or none on USB.
                section.paths(&printed);
            } else {
                section.holds(example, &printed);
            }
            count += 1;
        }
    }
    count
}

/// Lays the files that the examples name.
fn lay(here: &Path, board: &Path) {
    for folder in [here.join("src/lib"), here.join("one"), board.join("lib"), board.join("app")] {
        fs::create_dir_all(folder).unwrap();
    }
    for (file, content) in [
        (here.join("main.py"), "print('hello')"),
        (here.join("src/main.py"), "print('hello')"),
        (here.join("src/same.py"), "x = 1\n"),
        (here.join("src/lib/new.py"), "new = 1\n"),
        (board.join("main.py"), "print('hello')"),
        (board.join("lib/util.py"), "u = 1\n"),
        (board.join("lib/.rp-0123abcd"), "what a put left"),
        (board.join("app/main.py"), "print('old')"),
        (board.join("app/same.py"), "x = 1\n"),
        (board.join("app/old.py"), "o = 1\n"),
    ] {
        fs::write(file, content).unwrap();
    }
}

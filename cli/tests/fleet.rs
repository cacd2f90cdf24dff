//! Many boards at once, on the simulated board.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;

use std::fs;
use std::process::Output;

use command::{at, code, errors, noise, run, run_with};
use tempfile::TempDir;

/// Folders of boards, and their ports.
fn boards<const N: usize>() -> ([TempDir; N], [String; N]) {
    let dirs = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let ports = dirs.each_ref().map(|dir| at("sim", dir.path()));
    (dirs, ports)
}

/// Files of this machine, and their names in full.
fn here<const N: usize>(files: [(&str, &[u8]); N]) -> (TempDir, [String; N]) {
    let dir = tempfile::tempdir().unwrap();
    let names = files.map(|(name, content)| {
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    });
    (dir, names)
}

fn count(dir: &TempDir) -> usize {
    fs::read_dir(dir.path()).unwrap().count()
}

/// What it printed, line by line, in an order that does not depend on who was first.
fn lines(output: &Output) -> Vec<String> {
    let mut lines: Vec<_> = String::from_utf8_lossy(&output.stdout).lines().map(String::from).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn each_board_has_the_files() {
    let (dirs, ports) = boards::<3>();
    let large = noise(20_000, 1);
    let (_here, files) = here([("a.py", b"one"), ("b.bin", &large)]);
    // Ports may stand in front of the verb and behind it, and all count.
    let put = |more: &[&str]| {
        let ours =
            ["fleet", "--port", &ports[1], "put", "--no-cache", &files[0], &files[1], "--port", &ports[2]];
        run(&ports[0], ours.iter().chain(more))
    };
    for (round, told) in [" bytes) on ", "; already there: 1"].into_iter().enumerate() {
        let output = put(&[]);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        let lines = lines(&output);
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert_eq!(lines[0], "3 of 3 boards done");
        for dir in &dirs {
            let line = lines.iter().find(|line| line.contains(dir.path().to_str().unwrap())).unwrap();
            assert!(
                line.starts_with("put 2 files (20003 bytes) on ") && line.contains(told),
                "{round}: {line}"
            );
            assert_eq!(fs::read(dir.path().join("a.py")).unwrap(), b"one");
            assert_eq!(fs::read(dir.path().join("b.bin")).unwrap(), large);
        }
    }
    let output = put(&["--quiet"]);
    assert_eq!((code(&output), &*output.stdout, &*errors(&output)), (0, &b""[..], ""));
    // What can be read only once is there for all.
    let output = run_with(&ports[0], ["fleet", "put", "-", ":typed", "--port", &ports[1]], b"\x00\x04\x03");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(lines(&output)[1].contains("(3 bytes)"), "{:?}", lines(&output));
    for dir in &dirs[..2] {
        assert_eq!(fs::read(dir.path().join("typed")).unwrap(), b"\x00\x04\x03");
    }
    assert_eq!(count(&dirs[2]), 2);
}

#[test]
fn one_that_fails_among_good_ones() {
    let (dirs, ports) = boards::<3>();
    let (_here, [file]) = here([("a.py", b"one")]);
    fs::create_dir(dirs[0].path().join("lib")).unwrap();
    fs::create_dir(dirs[2].path().join("lib")).unwrap();
    let ours = [
        "fleet",
        "put",
        &file,
        ":lib/",
        "--port",
        &ports[1],
        "--port",
        "/dev/no-such-port",
        "--port",
        &ports[2],
    ];
    let output = run(&ports[0], ours);
    assert_eq!(code(&output), 3, "{}", errors(&output));
    assert_eq!(lines(&output).len(), 2, "{:?}", lines(&output));
    for dir in [&dirs[0], &dirs[2]] {
        assert_eq!(fs::read(dir.path().join("lib/a.py")).unwrap(), b"one");
    }
    let said = errors(&output);
    assert!(said.contains("rawpaste: 2 of 4 boards done; not done:\n"), "{said}");
    let failed = [dirs[1].path().to_str().unwrap(), "the board at /dev/no-such-port"];
    for place in failed {
        let told = said.lines().filter(|line| line.starts_with("not done: ") && line.ends_with(place));
        assert_eq!(told.count(), 1, "{said}");
        let why =
            said.lines().filter(|line| line.starts_with("  the ") && line.contains(&format!("{place}: ")));
        assert_eq!(why.count(), 1, "{said}");
    }
    assert_eq!(said.matches("    next: ").count(), 2, "{said}");
    // The gravest failure decides: no board takes such a name, and the other has no folder.
    for (other, exit) in [(&*ports[1], 2), ("sim:/no such folder", 3)] {
        let output = run(&ports[0], ["fleet", "put", &file, ":.rp-1", "--port", other]);
        assert_eq!(code(&output), exit, "{}", errors(&output));
        assert!(errors(&output).contains("0 of 2 boards done"), "{}", errors(&output));
    }
}

#[test]
fn boards_that_make_no_sense() {
    let (dirs, [one, two]) = boards::<2>();
    let (_here, [file]) = here([("a.py", b"one")]);
    let refused = |arguments: &[&str], text: &str| {
        let output = run(&one, arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", errors(&output));
        assert!(errors(&output).contains(text), "{arguments:?}: {}", errors(&output));
    };
    refused(&["fleet", "put", &file, "--port", &two, "--port", &one], "named twice");
    refused(&["fleet", "put", &file, "--port", &format!("{one}/.")], "named twice");
    refused(&["fleet", "put", &file, "--port", &one.replacen("sim", "micropython", 1)], "named twice");
    refused(&["fleet", "put", &file, "--all"], "--all");
    refused(&["fleet", "put", "--port", &two], "Usage");
    refused(&["fleet", "put", &file, "+", "ls"], "+ stands between");
    for verb in [&["put", &file][..], &["ls"], &["exec", "print(1)"], &["get", ":a.py"]] {
        refused(&[verb, &["--port", &two]].concat(), "works on one board");
    }
    assert_eq!((count(&dirs[0]), count(&dirs[1])), (0, 0));
}

/// The environment names a board where no `--port` does.
#[test]
fn the_usual_board() {
    let (dirs, [usual, other]) = boards::<2>();
    let (_here, [file]) = here([("a.py", b"one")]);
    let put = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rawpaste"));
        let output = command.args(arguments).env("RAWPASTE_PORT", &usual).output().unwrap();
        assert_eq!(code(&output), 0, "{}", errors(&output));
    };
    put(&["fleet", "put", &file, "--port", &other]);
    assert_eq!((count(&dirs[0]), count(&dirs[1])), (0, 1));
    put(&["fleet", "put", &file]);
    assert_eq!((count(&dirs[0]), count(&dirs[1])), (1, 1));
    put(&["--port", &other, "put", &file, ":b"]);
    put(&["put", &file, ":c"]);
    assert_eq!((count(&dirs[0]), count(&dirs[1])), (2, 2));
}

/// A board that takes a quarter of an hour for it holds up no other, and `^C` ends it.
#[cfg(unix)]
#[test]
fn a_slow_board_delays_nobody() {
    use std::io::{BufRead, BufReader, Read};

    use rawpaste::testing::Firmware;
    use rawpaste_board::{Running, Shape, Simulated};
    use rustix::process::{Pid, Signal, kill_process};

    let (dirs, ports) = boards::<2>();
    let slow = tempfile::tempdir().unwrap();
    let firmware = Firmware { disk: 4 << 20, ..Firmware::default() };
    let running = Running::simulated(Simulated::new(firmware).folder(slow.path())).unwrap();
    let shape = Shape { rate: Some(1000), ..Shape::default() };
    let port = running.shaped(shape).unwrap().on_pty().unwrap();
    let content = noise(1 << 20, 3);
    let (_here, [file]) = here([("big", &content)]);
    // The slow one is the first.
    let ours = ["fleet", "put", "--no-cache", &file, "--port", &ports[0], "--port", &ports[1]];
    let mut fleet = command::command(port.name(), ours).spawn().unwrap();
    let mut said = BufReader::new(fleet.stdout.take().unwrap());
    for _ in 0..2 {
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.starts_with("put ") && line.contains("the simulated board in"), "{line}");
    }
    for dir in &dirs {
        assert!(fs::read(dir.path().join("big")).unwrap() == content);
    }
    assert_eq!(fleet.try_wait().unwrap(), None, "it waits for the slow one");
    kill_process(Pid::from_child(&fleet), Signal::INT).unwrap();
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    let output = fleet.wait_with_output().unwrap();
    assert_eq!((code(&output), &*rest), (3, ""), "{}", errors(&output));
    let said = errors(&output);
    assert!(said.contains("2 of 3 boards done") && said.contains("interrupted"), "{said}");
    assert!(!slow.path().join("big").exists());
}

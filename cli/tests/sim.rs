//! The command on the simulated board.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;

use std::{ffi::OsStr, fs};

use command::{at, code, command, done, errors, noise, run, run_with};

#[test]
fn from_one_board_to_another() {
    let [one, two] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [from, to] = [at("sim", one.path()), at("sim", two.path())];
    let big = noise(100_000, 3);
    fs::create_dir_all(one.path().join("lib/sub")).unwrap();
    fs::write(one.path().join("main.py"), "print(1)\n").unwrap();
    fs::write(one.path().join("lib/sub/big"), &big).unwrap();
    let cp = |words: &[&str]| {
        let words = ["cp"].iter().chain(words).copied();
        run(&from, words.chain(["--to", &*to]))
    };
    for words in
        [&[":main.py", ":"][..], &["-r", ":lib", ":"], &["-r", ":lib/", ":old/lib"], &["-r", ":lib", ":"]]
    {
        let output = cp(words);
        assert_eq!(code(&output), 0, "{}", errors(&output));
    }
    assert_eq!(fs::read(two.path().join("main.py")).unwrap(), b"print(1)\n");
    for copy in ["lib/sub/big", "old/lib/sub/big"] {
        assert!(fs::read(two.path().join(copy)).unwrap() == big, "{copy}");
    }
    for (words, status, why) in [
        (&[":lib", ":"][..], 3, "cp -r"),
        (&["main.py", ":"], 2, "begin with :"),
        (&[":main.py", ":none/x"], 3, "mkdir -p"),
        (&[":none", ":"], 3, "no such file"),
    ] {
        let output = cp(words);
        assert!(code(&output) == status && errors(&output).contains(why), "{words:?}: {}", errors(&output));
    }
    let same = run(&from, ["cp", ":main.py", ":", "--to", &*from]);
    assert!(code(&same) == 2 && errors(&same).contains("the same board"), "{}", errors(&same));
}

/// Whoever has read enough stops nothing.
#[test]
fn a_closed_output_ends_nothing() {
    let (here, board) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = ["a", "b", "c"].map(|name| here.path().join(name));
    for file in &files {
        fs::write(file, "x").unwrap();
    }
    let mut words = vec![OsStr::new("ls"), OsStr::new("+"), OsStr::new("put")];
    words.extend(files.iter().map(|file| file.as_os_str()));
    words.extend(["+", "put", "-r"].map(OsStr::new));
    words.push(here.path().as_os_str());
    words.push(OsStr::new(":all"));
    let mut command = command(at("sim", board.path()), &words);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).output().unwrap();
    assert_eq!((code(&output), &*errors(&output)), (0, ""));
    assert!(board.path().join("c").exists() && board.path().join("all/c").exists());
}

#[test]
fn a_file_is_put_and_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let readme = dir.path().join("README.md");
    fs::write(&readme, "hello\n").unwrap();
    let output = run("sim:", [OsStr::new("put"), readme.as_os_str()]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        said.starts_with("put ") && said.ends_with("README.md (6 bytes) on the simulated board\n"),
        "{said}"
    );
    assert!(errors(&output).contains("sim:DIR"), "{}", errors(&output));
}

#[test]
fn files_live_in_the_folder() {
    let (here, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let port = at("sim", dir.path());
    let bytes = noise(20_000, 1);
    let (file, back) = (here.path().join("a file.bin"), here.path().join("back"));
    fs::write(&file, &bytes).unwrap();
    fs::create_dir(dir.path().join("lib")).unwrap();
    done(&port, ["put", file.to_str().unwrap()]);
    assert_eq!(fs::read(dir.path().join("a file.bin")).unwrap(), bytes);
    done(&port, ["put", file.to_str().unwrap(), ":lib"]);
    done(&port, ["put", file.to_str().unwrap(), ":lib/other"]);
    assert_eq!(String::from_utf8(done(&port, ["ls"])).unwrap(), "20000 a file.bin\n    0 lib/\n");
    assert_eq!(String::from_utf8(done(&port, ["ls", ":lib"])).unwrap(), "20000 a file.bin\n20000 other\n");
    assert_eq!(done(&port, ["cat", ":lib/other"]), bytes);
    assert_eq!(done(&port, ["get", ":a file.bin", "-"]), bytes);
    done(&port, ["get", ":a file.bin", back.to_str().unwrap()]);
    assert_eq!(fs::read(&back).unwrap(), bytes);
    done(&port, ["rm", ":a file.bin", ":lib/a file.bin", ":lib/other", ":lib"]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn several_files_and_standard_input() {
    let (here, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let port = at("sim", dir.path());
    let names = ["one.py", "two.py"].map(|name| here.path().join(name).to_str().unwrap().to_owned());
    names.iter().for_each(|name| fs::write(name, name).unwrap());
    done(&port, ["put", &names[0], &names[1], ":"]);
    assert_eq!(fs::read(dir.path().join("two.py")).unwrap(), names[1].as_bytes());
    let output = run(&port, ["put", &names[0], &names[1], ":none"]);
    assert_eq!(code(&output), 3, "{}", errors(&output));
    let output = run(&port, ["put", &names[0], &names[1], ":one.py"]);
    assert_eq!(code(&output), 2, "{}", errors(&output));
    let output = run_with(&port, ["put", "-", ":typed"], b"\x00\x04\x03");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_eq!(fs::read(dir.path().join("typed")).unwrap(), b"\x00\x04\x03");
    assert_eq!(code(&run_with(&port, ["put", "-"], b"")), 2);
}

#[test]
fn a_get_goes_where_it_was_told_and_nowhere_else() {
    let (here, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let port = at("sim", dir.path());
    fs::create_dir(dir.path().join("lib")).unwrap();
    fs::write(dir.path().join("lib/a.py"), "new").unwrap();
    let get = |arguments: &[&str]| {
        let output = command(&port, arguments).current_dir(here.path()).output().unwrap();
        (code(&output), errors(&output))
    };
    assert_eq!(get(&["get", ":lib/a.py"]).0, 0);
    assert_eq!(fs::read(here.path().join("a.py")).unwrap(), b"new");
    fs::create_dir(here.path().join("into")).unwrap();
    assert_eq!(get(&["get", ":lib/a.py", "into"]).0, 0);
    assert_eq!(fs::read(here.path().join("into/a.py")).unwrap(), b"new");
    // What was here stays when the get fails, and nothing is left beside it.
    fs::write(here.path().join("none"), "old").unwrap();
    let (exit, said) = get(&["get", ":none"]);
    assert!(exit == 3 && said.contains("no such file") && said.contains("next: "), "{said}");
    assert_eq!(fs::read(here.path().join("none")).unwrap(), b"old");
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 3);
    for path in [":", ":..", ":lib/", ":lib/.."] {
        assert_eq!(get(&["get", path]).0, 2, "{path}");
    }
}

#[test]
fn exit_codes_and_next_steps() {
    let failed = |output: &std::process::Output, exit: i32, text: &str| {
        assert_eq!(code(output), exit, "{}", errors(output));
        assert!(errors(output).contains(text), "{}", errors(output));
    };
    failed(&run("sim:", ["exec", "print(1)"]), 1, "--port micropython:");
    failed(&run("sim:", ["nonsense"]), 2, "Usage");
    failed(&run("sim:", ["put", ":a", ":b"]), 2, "next: ");
    failed(&run("sim:", ["rm", ":none"]), 3, "next: ");
    failed(&run("sim:", ["put", "no such file"]), 3, "next: ");
    failed(&run("sim:/no such folder", ["ls"]), 3, "next: ");
    failed(&run("/dev/no-such-port", ["ls"]), 3, "next: ");
    failed(&run("sim:", ["cat", ":"]), 3, "next: ");
    assert_eq!(code(&run("sim:", ["info"])), 0);
}

#[cfg(unix)]
mod served {
    use std::fs;
    use std::io::{BufRead, BufReader, Read};
    use std::path::Path;
    use std::process::Child;

    use rustix::process::{Pid, Signal, kill_process};

    use super::command::{code, command, done, errors, run_with};

    /// Starts `rawpaste board` and answers it with its port's name.
    fn serve(dir: &Path) -> (Child, String) {
        let mut serve = command("", ["board", "--dir", dir.to_str().unwrap()]).spawn().unwrap();
        let mut name = String::new();
        BufReader::new(serve.stdout.as_mut().unwrap()).read_line(&mut name).unwrap();
        (serve, name.trim().to_owned())
    }

    #[test]
    fn a_board_is_served_until_it_is_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let (mut serve, name) = serve(dir.path());
        let output = run_with(&name, ["put", "-", ":lib.py"], b"x = 1\n");
        assert_eq!(code(&output), 0, "{}", errors(&output));
        assert_eq!(fs::read(dir.path().join("lib.py")).unwrap(), b"x = 1\n");
        assert_eq!(done(&name, ["cat", ":lib.py"]), b"x = 1\n");
        kill_process(Pid::from_child(&serve), Signal::INT).unwrap();
        assert_eq!(serve.wait().unwrap().code(), Some(0));
    }

    /// A host cannot take for done what the folder does not hold, and nothing is written outside it.
    #[test]
    fn a_folder_that_turned_into_a_link_is_not_followed() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let lib = dir.path().join("lib");
        fs::create_dir(&lib).unwrap();
        let (mut serve, name) = serve(dir.path());
        fs::remove_dir(&lib).unwrap();
        std::os::unix::fs::symlink(outside.path(), &lib).unwrap();
        let output = run_with(&name, ["put", "-", ":lib/a.py"], b"x = 1\n");
        assert_eq!(code(&output), 3, "{}", errors(&output));
        assert_eq!(serve.wait().unwrap().code(), Some(3));
        let mut told = String::new();
        serve.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert!(told.contains("cannot keep its files"), "{told}");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_flow_can_be_asked_for() {
    for flow in ["auto", "windowed", "open"] {
        let output = done("sim:", ["--flow", flow, "ls"]);
        assert_eq!(String::from_utf8(output).unwrap(), "", "{flow}");
    }
    let output = run("sim:", ["--flow", "fast", "ls"]);
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("windowed"), "{}", errors(&output));
}

#[test]
fn several_commands_in_one_connection() {
    let dir = tempfile::tempdir().unwrap();
    let port = at("sim", dir.path());
    let output = run_with(&port, ["put", "-", ":a.txt", "+", "cat", ":a.txt", "+", "ls"], b"one\n");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(code(&output) == 0 && said.ends_with("one\n4 a.txt\n"), "{said}{}", errors(&output));
    // The first that fails ends it.
    let output = run(&port, ["cat", ":none", "+", "rm", ":a.txt"]);
    assert_eq!(code(&output), 3);
    assert!(dir.path().join("a.txt").exists());
    // Nothing is done before all is understood.
    for words in [&["rm", ":a.txt", "+", "nonsense"][..], &["rm", ":a.txt", "+", "board"], &["ls", "+"]] {
        let output = run(&port, words);
        assert_eq!(code(&output), 2, "{words:?}: {}", errors(&output));
        assert!(dir.path().join("a.txt").exists());
    }
}

/// No board is opened for it: that may reset one.
#[test]
fn a_file_that_is_not_here_is_told_before_the_board_is_opened() {
    let output = run("/dev/no-such-port", ["put", "no such file"]);
    assert!(code(&output) == 3 && errors(&output).contains("no such file"), "{}", errors(&output));
    assert!(!errors(&output).contains("port"), "{}", errors(&output));
}

//! What follows a put or a sync, on a simulated board whose `main.py` prints on and on.

#![allow(clippy::unwrap_used)] // A test fails by panicking.
#![cfg(unix)]

mod command;
mod person;

use std::{fs, os::unix::fs::symlink, path::Path, process::Command, time::Duration};

use command::{code, command, done, errors, heard, noise, run};
use person::Person;
use rawpaste::testing::{Act, Device, Firmware, Main, Program};
use rawpaste_board::{PtyPort, Running, Shape, Simulated};
use rustix::process::Signal;

const PRINTED: &str = "temperature 21";

fn board() -> Running {
    let main = Main::Prints { text: format!("{PRINTED}\n"), every: Duration::from_millis(5) };
    let mut device = Device::new(Firmware { main, ..Firmware::default() });
    device.register(Program::new("print('went')\n", [Act::Print("went\n".into())]));
    Running::simulated(Simulated::with_device(device)).unwrap()
}

/// Whether the board's program runs, as far as a second shows.
fn runs(port: &PtyPort) -> bool {
    heard(port.name()).contains(PRINTED)
}

#[test]
fn a_put_that_resets_leaves_the_program_running() {
    let (port, here) = (board().on_pty().unwrap(), tempfile::tempdir().unwrap());
    let file = here.path().join("a.py");
    fs::write(&file, "x").unwrap();
    done(port.name(), ["put", file.to_str().unwrap()]);
    assert!(!runs(&port));
    done(port.name(), ["put", "--reset", file.to_str().unwrap()]);
    assert!(runs(&port));
    done(port.name(), ["put", "-r", "--reset", here.path().to_str().unwrap(), ":all"]);
    assert!(runs(&port));
}

/// Starts the command where a project is.
fn in_project(dir: &Path, port: &PtyPort, verb: &str) -> Command {
    let mut command = command(port.name(), [verb]);
    command.current_dir(dir);
    command
}

#[test]
fn a_sync_is_followed_by_what_the_project_says() {
    let (port, here) = (board().on_pty().unwrap(), tempfile::tempdir().unwrap());
    let write = |name: &str, text: &str| fs::write(here.path().join(name), text).unwrap();
    fs::create_dir(here.path().join("src")).unwrap();
    write("src/a.py", "1");
    write("src/secret", "hush");
    write("rawpaste.toml", "tree = [\"src\", \":app\"]\nignore = [\"secret\"]\nafter-sync = \"reset\"\n");
    let sync = || {
        let output = in_project(here.path(), &port, "sync").output().unwrap();
        assert_eq!(code(&output), 0, "{}", errors(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    sync();
    assert!(runs(&port));
    // Nothing is sent, and nothing follows.
    sync();
    assert!(!runs(&port));
    write("rawpaste.toml", "tree = [\"src\", \":app\"]\nignore = [\"secret\"]\nafter-sync = \"run go.py\"\n");
    write("go.py", "print('went')\n");
    write("src/a.py", "22");
    assert!(sync().trim_end().ends_with("went") && !runs(&port));
    // What stays here does so, too, where the tree is named.
    write("src/a.py", "333");
    let named = command(port.name(), ["sync", "src", ":app"]).current_dir(here.path()).output().unwrap();
    assert_eq!(code(&named), 0, "{}", errors(&named));
    let listed = done(port.name(), ["ls", ":app"]);
    assert_eq!(String::from_utf8(listed).unwrap().split_whitespace().last(), Some("a.py"));
}

/// The board's output is shown, also when it was away; ^C stops its program.
#[test]
fn a_watch_goes_on_when_the_board_is_back() {
    let here = tempfile::tempdir().unwrap();
    let name = here.path().join("port");
    let plug = || {
        let port = board().on_pty().unwrap();
        let new = here.path().join("new");
        symlink(port.name(), &new).unwrap();
        fs::rename(new, &name).unwrap();
        port
    };
    let src = here.path().join("src");
    fs::create_dir(&src).unwrap();
    fs::write(src.join("a.py"), "1").unwrap();
    let port = plug();
    let mut person = Person::starts(&name, ["watch", src.to_str().unwrap()]);
    person.sees("watching");
    person.sees(PRINTED);
    fs::remove_file(&name).unwrap();
    drop(port);
    person.sees("went away");
    let port = plug();
    person.sees("is back");
    person.sees(PRINTED);
    fs::write(src.join("a.py"), "22").unwrap();
    person.sees("put ");
    person.sees(PRINTED);
    person.sends(Signal::INT);
    let (status, screen) = person.waits();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert!(!screen.contains("went away"), "{screen}");
    assert!(!runs(&port));
}

/// What takes long shows how far it is, on a terminal alone.
#[test]
fn several_files_have_one_bar() {
    let (here, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = ["one.bin", "two.bin"].map(|name| here.path().join(name).to_str().unwrap().to_owned());
    for (seed, file) in files.iter().enumerate() {
        fs::write(file, noise(20_000, seed as u64)).unwrap();
    }
    let slow = Shape { rate: Some(20_000), delay: Duration::from_millis(1) };
    let port = Running::simulated(Simulated::new(Firmware::default())).unwrap().shaped(slow).unwrap();
    let port = port.on_pty().unwrap();
    let words: Vec<_> = ["put"].into_iter().chain(files.iter().map(String::as_str)).collect();
    for (words, said) in [(&words[..], "put "), (&["get", "-r", ":", back.path().to_str().unwrap()], "got :")]
    {
        let mut person = Person::starts(port.name(), words);
        person.sees("%");
        person.sees("/39.06 KiB");
        person.sees(said);
        let (status, screen) = person.waits();
        assert!(status.success(), "{screen}");
        assert!(screen.contains("two.bin") && screen.contains("/39.06 KiB"), "{screen}");
    }
    for file in &files {
        fs::write(file, noise(20_000, 7)).unwrap();
    }
    // A pipe has a line for each, and quiet is quiet.
    let output = run(port.name(), &words);
    assert_eq!((code(&output), &*errors(&output)), (0, ""));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
    let person = Person::starts(port.name(), ["-q", "get", "-r", ":", back.path().to_str().unwrap()]);
    assert_eq!(person.waits().1, "");
}

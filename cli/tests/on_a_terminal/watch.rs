//! A folder that is watched.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rawpaste_board::trial::Trial;
use rustix::process::{Pid, Signal, kill_process};

use super::{Bench, trial};
use crate::command::{code, command, done, errors, run};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("a_folder_that_is_made_anew_is_watched_on", made_anew),
        trial("a_file_is_not_watched", |bench| {
            fs::write(bench.here("main.py"), "").unwrap();
            let output = run(bench.name(), ["watch", bench.here("main.py").to_str().unwrap()]);
            assert!(code(&output) == 3 && errors(&output).contains("is no folder"), "{}", errors(&output));
        }),
        trial("a_change_is_sent_and_the_program_starts_again", |bench| {
            let dir = bench.here("src");
            fs::create_dir(&dir).unwrap();
            fs::write(dir.join("value.py"), "value = 1\n").unwrap();
            fs::write(dir.join("notes.tmp"), "").unwrap();
            fs::write(dir.join(".gitignore"), "*.tmp\n.gitignore\n").unwrap();
            let program = "import sys\nsys.modules.pop('value', None)\nimport value, time\nprint('runs', value.value)\n\
                       while True: time.sleep(0.01)\n";
            let file = bench.here("demo.py");
            fs::write(&file, program).unwrap();
            let arguments = ["watch", dir.to_str().unwrap(), "--run", file.to_str().unwrap()];
            let mut watch = command(bench.name(), arguments).spawn().unwrap();
            let lines = lines(watch.stdout.take().unwrap());
            hears(&lines, "runs 1");
            fs::write(dir.join("value.py"), "value = 2\n").unwrap();
            hears(&lines, "runs 2");
            assert_eq!(fs::read(bench.on_board("value.py")).unwrap(), b"value = 2\n");
            // What does not go along starts nothing; what follows it does.
            fs::write(dir.join("notes.tmp"), "more").unwrap();
            fs::write(dir.join("other.py"), "").unwrap();
            hears(&lines, "runs 2");
            assert!(bench.on_board("other.py").exists() && !bench.on_board("notes.tmp").exists());
            ends(bench, watch);
        }),
    ]
}

/// As a build does. What follows a sync is the usual: a soft reset.
fn made_anew(bench: &Bench) {
    let dir = bench.here("dist");
    let make = |value: &str| {
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("value.py"), value).unwrap();
    };
    make("1");
    let mut watch = command(bench.name(), ["watch", dir.to_str().unwrap()]).spawn().unwrap();
    let lines = lines(watch.stdout.take().unwrap());
    hears(&lines, "put ");
    for value in ["22", "333"] {
        fs::remove_dir_all(&dir).unwrap();
        // Many resets in a moment would count as a MicroPython that does not run.
        thread::sleep(Duration::from_secs(1));
        make(value);
        let began = Instant::now();
        while fs::read(bench.on_board("value.py")).unwrap() != value.as_bytes() {
            assert!(began.elapsed() < Duration::from_secs(30), "{value} does not come");
            thread::sleep(Duration::from_millis(10));
        }
        // An event of the same folder.
        fs::write(dir.join("more.py"), value).unwrap();
        hears(&lines, "more.py");
        thread::sleep(Duration::from_secs(1));
    }
    let told = ends(bench, watch);
    assert!(!told.contains("went away"), "{told}");
}

/// `^C` leaves the board at its prompt; answers what was told.
fn ends(bench: &Bench, mut watch: Child) -> String {
    kill_process(Pid::from_child(&watch), Signal::INT).unwrap();
    let status = watch.wait().unwrap();
    let mut told = String::new();
    watch.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(status.code(), Some(0), "{told}");
    assert!(bench.type_line("6*7").contains("42"));
    assert_eq!(done(bench.name(), ["exec", "print('after')"]).trim_ascii(), b"after");
    told
}

fn lines(out: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        // The test is over when nobody receives them.
        let _ = BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
    });
    lines
}

#[track_caller]
fn hears(lines: &Receiver<String>, text: &str) {
    let mut heard = Vec::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) if line.contains(text) => return,
            Ok(line) => heard.push(line),
            Err(_) => panic!("no {text:?} in {heard:?}"),
        }
    }
}

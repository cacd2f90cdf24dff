//! `board --micropython`, which stands in for a board, and the verbs that reset one.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rawpaste_board::trial::{Trial, when_possible};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::command::{at, code, command, done, errors, run};
use crate::person::Person;

/// Says each of its starts to a file and to whoever watches, and runs on.
const MAIN: &str = "import time\nopen('/starts', 'a').write('x')\nn = 0\n\
                    while True:\n    n += 1\n    print('round', n)\n    time.sleep(0.02)\n";

pub(super) fn trials() -> Vec<Trial> {
    let trial = |name, test: fn()| {
        when_possible(Trial::test(name, move || {
            test();
            Ok(())
        }))
    };
    vec![
        trial("a_stand_in_runs_main_after_a_reset", resets),
        trial("a_stand_in_shows_its_program_in_repl", in_repl),
        trial("a_stand_in_shows_its_program_in_watch", in_watch),
        trial("a_stand_in_keeps_in_its_folder", keeps_in_its_folder),
        trial("a_stand_in_runs_no_program_for_a_script", no_program),
        trial("a_link_leads_to_a_stand_in", link),
        trial("a_link_replaces_nothing_else", link_refused),
    ]
}

/// `rawpaste board --micropython`, its folder in one of its own.
struct Served {
    command: Child,
    name: String,
    above: TempDir,
}

impl Served {
    fn start(more: &[&str]) -> Self {
        let above = tempfile::tempdir().unwrap();
        fs::create_dir(above.path().join("board")).unwrap();
        Self::start_in(above, more)
    }

    fn start_in(above: TempDir, more: &[&str]) -> Self {
        let mut command = command("", ["board", "--micropython", "--dir", "board"]);
        let mut command = command.args(more).current_dir(above.path()).spawn().unwrap();
        let mut name = String::new();
        BufReader::new(command.stdout.as_mut().unwrap()).read_line(&mut name).unwrap();
        Self { command, name: name.trim().to_owned(), above }
    }

    fn on_board(&self, name: &str) -> PathBuf {
        self.above.path().join("board").join(name)
    }

    /// Writes a file of this machine.
    fn here(&self, name: &str, text: &str) -> String {
        let path = self.above.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Waits until `main.py` has started so often.
    #[track_caller]
    fn has_started(&self, times: usize) {
        let began = Instant::now();
        while self.starts() != times {
            assert!(began.elapsed() < Duration::from_secs(10), "{} starts, not {times}", self.starts());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn starts(&self) -> usize {
        fs::read(self.on_board("starts")).map_or(0, |starts| starts.len())
    }

    /// Ends it; answers what it said besides its name, and what it leaves.
    fn ends(mut self) -> (String, TempDir) {
        kill_process(Pid::from_child(&self.command), Signal::INT).unwrap();
        assert_eq!(self.command.wait().unwrap().code(), Some(0));
        let mut told = String::new();
        self.command.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (told, self.above)
    }
}

fn resets() {
    let board = Served::start(&[]);
    let main = board.here("main.py", MAIN);
    done(&board.name, ["put", &main, ":/"]);
    assert_eq!(board.starts(), 0);
    done(&board.name, ["put", "--reset", &main, ":/"]);
    board.has_started(1);
    let listed = done(&board.name, ["--restart", "ls", ":/"]);
    assert!(String::from_utf8_lossy(&listed).contains("main.py"));
    board.has_started(2);
    let output = run(&board.name, ["reset"]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(errors(&output).contains("a running program was stopped"), "{}", errors(&output));
    board.has_started(3);
    board.ends();
}

fn in_repl() {
    let board = Served::start(&[]);
    let (boot, main) = (board.here("boot.py", "print('this is boot')\n"), board.here("main.py", MAIN));
    let mut person = Person::starts(&board.name, ["put", &boot, &main, ":", "+", "reset", "+", "repl"]);
    person.sees("round 2\r\n");
    person.types(b"\x03");
    person.sees("KeyboardInterrupt");
    person.sees(">>> ");
    person.types(b"\x04");
    person.sees("MPY: soft reboot");
    person.sees("this is boot\r\n");
    person.sees("round 1\r\n");
    person.sees("round 2\r\n");
    person.leaves();
    board.has_started(2);
    board.ends();
}

fn in_watch() {
    let board = Served::start(&[]);
    fs::create_dir(board.above.path().join("src")).unwrap();
    let main = board.here("src/main.py", MAIN);
    let src = Path::new(&main).parent().unwrap();
    let mut person = Person::starts(&board.name, ["watch", src.to_str().unwrap(), ":/", "--reset"]);
    person.sees("round 2\r\n");
    board.here("src/main.py", &MAIN.replace("round", "lap"));
    person.sees("lap 2\r\n");
    person.types(b"\x03");
    let (status, screen) = person.waits();
    assert!(status.success(), "{status}: {screen}");
    board.has_started(2);
    board.ends();
}

/// What comes from raw mode runs without `main.py`.
fn no_program() {
    let board = Served::start(&[]);
    done(&board.name, ["put", &board.here("main.py", MAIN), ":"]);
    let script = board.here("script.py", "import sys\nprint('once')\nsys.exit()\n");
    assert_eq!(done(&board.name, ["run", &script]), b"once\n");
    assert_eq!(done(&board.name, ["eval", "6*7"]), b"42\n");
    assert_eq!(board.starts(), 0);
    board.ends();
}

fn keeps_in_its_folder() {
    let board = Served::start(&[]);
    let victim = board.here("victim.py", "x = 1\n");
    done(&board.name, ["mkdir", ":/lib"]);
    done(&board.name, ["put", &victim, ":/lib/new.py"]);
    assert_eq!(fs::read(board.on_board("lib/new.py")).unwrap(), b"x = 1\n");
    assert_eq!(done(&board.name, ["eval", "__import__('new').__file__"]), b"/lib/new.py\n");
    done(&board.name, ["put", &victim, ":/lib/new.py"]);
    done(&board.name, ["mv", ":/lib/new.py", ":/lib/old.py"]);
    assert_eq!(done(&board.name, ["ls", ":/lib"]), b"6 old.py\n");
    for path in [":../victim.py", ":/../victim.py", ":lib/../../victim.py", &format!(":{victim}")] {
        assert_ne!(code(&run(&board.name, ["rm", path])), 0, "{path}");
        assert_ne!(code(&run(&board.name, ["cat", path])), 0, "{path}");
    }
    for path in [":..", ":/..", ":../../lib", ":/../board"] {
        assert_ne!(code(&run(&board.name, ["rm", "-r", path])), 0, "{path}");
        assert_ne!(code(&run(&board.name, ["ls", path])), 0, "{path}");
    }
    assert_eq!(fs::read(&victim).unwrap(), b"x = 1\n");
    done(&board.name, ["rm", "-r", ":/lib"]);
    assert_eq!(fs::read_dir(board.on_board("")).unwrap().count(), 0);
    // As on a board, this is all that it has.
    fs::write(board.on_board("main.py"), "").unwrap();
    let port = at("micropython", &board.on_board(""));
    done(&port, ["rm", ":/main.py"]);
    assert_eq!(fs::read_dir(board.on_board("")).unwrap().count(), 0);
    board.ends();
}

fn link() {
    let above = tempfile::tempdir().unwrap();
    fs::create_dir(above.path().join("board")).unwrap();
    let link = above.path().join("link");
    // One that a board left behind which was killed.
    std::os::unix::fs::symlink("/dev/no-such-terminal", &link).unwrap();
    let board = Served::start_in(above, &["--link", "link"]);
    assert_eq!(fs::read_link(&link).unwrap(), Path::new(&board.name));
    assert_eq!(done(&link, ["eval", "6*7"]), b"42\n");
    let (told, _above) = board.ends();
    assert!(fs::symlink_metadata(&link).is_err());
    let line = format!("rawpaste --port {} info\n", link.display());
    assert!(told.ends_with(&line), "{told}");
    let board = Served::start(&[]);
    let line = format!("rawpaste --port {} info\n", board.name);
    let (told, _above) = board.ends();
    assert!(told.ends_with(&line), "{told}");
}

fn link_refused() {
    let here = tempfile::tempdir().unwrap();
    let (file, link) = (here.path().join("file"), here.path().join("link"));
    fs::write(&file, "kept").unwrap();
    std::os::unix::fs::symlink("file", &link).unwrap();
    let terminal = here.path().join("terminal");
    std::os::unix::fs::symlink("/dev/null", &terminal).unwrap();
    let nowhere = here.path().join("nowhere/link");
    for (path, says) in
        [(&file, "remove what is there"), (&link, "remove"), (&terminal, "remove"), (&nowhere, "folder")]
    {
        let output = run("", ["board", "--link", path.to_str().unwrap()]);
        assert_eq!(code(&output), 3, "{path:?}: {}", errors(&output));
        assert!(errors(&output).contains(says), "{}", errors(&output));
    }
    assert_eq!(fs::read(&file).unwrap(), b"kept");
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("file"));
    assert_eq!(fs::read_link(&terminal).unwrap(), Path::new("/dev/null"));
}

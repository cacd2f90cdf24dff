//! The scenarios themselves.

mod board;
mod puts;

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::{ops::ControlFlow, time::Duration};

use crate::{
    About, Board, Digest, DigestKind, Error, Eval, Exec, Get, Hash, Leave, List, MakeDir, Needs, Operation,
    Placed, Put, Remove, Rename, Reply, Script, Stat, StatAll, Stdin,
    testing::{Act, Capabilities, Firmware, Program, RawPaste, Scenario, Task},
};

const FOREVER: &str = "i=0\nwhile True:\n i+=1\n";

/// Returns every scenario.
#[must_use]
pub fn scenarios() -> Vec<Scenario> {
    let mut all = code();
    all.extend(ends());
    all.extend(puts::puts());
    all.extend(files());
    all.extend(board::board());
    all.extend(super::trees::trees());
    all.extend(trouble());
    all.extend(boards());
    all
}

/// What code prints and raises.
fn code() -> Vec<Scenario> {
    let long = "for i in range(3000):print('a line of some length',i)\n";
    let printed: String = (0..3000).map(|i| format!("a line of some length {i}\n")).collect();
    let length = printed.len().to_string();
    let bad = ["print(1)\nx = = 3\n", &"# the board throws this away\n".repeat(30)].concat();
    let f = "def f():\n raise ValueError('no')\n\nf()\n";
    let program = Program::new(bad.clone(), [Act::SyntaxError { line: 2, after_bytes: 14 }]);
    vec![
        story(
            "prints",
            vec![Program::new("print('one');print('two')", [print("one\n"), print("two\n")])],
            vec![run("print('one');print('two')", "one\ntwo\n")],
        ),
        story(
            "prints_much",
            vec![Program::new(long, [print(&printed)])],
            vec![Task::new(
                move || Exec::captured(long, 100_000),
                |printed| printed.len().to_string(),
                length,
            )],
        ),
        story("nothing_to_run", vec![], vec![run("", ""), run("# a remark\n", "")]),
        story(
            "raises",
            vec![
                Program::new(f, [raise("ValueError", "no", 2)]),
                Program::new("open('missing.txt')\n", [raise("OSError", "[Errno 2] ENOENT", 1)]),
            ],
            vec![run(f, "ValueError in line 2"), run("open('missing.txt')\n", "OSError 2"), eval()],
        ),
        story(
            "does_not_compile",
            vec![program],
            vec![Task::new(move || Exec::captured(bad.clone(), 100), text, "SyntaxError in line 2"), eval()],
        ),
    ]
}

/// How code ends otherwise.
fn ends() -> Vec<Scenario> {
    let soon = Duration::from_millis(300);
    let ask = "print('hello '+input('name? '))\n";
    let answered = [Act::ReadLine("name? ".into()), print("hello "), Act::PrintReadLine];
    let bye = "print('bye')\nraise SystemExit\n";
    vec![
        story(
            "runs_for_ever_and_is_interrupted",
            vec![Program::new(FOREVER, [Act::Line(3), Act::RunForever])],
            vec![run(FOREVER, "KeyboardInterrupt").type_in(soon, b"\x03"), eval()],
        ),
        story(
            "asks_and_is_interrupted",
            vec![Program::new(ask, [Act::ReadLine("name? ".into())])],
            vec![run(ask, "KeyboardInterrupt").type_in(soon, b"\x03"), eval()],
        ),
        story(
            "asks_and_is_answered",
            vec![Program::new(ask, answered)],
            vec![run(ask, "name? you\nhello you\n").type_in(soon, b"you\r"), eval()],
        ),
        story(
            "exits",
            vec![Program::new(bye, [print("bye\n"), Act::Exit])],
            vec![
                Task::new(move || Exec::new(bye, |_| Ok(())), |reply| format!("{reply:?}"), "Reset"),
                eval(),
            ],
        ),
        story(
            "leaves_and_comes_back",
            vec![],
            vec![eval(), Task::new(|| Ok(Leave::default()), done, "done"), eval()],
        ),
    ]
}

/// Files and folders.
fn files() -> Vec<Scenario> {
    let all: Vec<u8> = (0..5000_u32).map(|at| (at ^ at >> 8) as u8).collect();
    let hash = format!("5000 {}", Hash::of(DigestKind::Sha256, &all));
    let small = [&b""[..], b"\x04", b"\x10\x04\x03", b"x"];
    vec![
        story(
            "a_file_there_and_back",
            vec![],
            vec![
                put("a file", all.clone(), "done"),
                Task::new(
                    || Stat::new("a file"),
                    |stat| format!("{:?} {}", stat.kind, stat.size),
                    "File 5000",
                ),
                get("a file", &all),
                Task::new(|| Digest::new("a file"), |(size, hash)| format!("{size} {hash}"), hash),
                Task::new(|| Rename::new("a file", "b\u{e9}'\""), done, "done"),
                list("", "File b\u{e9}'\" 5000\n"),
                remove("b\u{e9}'\"", "done"),
                list("", ""),
            ],
        ),
        story(
            "small_files",
            vec![],
            small.iter().flat_map(|bytes| [put("s", bytes.to_vec(), "done"), get("s", bytes)]).collect(),
        ),
        story("gets_that_go_on", vec![], going_on()),
        story(
            "a_rename_and_another_entry",
            vec![Program::new(FOREVER, [Act::Line(3), Act::RunForever])],
            vec![
                put("one", b"x".to_vec(), "done"),
                Task::new(|| Rename::new("one", "two"), done, "done"),
                run(FOREVER, "KeyboardInterrupt").type_in(Duration::from_millis(300), b"\x03"),
                get("two", b"x"),
            ],
        ),
        story(
            "folders",
            vec![],
            vec![
                Task::new(|| MakeDir::new("lib"), done, "done"),
                put("lib/x.py", b"x=1\n".to_vec(), "done"),
                list("lib", "File x.py 4\n"),
                list("lib/x.py", "File lib/x.py 4\n"),
                list("", "Directory lib 0\n"),
                remove("lib/x.py", "done"),
                remove("lib", "done"),
                list("", ""),
            ],
        ),
    ]
}

/// What goes wrong with files.
fn trouble() -> Vec<Scenario> {
    vec![
        story(
            "what_is_not_there",
            vec![],
            vec![
                Task::new(|| Stat::new("none"), |stat| format!("{stat:?}"), "OSError 2"),
                Task::new(|| Get::new("none", Vec::new()), |size| size.to_string(), "OSError 2"),
                remove("none", "OSError 2"),
                list("none", "OSError 2"),
                put("none/x", vec![1], "OSError 2"),
                eval(),
            ],
        ),
        story(
            "some_of_many_are_not_there",
            vec![],
            vec![
                put("a", vec![1; 7], "done"),
                // More than one script asks for.
                sizes(&["a"; 20], "7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7"),
                sizes(&["none", "a", "a/b", "a", "none"], "2 7 20 7 2"),
                sizes(&["none"; 3], "2 2 2"),
                sizes(&[], ""),
                eval(),
            ],
        ),
        story(
            "what_is_in_the_way",
            vec![],
            vec![
                Task::new(|| MakeDir::new("lib"), done, "done"),
                Task::new(|| MakeDir::new("lib"), done, "OSError 17"),
                put("lib", vec![1], "OSError 21"),
                list("", "Directory lib 0\n"),
                put("x", vec![1], "done"),
                put("x", vec![2; 700], "done"),
                get("x", &[2; 700]),
            ],
        ),
    ]
}

/// Boards that are not like the unix port.
fn boards() -> Vec<Scenario> {
    let writable = Firmware { read_only: false, ..Firmware::circuitpython() };
    let full = Firmware { disk: 4096, ..Firmware::default() };
    let there_and_back = || vec![put("f", vec![7; 3000], "done"), get("f", &[7; 3000])];
    let read_only = "refused: this board has a file system that is read-only now: on CircuitPython eject its USB \
                     drive, or call storage.remount('/', False) in boot.py";
    let refused = vec![put("f", vec![1], read_only), list("", "")];
    let no_room =
        |refusal| vec![put("f", vec![7; 5000], refusal), list("", ""), put("f", vec![7; 500], "done")];
    let told = "refused: the file needs 5000 bytes more, and the board has 4096 free: remove something";
    let blind = Firmware { can: Capabilities { statvfs: false, ..full.can }, ..full.clone() };
    let cases = [
        ("an_esp8266", Firmware::esp8266(), "its input pushes back", there_and_back()),
        ("an_esp32", Firmware::esp32(), "its input pushes back", there_and_back()),
        ("circuitpython", writable, "it has sys.stdout.buffer", there_and_back()),
        ("a_read_only_drive", Firmware::circuitpython(), "its file system is writable", refused),
        ("a_full_disk", full, "its disk is the host's", no_room(told)),
        ("a_full_disk_without_statvfs", blind, "its disk is the host's", no_room("OSError 28")),
        ("raw_paste_refused", paste(RawPaste::Unanswered), "it has raw paste", there_and_back()),
        ("raw_paste_absent", paste(RawPaste::Absent), "it has raw paste", there_and_back()),
        ("a_window_of_1", paste(RawPaste::Window(1)), "its window is 128", there_and_back()),
    ];
    let boards = cases.into_iter().map(|(name, firmware, reason, tasks)| Scenario {
        firmware,
        simulated_only: Some(reason),
        ..story(name, vec![], tasks)
    });
    boards.collect()
}

fn paste(raw_paste: RawPaste) -> Firmware {
    Firmware { raw_paste, ..Firmware::default() }
}

pub(super) fn story(name: &'static str, mut programs: Vec<Program>, tasks: Vec<Task>) -> Scenario {
    programs.push(Program::new("print(repr(6*7))\n", [print("42\n")]));
    let firmware = Firmware { cooked: false, ..Firmware::default() };
    Scenario { name, firmware, programs, tasks, simulated_only: None }
}

fn run(code: &'static str, outcome: &str) -> Task {
    Task::new(move || Exec::captured(code, 10_000), text, outcome)
}

/// What any board can do after anything.
fn eval() -> Task {
    Task::new(|| Eval::new("6*7"), |answer| answer, "42")
}

pub(super) fn put(path: &'static str, bytes: Vec<u8>, outcome: &str) -> Task {
    Task::new(move || Put::new(bytes.clone(), path), told, outcome)
}

fn told(placed: Placed) -> String {
    match placed {
        Placed::Written { .. } => "done".into(),
        Placed::Same => "same".into(),
    }
}

fn get(path: &'static str, bytes: &[u8]) -> Task {
    fetch(path, Vec::new(), |_| {}, bytes)
}

/// Gets into what holds something already, from a board that is taken to be less than it is.
fn fetch(path: &'static str, held: Vec<u8>, lacks: fn(&mut About), bytes: &[u8]) -> Task {
    Task::new(
        move || Ok(Fetch { lacks, get: Get::new(path, held.clone())? }),
        |bytes| Hash::of(DigestKind::Sha256, &bytes).to_string(),
        Hash::of(DigestKind::Sha256, bytes).to_string(),
    )
}

/// In each way that bytes and their checks travel: from the start, from the beginning of the file, and from another's.
fn going_on() -> Vec<Task> {
    let all: Vec<u8> = (0..20_000_u32).map(|at| (at ^ at >> 8) as u8).collect();
    let held = [vec![], all[..9000].to_vec(), vec![0; 9000], all.clone()];
    let lacks: [fn(&mut About); 4] = [
        |_| {},
        |about| (about.binary_output, about.digest) = (false, DigestKind::Crc32),
        |about| (about.crc32, about.digest) = (false, DigestKind::Adler32),
        |about| (about.binary_output, about.base64) = (false, false),
    ];
    let mut tasks = vec![put("a file", all.clone(), "done")];
    for lacks in lacks {
        tasks.extend(held.iter().map(|held| fetch("a file", held.clone(), lacks, &all)));
    }
    tasks
}

pub(super) fn list(path: &'static str, outcome: &str) -> Task {
    let tell = |entries: Vec<crate::Entry>| {
        entries.iter().map(|entry| format!("{:?} {} {}\n", entry.kind, entry.name, entry.size)).collect()
    };
    Task::new(move || List::new(path), tell, outcome)
}

/// The size of each, or the number of what was raised.
fn sizes(paths: &[&str], outcome: &str) -> Task {
    let paths: Vec<String> = paths.iter().map(|path| (*path).into()).collect();
    let tell = |results: Vec<Result<crate::Status, Error>>| {
        let one = |result: Result<crate::Status, Error>| match result {
            Ok(status) => status.size.to_string(),
            Err(Error::Exception(exception)) => exception.errno.unwrap_or_default().to_string(),
            Err(error) => error.to_string(),
        };
        results.into_iter().map(one).collect::<Vec<_>>().join(" ")
    };
    Task::new(move || StatAll::new(paths.clone()), tell, outcome)
}

fn remove(path: &'static str, outcome: &str) -> Task {
    Task::new(move || Remove::new(path), done, outcome)
}

pub(super) fn done((): ()) -> String {
    "done".into()
}

fn text(printed: Vec<u8>) -> String {
    String::from_utf8_lossy(&printed).replace("\r\n", "\n")
}

fn print(text: &str) -> Act {
    Act::Print(text.into())
}

fn raise(kind: &str, message: &str, line: u32) -> Act {
    Act::Raise { kind: kind.into(), message: message.into(), line }
}

/// A get that results in the content.
struct Fetch {
    lacks: fn(&mut About),
    get: Get<Vec<u8>>,
}

impl Operation for Fetch {
    type Output = Vec<u8>;

    fn needs(&self) -> Needs {
        self.get.needs()
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        let mut board = board.clone();
        board.about.as_mut().map(self.lacks);
        self.get.script(&board, script)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        self.get.output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Vec<u8>>, Error> {
        Ok(match self.get.reply(reply)? {
            ControlFlow::Break(_) => {
                let next = Get::new("", Vec::new())?;
                ControlFlow::Break(core::mem::replace(&mut self.get, next).into_sink())
            }
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
        })
    }
}

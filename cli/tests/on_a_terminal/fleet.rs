//! Many boards at once.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rawpaste_board::Shape;
use rawpaste_board::trial::{Board, Failed, Trial, when_possible};
use rustix::process::{Pid, Signal, kill_process};

use super::{Bench, trial};
use crate::command::{at, code, command, errors, noise, run};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("a_fleet_of_two", |bench| {
            let other = another(Shape::default());
            let (large, small) = (noise(50_000, 1), b"print('hello')\n");
            fs::write(bench.here("large"), &large).unwrap();
            fs::write(bench.here("small.py"), small).unwrap();
            let output = fleet(bench, &other, &["large", "small.py"]);
            assert_eq!(code(&output), 0, "{}", errors(&output));
            assert!(output.stdout.ends_with(b"2 of 2 boards done\n"));
            for board in [bench, &other] {
                assert!(fs::read(board.on_board("large")).unwrap() == large);
                assert_eq!(fs::read(board.on_board("small.py")).unwrap(), small);
                assert!(board.type_line("print(6*7)").contains("42"));
            }
        }),
        trial("a_port_with_two_names", |bench| {
            let link = bench.here("link");
            std::os::unix::fs::symlink(bench.name(), &link).unwrap();
            let output = run(bench.name(), ["fleet", "put", "-", ":a", "--port", link.to_str().unwrap()]);
            assert_eq!(code(&output), 2, "{}", errors(&output));
            assert!(errors(&output).contains("named twice"), "{}", errors(&output));
        }),
        when_possible(Trial::test("a_fleet_is_interrupted", interrupted)),
        trial("a_board_of_a_fleet_vanishes", vanishes),
        when_possible(Trial::test("a_fleet_in_folders", || {
            let folders = [tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir()?];
            let file = folders[2].path().join("main.py");
            fs::write(&file, "x = 1\n")?;
            let [one, two] = [0, 1].map(|board| at("micropython", folders[board].path()));
            let output = run(&one, ["fleet", "put", file.to_str().unwrap(), "--port", &two]);
            assert_eq!(code(&output), 0, "{}", errors(&output));
            for folder in &folders {
                assert_eq!(fs::read(folder.path().join("main.py"))?, b"x = 1\n");
            }
            Ok(())
        })),
    ]
}

/// Another board, behind a link of its own.
fn another(shape: Shape) -> Bench {
    let Board { running, dir } = Board::start().unwrap();
    Bench::start(Board { running: running.shaped(shape).unwrap(), dir }).unwrap()
}

/// A link that takes minutes for [`LARGE`].
const SLOW: Shape = Shape { rate: Some(2000), delay: Duration::ZERO };
const LARGE: usize = 256 * 1024;

/// The command that puts files on two boards.
fn start(one: &Bench, two: impl AsRef<std::ffi::OsStr>, names: &[&str]) -> std::process::Command {
    let mut command = command(one.name(), ["fleet", "put", "--no-cache", "--port"]);
    command.arg(two).args(names.iter().map(|name| one.here(name)));
    command
}

fn fleet(one: &Bench, two: &Bench, names: &[&str]) -> std::process::Output {
    start(one, two.name(), names).output().unwrap()
}

/// Waits until something of a put is there.
fn begun(board: &Bench) {
    let began = Instant::now();
    while fs::read_dir(board.on_board("")).unwrap().next().is_none() {
        assert!(began.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(5));
    }
}

/// `^C` stops all, and leaves each at its prompt.
fn interrupted() -> Result<(), Failed> {
    let (one, two) = (another(SLOW), another(SLOW));
    fs::write(one.here("big"), noise(LARGE, 4))?;
    let fleet = start(&one, two.name(), &["big"]).spawn()?;
    [&one, &two].into_iter().for_each(begun);
    kill_process(Pid::from_child(&fleet), Signal::INT).unwrap();
    let output = fleet.wait_with_output()?;
    assert_eq!((code(&output), &*output.stdout), (3, &b""[..]), "{}", errors(&output));
    let said = errors(&output);
    assert!(said.contains("0 of 2 boards done"), "{said}");
    assert_eq!(said.matches(": interrupted").count(), 2, "{said}");
    for board in [one, two] {
        assert!(!board.on_board("big").exists());
        let answer = board.type_line("print(6*7, '_rp' in globals())");
        assert!(answer.contains("42 False"), "{answer}");
    }
    Ok(())
}

/// One is unplugged in the middle; the other has the file.
fn vanishes(bench: &Bench) {
    let mut other = another(SLOW);
    let content = noise(LARGE, 5);
    fs::write(bench.here("big"), &content).unwrap();
    let fleet = start(bench, other.passing_name().unwrap(), &["big"]).spawn().unwrap();
    begun(&other);
    other.unplug().unwrap();
    let output = fleet.wait_with_output().unwrap();
    assert_eq!(code(&output), 3, "{}", errors(&output));
    assert!(errors(&output).contains("1 of 2 boards done"), "{}", errors(&output));
    assert!(fs::read(bench.on_board("big")).unwrap() == content);
    assert!(!other.on_board("big").exists());
}

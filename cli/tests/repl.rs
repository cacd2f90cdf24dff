//! `repl` on simulated boards, whose input buffer overflows and whose port vanishes.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;
mod person;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use command::{code, errors, run_with};
use person::Person;
use rawpaste::testing::{Act, Device, Firmware, Input, Main, Program};
use rawpaste_board::{PtyPort, Running, Shape, Simulated};
use rustix::process::Signal;
use tempfile::TempDir;

const NO_MORE: [&str; 0] = [];

fn board(firmware: Firmware) -> PtyPort {
    Running::simulated(Simulated::new(firmware)).unwrap().on_pty().unwrap()
}

/// A name for a port, which another port can have later.
struct Name {
    _folder: TempDir,
    name: PathBuf,
}

impl Name {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { name: folder.path().join("board"), _folder: folder }
    }

    fn is_of(&self, port: &PtyPort) {
        let next = self.name.with_extension("next");
        symlink(port.name(), &next).unwrap();
        fs::rename(next, &self.name).unwrap();
    }

    fn is_gone(&self) {
        fs::remove_file(&self.name).unwrap();
    }
}

impl AsRef<Path> for Name {
    fn as_ref(&self) -> &Path {
        &self.name
    }
}

/// Types ten kilobytes at once into paste mode; each byte must be echoed.
fn pastes(firmware: Firmware, shape: Shape) {
    let running = Running::simulated(Simulated::new(firmware)).unwrap();
    let port = running.shaped(shape).unwrap().on_pty().unwrap();
    let line = |n: usize| format!("x{n} = {n}  # {} the end of {n}", "longer and longer ".repeat(n / 10));
    let lines: Vec<_> = (0..110).map(line).collect();
    let mut person = Person::starts_repl(port.name(), NO_MORE);
    person.types(format!("\r\x05{}\r", lines.join("\r")));
    person.sees("paste mode");
    let echo = person.sees(lines.last().unwrap());
    let echo = String::from_utf8(echo).unwrap().replace("\r\r\n=== ", "\r");
    let (_, echo) = echo.split_once('\r').unwrap();
    assert_eq!(echo, lines.join("\r"));
    person.types(b"\x03");
    person.sees(">>> ");
    person.leaves();
}

#[test]
fn a_paste_fits_into_the_smallest_buffer() {
    let firmware =
        Firmware { input: Input::Overflows(63), consume: Duration::from_micros(100), ..Firmware::default() };
    pastes(firmware, Shape { rate: Some(11_520), delay: Duration::from_millis(1) });
}

#[test]
fn a_paste_fits_into_the_buffer_of_an_esp8266() {
    pastes(Firmware { consume: Duration::from_micros(300), ..Firmware::esp8266() }, Shape::default());
}

#[test]
fn an_interrupt_does_not_wait_for_the_rest_of_a_paste() {
    let mut device = Device::new(Firmware { input: Input::Overflows(255), ..Firmware::default() });
    device.register(Program::new("loop()", [Act::RunForever]));
    let port = Running::simulated(Simulated::with_device(device)).unwrap().on_pty().unwrap();
    let mut person = Person::starts_repl(port.name(), NO_MORE);
    person.types(format!("loop()\r{}", "print('never')\r".repeat(2000)));
    person.sees("loop()");
    person.types(b"\x03");
    person.sees("KeyboardInterrupt");
    person.sees(">>> ");
    // At most what fits there had gone.
    person.types(b"\x03last\r");
    let before = String::from_utf8_lossy(&person.sees("last")).into_owned();
    assert!(before.matches("never").count() < 50, "{before}");
    person.leaves();
}

#[test]
fn a_board_that_vanishes_is_waited_for() {
    let (name, log) = (Name::new(), Name::new());
    let port = board(Firmware::default());
    name.is_of(&port);
    let mut person = Person::starts_repl(name.as_ref(), ["--capture".as_ref(), log.as_ref().as_os_str()]);
    person.types(b"\r");
    person.sees(">>> ");
    let mut port = port;
    for word in ["here", "there"] {
        name.is_gone();
        drop(port);
        person.sees("board disconnected; waiting for it to come back");
        // Nobody is there to read it.
        person.types(b"lost\r\x14");
        port = board(Firmware::default());
        name.is_of(&port);
        person.sees(" is back");
        person.types(word);
        person.sees(word);
        person.types(b"\x03");
        person.sees(">>> ");
    }
    person.leaves();
    let log = fs::read_to_string(log.as_ref()).unwrap();
    assert!(log.contains("here") && !log.contains("lost") && !log.contains("disconnected"), "{log:?}");
}

#[test]
fn keys_before_the_last_one_go_too() {
    let port = board(Firmware::default());
    let person = Person::starts_repl(port.name(), NO_MORE);
    person.types(b"unfinished");
    person.leaves();
    let mut person = Person::starts_repl(port.name(), NO_MORE);
    person.sees("unfinished");
    person.types(b"\x03");
    person.sees(">>> ");
    person.leaves();
}

#[test]
fn the_terminal_is_given_back_though_nobody_reads_the_output() {
    let text = format!("{}\n", "x".repeat(1000));
    let main = Main::Prints { text, every: Duration::from_millis(1) };
    let port = board(Firmware { main, ..Firmware::default() });
    let (reads, writes) = std::io::pipe().unwrap();
    let mut person = Person::starts_with(port.name(), ["repl"], Some(writes.into()));
    person.sees("^] leaves");
    person.waits_for_raw_mode();
    while rustix::io::ioctl_fionread(&reads).unwrap() < 32 * 1024 {
        std::thread::sleep(Duration::from_millis(10));
    }
    // The second one ends it, whatever it waits for; one that comes too soon is the same signal to the system.
    person.sends(Signal::TERM);
    std::thread::sleep(Duration::from_millis(200));
    person.sends(Signal::TERM);
    let (status, screen) = person.waits();
    assert_eq!(status.code(), Some(3), "{screen}");
}

#[test]
fn waiting_can_be_left() {
    let (name, port) = (Name::new(), board(Firmware::default()));
    name.is_of(&port);
    let mut person = Person::starts_repl(name.as_ref(), NO_MORE);
    name.is_gone();
    drop(port);
    person.sees("waiting for it to come back");
    person.leaves();
}

#[test]
fn a_script_is_given_up_when_the_board_vanishes() {
    let (name, script) = (Name::new(), Name::new());
    fs::write(script.as_ref(), "loop()").unwrap();
    let device = || {
        let mut device = Device::new(Firmware::default());
        device.register(Program::new("loop()", [Act::Print("begun\n".into()), Act::RunForever]));
        device.register(Program::new("raise SystemExit", [Act::Exit]));
        Running::simulated(Simulated::with_device(device)).unwrap().on_pty().unwrap()
    };
    let port = device();
    name.is_of(&port);
    let mut person = Person::starts_repl(name.as_ref(), ["--script".as_ref(), script.as_ref().as_os_str()]);
    person.types(b"\x14");
    person.sees("begun");
    name.is_gone();
    drop(port);
    person.sees("waiting for it to come back");
    let port = device();
    name.is_of(&port);
    person.sees(" is back");
    person.types(b"\x14");
    person.sees("begun");
    person.leaves();
    drop(port);
}

#[test]
fn a_program_that_runs_is_not_disturbed() {
    let text = "still running\n".to_owned();
    let main = Main::Prints { text, every: Duration::from_millis(20) };
    let port = board(Firmware { main, ..Firmware::default() });
    for _ in 0..3 {
        let mut person = Person::starts_repl(port.name(), NO_MORE);
        person.sees("still running");
        person.sees("still running");
        person.leaves();
    }
    // ^T without a script stops it and starts it again.
    let mut person = Person::starts_repl(port.name(), NO_MORE);
    person.sees("still running");
    person.types(b"\x14");
    person.sees("soft reboot");
    person.sees("still running");
    person.types(b"\x03");
    person.sees(">>> ");
    person.leaves();
}

#[test]
fn a_board_that_lets_nobody_in_is_told_and_can_be_left() {
    let main = Main::Silent;
    let port = board(Firmware { main, swallows_ctrl_c: u32::MAX, ..Firmware::default() });
    let mut person = Person::starts_repl(port.name(), NO_MORE);
    person.types(b"\x14");
    person.sees("cannot reset the board");
    person.types(b"\x14");
    person.leaves();
}

#[test]
fn bytes_can_be_escaped() {
    let mut device = Device::new(Firmware::default());
    device.register(Program::new("noise()", [Act::Write(b"<\x00\xff\x07>\r\n".to_vec())]));
    let port = Running::simulated(Simulated::with_device(device)).unwrap().on_pty().unwrap();
    for (option, expected) in
        [(None, &b"<\x00\xff\x07>"[..]), (Some("--escape-non-printable"), b"<\\x00\\xff\\x07>")]
    {
        let mut person = Person::starts_repl(port.name(), option);
        person.types(b"noise()\r");
        person.sees(expected);
        person.leaves();
    }
}

#[test]
fn a_pipe_ends_with_what_was_typed() {
    let mut device = Device::new(Firmware::default());
    device.register(Program::new("bye()", [Act::Print("bye\n".into()), Act::Exit]));
    let port = Running::simulated(Simulated::with_device(device)).unwrap().on_pty().unwrap();
    let output = run_with(port.name(), ["repl"], b"bye()\n");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let screen = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(screen.contains("bye()\r\nbye\r\n") && screen.ends_with(">>> "), "{screen:?}");
    // A board of the command itself.
    let output = run_with("sim:", ["repl"], b"(\n");
    assert!(code(&output) == 0 && output.stdout.ends_with(b"... "), "{}", errors(&output));
}

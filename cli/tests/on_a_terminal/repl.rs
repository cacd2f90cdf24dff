//! `repl`, typed into as a person does.

use std::fmt::Write;
use std::fs;

use rawpaste_board::trial::Trial;
use rustix::process::Signal;

use super::{Bench, trial};
use crate::command::{code, done, errors, run_with};
use crate::person::Person;

const NO_MORE: [&str; 0] = [];

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("repl_passes_every_key", every_key),
        trial("repl_interrupts_a_loop_and_leaves_one_running", loops),
        trial("repl_captures_what_the_board_sends", captures),
        trial("repl_resets_the_board", resets),
        trial("repl_takes_a_long_paste", pastes),
        trial("repl_gives_the_terminal_back_when_it_is_killed", killed),
        trial("repl_follows_other_verbs", follows),
        trial("repl_reads_a_pipe", pipe),
    ]
}

fn every_key(bench: &Bench) {
    let mut person = Person::starts_repl(bench.name(), NO_MORE);
    person.types(b"\r");
    person.sees(b">>> ");
    assert_eq!(person.enters("print(6*7)").trim(), "42\r\n>>>");
    // History and cursor keys are the board's.
    person.types(b"\x1b[A\x1b[D\x1b[D\x1b[D\x1b[D8\r");
    person.sees("86*7)");
    person.sees("602");
    person.sees(">>> ");
    // So is completion.
    person.types(b"import gc\rgc.coll\t()\r");
    person.sees("gc.collect()");
    person.sees(">>> ");
    // At its prompt MicroPython drops what is not ASCII, in paste mode it does not.
    person.types("\x05print('é', '\u{1f40d}'.encode())\r\x04");
    person.sees("=== \r\r\né b'\\xf0\\x9f");
    person.sees(">>> ");
    // ^A goes to the line's begin, ^E to its end; on an empty line ^E is paste mode.
    person.types(b"(6*7)\x01print\x05 # end\r");
    person.sees("42");
    person.sees(">>> ");
    person.types(b"\x05for i in range(3):\r    print('number', i)\r\x04");
    person.sees("paste mode");
    for number in ["number 0", "number 1", "number 2", ">>> "] {
        person.sees(number);
    }
    // ^Z and ^\ would stop or end a command that does not pass them; Escape alone and Backspace go too.
    person.types(b"\x1a\x1c\x11\x13x = 12\x7f3\r");
    person.sees(">>> ");
    assert!(person.enters("x + 0").contains("13"));
    person.leaves();
    assert_eq!(done(bench.name(), ["exec", "print(x)"]).trim_ascii(), b"13");
}

fn loops(bench: &Bench) {
    let mut person = Person::starts_repl(bench.name(), NO_MORE);
    person.types(b"\r");
    person.sees(">>> ");
    person.types(b"exec('print(6*7)\\nwhile True: pass')\r");
    person.sees("42");
    person.types(b"\x03");
    person.sees("KeyboardInterrupt");
    person.sees(">>> ");
    person.types(b"import time\r");
    person.types(b"n = 0\r");
    person.types(b"while True: n += 1; print('round', n); time.sleep(0.05)\r\r\r");
    person.sees("round 3\r");
    person.leaves();
    // It goes on all the same, and is seen again without a key.
    let mut person = Person::starts_repl(bench.name(), NO_MORE);
    person.sees("round ");
    person.types(b"\x03");
    person.sees("KeyboardInterrupt");
    person.sees(">>> ");
    let rounds = person.enters("print('rounds:', n)");
    person.leaves();
    assert!(rounds.contains("rounds: "), "{rounds}");
}

fn captures(bench: &Bench) {
    let log = bench.here("log.txt");
    fs::write(&log, "before\n").unwrap();
    let mut person = Person::starts_repl(bench.name(), ["--capture".as_ref(), log.as_os_str()]);
    person.enters("print('captured', bytes(range(3)))");
    person.leaves();
    let log = String::from_utf8(fs::read(log).unwrap()).unwrap();
    let (begin, end) = ("before\n", "captured b'\\x00\\x01\\x02'\n>>> ");
    assert!(log.starts_with(begin) && log.ends_with(end), "{log:?}");
    assert!(log.contains("print('captured', bytes(range(3)))\r\n"), "{log:?}");
    // What cannot be captured to is said before anything else.
    let output = run_with(bench.name(), ["repl", "--capture", "no/such/folder/log"], b"");
    assert!(code(&output) == 3 && errors(&output).contains("cannot capture to"), "{}", errors(&output));
}

fn resets(bench: &Bench) {
    let mut person = Person::starts_repl(bench.name(), NO_MORE);
    person.enters("x = 'set'");
    // ^D at the prompt is the board's.
    person.types(b"\x04");
    person.sees("MicroPython");
    person.sees(">>> ");
    assert!(person.enters("x").contains("NameError"));
    // ^T resets it from anywhere.
    person.types(b"y = 'set'\rwhile True: pass\r\r\r");
    person.sees("while True");
    person.types(b"\x14");
    person.sees("MicroPython");
    person.sees(">>> ");
    assert!(person.enters("y").contains("NameError"));
    person.leaves();
}

fn pastes(bench: &Bench) {
    let mut source = String::from("total = 0\r");
    for number in 0..400 {
        write!(source, "total += {number} # é 'quoted' \"twice\" \t|\r").unwrap();
    }
    let mut person = Person::starts_repl(bench.name(), NO_MORE);
    person.types(b"\r\x05");
    person.sees("=== ");
    person.types(&source);
    person.types(b"\x04");
    person.sees("total += 399");
    person.sees(">>> ");
    assert!(person.enters("print('total', total)").contains("total 79800"));
    person.leaves();
}

fn killed(bench: &Bench) {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut person = Person::starts_repl(bench.name(), NO_MORE);
        person.enters("kept = 7");
        person.sends(signal);
        let (status, screen) = person.waits();
        assert_eq!(status.code(), Some(3), "{screen}");
        assert!(screen.contains("stopped by a signal"), "{screen}");
    }
    assert_eq!(done(bench.name(), ["exec", "print(kept)"]).trim_ascii(), b"7");
}

fn follows(bench: &Bench) {
    let arguments = ["exec", "x = 6\nprint('ran')", "+", "repl", "+", "exec", "print(x + 1)"];
    let mut person = Person::starts(bench.name(), arguments);
    person.sees("ran");
    person.sees("^] leaves");
    // The prompt is there without a key.
    person.sees(">>> ");
    person.enters("x = 41");
    assert!(person.leaves().contains("42"));
    assert!(bench.type_line("print('_rp' in globals())").contains("False"));
    // What a reset board runs is not stopped.
    let mut person = Person::starts(bench.name(), ["exec", "x = 1", "+", "reset", "+", "repl"]);
    person.sees("^] leaves");
    person.waits_for_raw_mode();
    person.types(b"\r");
    person.sees(">>> ");
    assert!(person.enters("x").contains("NameError"));
    person.leaves();
}

fn pipe(bench: &Bench) {
    let input = "def double(x):\n    return 2*x\n\n\n\r\nimport time\ntime.sleep(0.3); print(double(21))";
    let output = run_with(bench.name(), ["repl"], input.as_bytes());
    let screen = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(screen.ends_with("\r\n42\n>>> "), "{screen:?}");
    let output = run_with(bench.name(), ["repl", "--script", "x.py"], b"");
    assert!(code(&output) == 2 && errors(&output).contains("rawpaste run"), "{}", errors(&output));
}

//! Getting in while a program runs, and out again so that it runs on.

use std::{fs, io::Write, thread, time::Duration};

use rawpaste_blocking::{Port, Serial};
use rawpaste_board::trial::Trial;

use super::{Bench, trial};
use crate::command::{code, done, errors, run};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("a_program_that_is_stopped_is_told", told),
        trial("a_soft_reset_starts_it_afresh", |bench| {
            for how in [
                &["reset"][..],
                &["--restart", "exec", "kept = 2"],
                &["reset", "+", "exec", "kept = 3", "+", "reset"],
            ] {
                bench.type_line("kept = 1");
                done(bench.name(), how);
                // The process of the unix port ends, and its successor greets, with a prompt before the line's answer.
                let answers = |said: &String| said.contains("False") || said.contains("True");
                let mut said = (0..3).map(|_| bench.type_line("print('kept' in globals())"));
                let answer = said.find(answers).unwrap_or_default();
                assert!(answer.contains("False"), "{how:?}: {answer}");
            }
        }),
        trial("what_a_computer_lacks", |bench| {
            for (how, instead) in [("--hard", "reset button"), ("--bootloader", "boot button")] {
                let output = run(bench.name(), ["reset", how]);
                assert_eq!(code(&output), 3, "{how}");
                assert!(errors(&output).contains(instead), "{}", errors(&output));
            }
            assert!(bench.type_line("print(6*7)").contains("42"));
        }),
        trial("a_program_that_never_ends_is_told_with_three_steps", |bench| {
            let deaf = "while True:\n try:\n  while True: print('temperature 21')\n except KeyboardInterrupt: pass\n";
            start(bench, deaf);
            let output = run(bench.name(), ["ls"]);
            let said = errors(&output);
            assert_eq!(code(&output), 3, "{said}");
            assert!(said.contains("does not end on ^C") && said.contains("temperature 21"), "{said}");
            assert!(said.contains("  next: ") && said.matches("\n    or: ").count() == 2, "{said}");
        }),
    ]
}

/// Lets a program run as its main.py would.
fn start(bench: &Bench, program: &str) {
    fs::write(bench.on_board("main.py"), program).unwrap();
    let mut port = Serial::open(bench.name().to_str().unwrap()).unwrap();
    port.set_timeout(Duration::from_secs(10)).unwrap();
    port.write_all(b"exec(open('main.py').read())\r").unwrap();
    thread::sleep(Duration::from_millis(300));
}

fn told(bench: &Bench) {
    for program in ["while True: pass\n", "while True: print('temperature 21')\n"] {
        start(bench, program);
        let output = run(bench.name(), ["ls"]);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        assert_eq!(
            errors(&output),
            "note: a running program was stopped; --restart lets it run again\n",
            "{program}"
        );
        assert_eq!(errors(&run(bench.name(), ["ls"])), "", "{program}");
    }
}

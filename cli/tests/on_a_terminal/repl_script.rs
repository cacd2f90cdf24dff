//! `repl --script`: `^T` again and again.

use std::fs;
use std::path::Path;

use rawpaste_board::trial::Trial;

use super::{Bench, trial};
use crate::command::{code, errors, run};
use crate::person::Person;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("repl_runs_a_script_after_a_soft_reset", runs),
        trial("repl_types_into_a_script_and_interrupts_it", types_into),
        trial("repl_begins_a_script_again_and_leaves_it_running", again),
        trial("repl_says_what_is_wrong_with_a_script", wrong),
    ]
}

fn starts(bench: &Bench, script: &Path) -> Person {
    Person::starts_repl(bench.name(), ["--script".as_ref(), script.as_os_str()])
}

fn runs(bench: &Bench) {
    let script = bench.here("one.py");
    fs::write(&script, "\u{feff}print('first', 'kept' in globals())\nx = 1\n").unwrap();
    let mut person = starts(bench, &script);
    person.enters("kept = 1");
    person.types(b"\x14");
    person.sees("first False");
    // What it set is there at the prompt.
    person.sees(">>> ");
    assert!(person.enters("x + 41").contains("42"));
    // The file is read each time.
    fs::write(&script, "print('second', 'x' in globals())\n1/0\n").unwrap();
    person.types(b"\x14");
    person.sees("second False");
    person.sees("Traceback");
    person.sees("ZeroDivisionError");
    person.sees(">>> ");
    assert!(person.enters("6*7").contains("42"));
    fs::write(&script, "import sys\nprint('third')\nsys.exit()\n").unwrap();
    person.types(b"\x14");
    person.sees("third");
    person.sees("ended in a soft reset");
    person.sees(">>> ");
    assert!(person.enters("print('_rp' in globals())").contains("False"));
    person.leaves();
}

fn types_into(bench: &Bench) {
    let script = bench.here("ask.py");
    fs::write(&script, "while True: print('<' + input('? ') + '>')\n").unwrap();
    let mut person = starts(bench, &script);
    person.types(b"\x14");
    for answer in ["one", "two", "three"] {
        person.sees("? ");
        person.types(format!("{answer}\r"));
        person.sees(format!("<{answer}>"));
    }
    person.types(b"\x03");
    person.sees("KeyboardInterrupt");
    person.sees(">>> ");
    assert!(person.enters("6*7").contains("42"));
    person.leaves();
}

fn again(bench: &Bench) {
    let script = bench.here("loop.py");
    let text = |name: &str| {
        format!("import time\nwhile not ended:\n print('{name}')\n time.sleep(0.02)\nprint('over')\n")
            .replace("not ended", "'end' not in __import__('os').listdir()")
    };
    fs::write(&script, text("the first")).unwrap();
    let mut person = starts(bench, &script);
    person.types(b"\x14");
    person.sees("the first\r");
    person.sees("the first\r");
    fs::write(&script, text("the second")).unwrap();
    person.types(b"\x14");
    person.sees("the second\r");
    person.leaves();
    // It runs on; at its end the board is at its friendly prompt.
    let log = bench.here("log.txt");
    let mut person = Person::starts_repl(bench.name(), ["--capture".as_ref(), log.as_os_str()]);
    person.sees("the second\r");
    fs::write(bench.on_board("end"), "").unwrap();
    person.sees("over\r");
    person.sees(">>> ");
    assert!(person.enters("6*7").contains("42"));
    person.leaves();
    assert!(fs::read_to_string(log).unwrap().contains("over"));
}

fn wrong(bench: &Bench) {
    let output = run(bench.name(), ["repl", "--script", "no-such.py"]);
    assert_eq!(code(&output), 2, "{}", errors(&output));
    let script = bench.here("gone.py");
    fs::write(&script, "x = (\n").unwrap();
    let mut person = starts(bench, &script);
    person.types(b"\x14");
    person.sees("SyntaxError");
    person.sees(">>> ");
    fs::write(&script, "x = '\0'\n").unwrap();
    person.types(b"\x14");
    person.sees("cannot run the script");
    person.sees(">>> ");
    fs::remove_file(&script).unwrap();
    person.types(b"\x14");
    person.sees("gone.py");
    person.sees(">>> ");
    assert!(person.enters("6*7").contains("42"));
    person.leaves();
}

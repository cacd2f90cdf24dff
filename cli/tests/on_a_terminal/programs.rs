//! Code that runs.

use std::fmt::Write;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rawpaste_board::trial::Trial;

use super::trial;
use crate::command::{code, done, errors, run, run_with};
#[cfg(unix)]
use crate::person::Person;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("a_long_source_runs", |bench| {
            let mut source = String::from("\u{feff}total = 0\n");
            for number in 0..1200 {
                writeln!(source, "total += {number}  # é, 'quoted', \"twice\"").unwrap();
            }
            source.push_str("print(total)\n");
            assert!(source.len() > 30 * 1024);
            fs::write(bench.here("long.py"), &source).unwrap();
            let printed = done(bench.name(), ["run", bench.here("long.py").to_str().unwrap()]);
            assert_eq!(String::from_utf8(printed).unwrap().trim_end(), "719400");
        }),
        trial("a_program_is_put_and_run", |bench| {
            let file = bench.here("it's.py");
            fs::write(&file, "print('one')\n").unwrap();
            let printed = done(bench.name(), ["put", "--run", file.to_str().unwrap()]);
            let printed = String::from_utf8(printed).unwrap();
            assert!(printed.starts_with("put ") && printed.trim_end().ends_with("\none"), "{printed}");
            fs::write(&file, "\n1/0\n").unwrap();
            let output = run(bench.name(), ["put", "--run", file.to_str().unwrap(), ":m.py"]);
            assert!(
                code(&output) == 1 && errors(&output).contains("\"m.py\", line 2"),
                "{}",
                errors(&output)
            );
        }),
        trial("a_program_meets_the_modules_that_were_put_last", |bench| {
            let (file, module) = (bench.here("prog.py"), bench.here("helper.py"));
            fs::write(&file, "import helper\nprint('helper', helper.V)\n").unwrap();
            let put = |value| {
                fs::write(&module, format!("V = {value}\n")).unwrap();
                done(bench.name(), ["put", module.to_str().unwrap()]);
            };
            let printed = |words: &[&str]| String::from_utf8(done(bench.name(), words)).unwrap();
            let run = ["run", file.to_str().unwrap()];
            put(1);
            assert_eq!(printed(&run).trim_end(), "helper 1");
            put(2);
            assert_eq!(printed(&run).trim_end(), "helper 2");
            done(bench.name(), ["put", file.to_str().unwrap()]);
            put(3);
            assert_eq!(printed(&["run", ":prog.py"]).trim_end(), "helper 3");
            put(4);
            assert!(printed(&["put", "--run", file.to_str().unwrap()]).trim_end().ends_with("helper 4"));
            // What it set stays, and nothing of ours.
            let left = "print(sorted(n for n in globals() if n[0] != '_'))";
            assert_eq!(printed(&["exec", left]).trim_end(), "['helper']");
        }),
        trial("a_program_is_left_running", |bench| {
            let (file, ended) = (bench.here("slow.py"), bench.on_board("ended"));
            fs::write(&file, "import time\nprint('x')\ntime.sleep(0.5)\nopen('ended', 'w').close()\n")
                .unwrap();
            let arguments = ["run", "--detach", file.to_str().unwrap()];
            assert!(done(bench.name(), arguments).starts_with(b"started ") && !ended.exists());
            let began = Instant::now();
            while !ended.exists() {
                assert!(began.elapsed() < Duration::from_secs(20));
                thread::sleep(Duration::from_millis(20));
            }
            // A person finds the prompt then.
            let prompt = bench.type_line("print(6*7)");
            assert!(prompt.contains("42") || bench.type_line("print(6*7)").contains("42"), "{prompt}");
            // Another is interrupted by the next command, which runs.
            fs::write(&file, "while True: pass\n").unwrap();
            done(bench.name(), arguments);
            let output = run(bench.name(), ["exec", "print(6*7)"]);
            assert_eq!((code(&output), output.stdout.trim_ascii()), (0, &b"42"[..]));
            assert!(errors(&output).contains("a running program was stopped"), "{}", errors(&output));
            fs::write(&file, "\nwhile True: (\n").unwrap();
            let output = run(bench.name(), arguments);
            let file = errors(&run(bench.name(), ["run", file.to_str().unwrap()]));
            assert!(code(&output) == 1 && errors(&output) == file, "{} {file}", errors(&output));
        }),
        trial("exit_codes", |bench| {
            let output = run(bench.name(), ["exec", "print('before')\n1/0"]);
            assert_eq!((code(&output), output.stdout.trim_ascii()), (1, &b"before"[..]));
            assert!(errors(&output).contains("ZeroDivisionError"), "{}", errors(&output));
            let output = run(bench.name(), ["exec", "import sys; sys.exit()"]);
            assert!(code(&output) == 0 && errors(&output).contains("reset"), "{}", errors(&output));
            assert_eq!(code(&run(bench.name(), ["exec", "x = ("])), 1);
            assert_eq!(done(bench.name(), ["exec", "-1\nprint('after')"]).trim_ascii(), b"after");
        }),
        trial("standard_input_is_typed", |bench| {
            let ask = "for _ in range(3): print('<' + input('? ') + '>')";
            let output = run_with(bench.name(), ["exec", ask], b"one\ntwo\nthree\n");
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(code(&output), 0, "{}", errors(&output));
            for answer in ["<one>", "<two>", "<three>"] {
                assert!(printed.contains(answer), "{printed}");
            }
            // One that is told so leaves it to others.
            let output = run_with(bench.name(), ["exec", "-n", "print(6*7)"], b"one\n");
            assert_eq!((code(&output), output.stdout.trim_ascii()), (0, &b"42"[..]));
            // A program on standard input reads nothing from it.
            let output = run_with(bench.name(), ["run", "-"], b"print(6*7)\n");
            assert_eq!((code(&output), output.stdout.trim_ascii()), (0, &b"42"[..]));
        }),
        #[cfg(unix)]
        trial("keys_show_once_and_come_at_once", |bench| {
            let ask = "import sys\nprint('<' + input('? ') + '>')\nprint('key', repr(sys.stdin.read(1)))";
            let mut person = Person::starts(bench.name(), ["exec", ask]);
            person.sees("? ");
            person.types("onx\x7fe\r");
            // What is typed shows as the board shows it.
            let shown = String::from_utf8(person.sees("<one>")).unwrap();
            assert!(shown.matches("onx").count() == 1, "{shown:?}");
            // Without Enter.
            person.types("k");
            person.sees("key 'k'");
            let (status, screen) = person.waits();
            assert!(status.success(), "{status}: {screen}");
            // ^C is a signal still.
            let mut person = Person::starts(bench.name(), ["exec", "print('going')\nwhile True: pass"]);
            person.sees("going");
            person.types("\x03");
            person.sees("KeyboardInterrupt");
            assert_eq!(person.waits().0.code(), Some(1));
        }),
        trial("input_that_no_script_read", |bench| {
            bench.type_line("kept = 'still here'");
            for _ in 0..5 {
                let lines = "no such thing\n".repeat(2000);
                let output = run_with(bench.name(), ["exec", "print('done')"], lines.as_bytes());
                assert_eq!(
                    (code(&output), output.stdout.trim_ascii()),
                    (0, &b"done"[..]),
                    "{}",
                    errors(&output)
                );
            }
            assert!(bench.type_line("print(kept)").contains("still here"));
        }),
        #[cfg(unix)]
        trial("an_endless_loop_is_interrupted", interrupted::program),
        #[cfg(unix)]
        trial("a_put_is_interrupted", interrupted::put),
    ]
}

/// `^C` at the command.
#[cfg(unix)]
mod interrupted {
    use std::fs;
    use std::io::Read;
    use std::process::Child;
    use std::thread;
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process};

    use super::super::Bench;
    use crate::command::{code, command, errors};

    fn interrupt(child: &Child) {
        kill_process(Pid::from_child(child), Signal::INT).unwrap();
    }

    pub(super) fn program(bench: &Bench) {
        bench.type_line("kept = 'still here'");
        let endless = "print('going')\nwhile True:\n pass";
        let mut exec = command(bench.name(), ["exec", endless]).spawn().unwrap();
        let mut going = [0; 5];
        exec.stdout.as_mut().unwrap().read_exact(&mut going).unwrap();
        let began = Instant::now();
        interrupt(&exec);
        let output = exec.wait_with_output().unwrap();
        assert_eq!(code(&output), 1, "{}", errors(&output));
        assert!(errors(&output).contains("Traceback"), "{}", errors(&output));
        assert!(errors(&output).contains("KeyboardInterrupt"), "{}", errors(&output));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        // A person finds the prompt, what was there before, and nothing of ours.
        let answer = bench.type_line("print(kept, '_rp' in globals())");
        assert!(answer.contains("still here False"), "{answer}");
    }

    pub(super) fn put(bench: &Bench) {
        fs::write(bench.here("big"), vec![7; 4 << 20]).unwrap();
        let put = command(bench.name(), ["put", bench.here("big").to_str().unwrap()]).spawn().unwrap();
        let began = Instant::now();
        let has_begun = || fs::read_dir(bench.on_board("")).unwrap().next().is_some();
        while !has_begun() {
            assert!(began.elapsed() < Duration::from_secs(10));
            thread::sleep(Duration::from_millis(5));
        }
        interrupt(&put);
        let output = put.wait_with_output().unwrap();
        assert_eq!(code(&output), 3, "{}", errors(&output));
        assert!(errors(&output).contains("interrupted"), "{}", errors(&output));
        assert!(!bench.on_board("big").exists());
        assert!(bench.type_line("print(6*7)").contains("42"));
    }
}

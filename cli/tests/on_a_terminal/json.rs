//! What is printed for machines.

use std::fs::{self, File};
use std::process::Output;
use std::time::{Duration, UNIX_EPOCH};
#[cfg(unix)]
use std::{thread, time::Instant};

use rawpaste_board::trial::Trial;
#[cfg(unix)]
use rawpaste_board::{
    Shape,
    trial::{Board, Failed, when_possible},
};
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{Bench, trial};
#[cfg(unix)]
use crate::command::command;
use crate::command::{code, done, errors, run};
use crate::documented;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("json_is_as_documented", |bench| {
            // It has no clock that can be set, and is no fleet.
            let wanted = |title: &str| {
                !["rtc", "fleet put", "devices"].contains(&title) && !title.starts_with("bench")
            };
            let port = bench.name().to_str().unwrap();
            assert_eq!(documented::holds(port, bench.port.dir(), |title, _| wanted(title)), 10);
        }),
        #[cfg(unix)]
        when_possible(Trial::test("json_of_bench_link_is_as_documented", || {
            let none = tempfile::tempdir()?;
            assert_eq!(documented::holds("", none.path(), |title, _| title == "bench link"), 1);
            Ok(())
        })),
        trial("values_are_json", values),
        trial("an_expression_that_raises", raises),
        trial("an_expression_that_prints", |bench| {
            let output = eval(bench, "[print('said'), print('more', end='')]");
            assert_eq!(value(&output), json!([null, null]));
            assert_eq!(errors(&output).replace('\r', ""), "said\nmore");
            let output = eval(bench, "print('said') or 1/0");
            assert_eq!((code(&output), &*output.stdout), (1, &b""[..]));
            assert!(
                errors(&output).starts_with("said") && errors(&output).contains("Traceback"),
                "{}",
                errors(&output)
            );
            let output = eval(bench, "__import__('sys').exit()");
            assert_eq!((code(&output), &*output.stdout), (3, &b""[..]));
            assert!(errors(&output).contains("no value"), "{}", errors(&output));
        }),
        trial("times_of_a_listing", times),
        #[cfg(unix)]
        when_possible(Trial::test("a_listing_of_a_board_that_vanishes", vanishes)),
    ]
}

fn eval(bench: &Bench, expression: &str) -> Output {
    run(bench.name(), ["eval", "--json", expression])
}

fn value(output: &Output) -> Value {
    assert_eq!(code(output), 0, "{}", errors(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Each comes as it is, and what is none as its repr, wherever it stands.
fn values(bench: &Bench) {
    for (expression, expected) in [
        ("6*7 # the answer", "42"),
        ("1, 2", "[1, 2]"),
        ("(1,)", "[1]"),
        ("10**30, -10**30", "[1000000000000000000000000000000, -1000000000000000000000000000000]"),
        ("[0.1, -0.5, 1e300, float('nan'), float('-inf')]", "[0.1, -0.5, 1e+300, \"nan\", \"-inf\"]"),
        ("b'x'", r#""b'x'""#),
        (
            "[(True, None), {'k': [b'\\x00']}, {7}, range(3)]",
            r#"[[true, null], {"k": ["b'\\x00'"]}, "{7}", "range(0, 3)"]"#,
        ),
        ("{1: 2, (3, 4): 5, b'k': 6, None: 7}", r#"{"1": 2, "(3, 4)": 5, "b'k'": 6, "None": 7}"#),
        ("{}, [], ''", r#"[{}, [], ""]"#),
        ("'\"\\\\\\n\\x04\\x00é\\U0001f40d'", r#""\"\\\n\u0004\u0000é🐍""#),
        ("'7'", r#""7""#),
    ] {
        let output = eval(bench, expression);
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(value(&output), expected, "{expression}");
        assert!(output.stderr.is_empty(), "{}", errors(&output));
    }
    let text = String::from_utf8(eval(bench, "'\\x9b2J\\x7f\\u202e'").stdout).unwrap();
    assert_eq!(text.trim_end(), r#""\u009b2J\u007f\u202e""#);
}

/// As without JSON, whatever it raises.
fn raises(bench: &Bench) {
    for expression in ["1/0", "open('nofile')", "nothing", "6 7"] {
        let plain = run(bench.name(), ["eval", expression]);
        let json = eval(bench, expression);
        assert_eq!((code(&json), &*json.stdout), (1, &b""[..]), "{expression}: {}", errors(&json));
        assert!(errors(&json).starts_with("Traceback"), "{}", errors(&json));
        assert_eq!((code(&plain), errors(&plain)), (1, errors(&json)), "{expression}");
    }
}

/// Each has its time: one that is named itself, those of a folder, and more than one script asks for.
fn times(bench: &Bench) {
    fs::create_dir_all(bench.on_board("d/in")).unwrap();
    for at in 0..40 {
        let file = File::create(bench.on_board(&format!("d/f{at}"))).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1_612_325_106 + at)).unwrap();
    }
    let list = |arguments: &[&str]| -> Value {
        serde_json::from_slice(&done(bench.name(), [&["ls", "-l", "--json"], arguments].concat())).unwrap()
    };
    for (arguments, count) in [(&[":d/f7"][..], 1), (&[":d"], 41), (&["-r"], 42), (&[":d/f7", ":d"], 42)] {
        let listed = list(arguments);
        let listed = listed.as_array().unwrap();
        assert_eq!(listed.len(), count, "{arguments:?}");
        for entry in listed {
            let (path, time) = (entry["path"].as_str().unwrap(), entry["modified"].as_str());
            match path.rsplit('f').next().and_then(|number| number.parse::<u32>().ok()) {
                Some(at) => assert_eq!(time, Some(&*format!("2021-02-03T04:05:{:02}", 6 + at)), "{path}"),
                None => assert_eq!(time.map(str::len), Some(19), "{path}"),
            }
        }
    }
    let text = String::from_utf8(done(bench.name(), ["ls", "-l", ":d/f7"])).unwrap();
    assert_eq!(text, "0 2021-02-03 04:05:13 d/f7\n");
}

/// Nothing more is asked of a board that is gone, and `^C` ends the wait for it.
#[cfg(unix)]
fn vanishes() -> Result<(), Failed> {
    let Board { running, dir } = Board::start()?;
    for at in 0..100 {
        fs::write(dir.path().join(format!("a file with a name {at}")), "x")?;
    }
    // Half a minute for all.
    let shape = Shape { rate: Some(500), delay: Duration::ZERO };
    let mut bench = Bench::start(Board { running: running.shaped(shape)?, dir })?;
    let ls = command(bench.passing_name()?, ["ls", "-l"]).spawn()?;
    thread::sleep(Duration::from_secs(12));
    bench.unplug()?;
    thread::sleep(Duration::from_secs(1));
    let began = Instant::now();
    kill_process(Pid::from_child(&ls), Signal::INT).unwrap();
    let output = ls.wait_with_output()?;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!((code(&output), &*output.stdout), (3, &b""[..]), "{}", errors(&output));
    assert!(errors(&output).contains("interrupted while the board was away"), "{}", errors(&output));
    assert_eq!(errors(&output).matches("went away").count(), 1, "{}", errors(&output));
    Ok(())
}

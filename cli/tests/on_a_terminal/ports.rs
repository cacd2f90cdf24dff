//! Ports: their names, those of others, those that go.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rawpaste_board::trial::{self, Board, Failed, Trial};

use super::{Bench, trial as on_bench};
use crate::command::{code, command, done, errors, noise, run};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        on_bench("both_presets_of_flushes", |bench| {
            let (file, back) = (bench.here("file"), bench.here("back"));
            for (policy, seed) in [("windows", 1), ("unix", 2)] {
                fs::write(&file, noise(40_000, seed)).unwrap();
                let arguments = |verb| ["--flush", policy, verb];
                done(bench.name(), [&arguments("put")[..], &[file.to_str().unwrap(), ":f"]].concat());
                assert!(fs::read(bench.on_board("f")).unwrap() == noise(40_000, seed), "{policy}");
                done(bench.name(), [&arguments("get")[..], &[":f", back.to_str().unwrap()]].concat());
                assert!(fs::read(&back).unwrap() == noise(40_000, seed), "{policy}");
            }
        }),
        on_bench("a_port_that_is_busy", busy),
        trial::trial("a_port_that_vanishes_in_the_middle_of_a_put", vanishes),
        #[cfg(windows)]
        on_bench("a_port_by_each_of_its_names", |bench| {
            let name = bench.port.name();
            for name in [name.to_owned(), name.to_lowercase(), format!(r"\\.\{name}")] {
                assert_eq!(done(name, ["exec", "print(6*7)"]).trim_ascii(), b"42");
            }
        }),
    ]
}

#[cfg(unix)]
fn busy(bench: &Bench) {
    let other = rawpaste_blocking::Serial::open(bench.port.name()).unwrap();
    is_said_to_be_busy(bench.port.name());
    drop(other);
    done(bench.name(), ["ls"]);
}

#[cfg(not(unix))]
fn busy(_: &Bench) {
    is_said_to_be_busy(trial::REFUSED);
}

fn is_said_to_be_busy(name: &str) {
    let output = run(name, ["ls"]);
    assert_eq!(code(&output), 3, "{}", errors(&output));
    assert!(errors(&output).contains("is busy"), "{}", errors(&output));
    assert!(errors(&output).contains("next: close "), "{}", errors(&output));
}

fn vanishes(board: Board) -> Result<(), Failed> {
    let mut bench = Bench::start(board)?;
    fs::write(bench.here("big"), noise(4 << 20, 1))?;
    let put = command(bench.passing_name()?, ["put", bench.here("big").to_str().unwrap(), ":big"]).spawn()?;
    let began = Instant::now();
    while fs::read_dir(bench.on_board(""))?.next().is_none() {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing of the file comes");
        thread::sleep(Duration::from_millis(5));
    }
    bench.unplug()?;
    let output = put.wait_with_output()?;
    assert_eq!(code(&output), 3, "{}", errors(&output));
    assert!(errors(&output).contains("cannot put"), "{}", errors(&output));
    assert!(errors(&output).contains("next: "), "{}", errors(&output));
    assert!(!bench.on_board("big").exists());
    Ok(())
}

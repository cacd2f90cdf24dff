//! Starts the compiled command.

// Each test file uses some of it.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rawpaste_blocking::{Port, Serial};

/// The command for a port, ready to be started, with nothing on its standard input.
pub(crate) fn command<S: AsRef<OsStr>>(
    port: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = S>,
) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"));
    command.arg("--port").arg(port).args(arguments).env_remove("RAWPASTE_PORT");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub(crate) fn run<S: AsRef<OsStr>>(
    port: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = S>,
) -> Output {
    command(port, arguments).output().unwrap()
}

/// Runs it with something on its standard input.
pub(crate) fn run_with<S: AsRef<OsStr>>(
    port: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = S>,
    input: &[u8],
) -> Output {
    let mut child: Child = command(port, arguments).stdin(Stdio::piped()).spawn().unwrap();
    // It may end without reading all.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Runs it, which must succeed; answers its standard output.
#[track_caller]
pub(crate) fn done<S: AsRef<OsStr>>(
    port: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = S>,
) -> Vec<u8> {
    let output = run(port, arguments);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    output.stdout
}

/// Its exit code.
#[track_caller]
pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// What it wrote to standard error.
pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A port's name with a folder.
pub(crate) fn at(kind: &str, dir: &Path) -> String {
    format!("{kind}:{}", dir.to_str().unwrap())
}

/// Bytes that look random and are the same in each run.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Every value after every other.
pub(crate) fn pairs() -> Vec<u8> {
    (0..=u8::MAX).flat_map(|one| (0..=u8::MAX).flat_map(move |two| [one, two])).collect()
}

/// What the board says by itself within a second.
pub(crate) fn heard(port: &Path) -> String {
    let mut port = Serial::open(port.to_str().unwrap()).unwrap();
    port.set_timeout(Duration::from_millis(100)).unwrap();
    let (mut heard, mut buffer, began) = (Vec::new(), [0; 256], Instant::now());
    while heard.len() < 200 && began.elapsed() < Duration::from_secs(1) {
        if let Ok(n) = port.read(&mut buffer) {
            heard.extend_from_slice(&buffer[..n]);
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

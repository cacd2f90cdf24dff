//! A put for `.ci/callgrind`, which counts the instructions inside the functions here whose names begin with `counted`.
//!
//! `engine_cost put BYTES` puts so many random bytes on a simulated board with a window of 128, by the plain loop, and counts
//! what the engine does. `engine_cost quote BYTES` and `engine_cost digest BYTES` count what of it is no more than quoting
//! the same bytes, and digesting them once.

use std::{fs::File, hint::black_box, io::Write, process::ExitCode};

use rawpaste::{
    Config, DigestKind, Hash, Instant, Operation, Put, Quoting, Run, Session, Step, quote,
    testing::{Device, Firmware, noise},
};

/// How many bytes of the file go in one script to a board with as much memory.
const CHUNK: usize = 8192;

#[inline(never)]
fn counted_poll<'a, O: Operation>(run: &'a mut Run<'_, O>, now: Instant) -> Step<'a, O::Output> {
    run.poll(now)
}

#[inline(never)]
fn counted_wrote<O: Operation>(run: &mut Run<'_, O>, n: usize) {
    run.wrote(n);
}

#[inline(never)]
fn counted_received<O: Operation>(run: &mut Run<'_, O>, bytes: &[u8]) {
    run.received(bytes);
}

#[inline(never)]
fn counted_quote(bytes: &[u8], out: &mut Vec<u8>) {
    quote(bytes, Quoting::Dense, out);
}

#[inline(never)]
fn counted_digest(bytes: &[u8]) -> Hash {
    Hash::of(DigestKind::Sha256, bytes)
}

/// Puts the content from a file, as `rawpaste put` does; says whether it arrived.
fn put(content: &[u8]) -> bool {
    let mut file: File = tempfile::tempfile().expect("a file");
    file.write_all(content).expect("room for it");
    let mut device =
        Device::new(Firmware { heap: 512 * 1024, disk: 64 * 1024 * 1024, ..Firmware::default() });
    let (now, mut answer) = (Instant::EPOCH, Vec::new());
    let mut session = Session::new(Config::default());
    let mut run = session.run(Put::new(file, "f").expect("a path").chunk(CHUNK));
    loop {
        match counted_poll(&mut run, now) {
            Step::Write { bytes, .. } => {
                let n = device.received(now, bytes);
                device.poll(now);
                answer.extend(device.take_output());
                counted_wrote(&mut run, n);
            }
            Step::Read { .. } if answer.is_empty() => return false,
            Step::Read { .. } => {
                counted_received(&mut run, &answer);
                answer.clear();
            }
            Step::Flush { .. } => return false,
            Step::Event(_) => {}
            Step::Done(result) => return result.is_ok() && device.disk().get("f") == Some(content),
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [mode, size] = &arguments[..] else { return ExitCode::FAILURE };
    let Ok(size) = size.parse() else { return ExitCode::FAILURE };
    let content = noise(1, size);
    let done = match &**mode {
        "put" => put(&content),
        "quote" => {
            let mut out = Vec::with_capacity(4 * CHUNK);
            for piece in content.chunks(CHUNK) {
                out.clear();
                counted_quote(black_box(piece), &mut out);
            }
            true
        }
        "digest" => {
            black_box(counted_digest(&content));
            true
        }
        _ => false,
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

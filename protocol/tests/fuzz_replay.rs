//! The fuzz targets' bodies on stable: every file of the corpus, and pseudo-random inputs that are the same each time.

use std::{fs, ops::ControlFlow, path::Path, time::Duration};

use rawpaste::{
    Config, Digest, Error, Exec, Holds, Instant, Leave, Operation, Placed, Put, Refused, Reply, Script,
    Session, Stdin, Step,
    testing::{Bench, Firmware, LinkShape, Main, Manner, RawPaste, drive},
};

#[allow(unreachable_pub, reason = "in its own package it is the library")]
#[path = "../../fuzz/src/lib.rs"]
mod bodies;

/// What a put comes to that found nothing.
const WRITTEN: Placed = Placed::Written { resumed: 0 };

/// What a board says, for inputs that get further than noise does.
const PHRASES: [&[u8]; 16] = [
    b"\x01",
    b"\x01\x01\x01\x01",
    b"\x04",
    b"\x04\x04>",
    b">",
    b"OK",
    b"R\x01\x80\x00\x01",
    b"R\x01\x05\x00\x01",
    b"R\x00>",
    b"raw REPL; CTRL-B to exit\r\n>",
    b"\r\n>>> ",
    b"OK7998190 0\r\n\x04\x04>",
    b"MPY: soft reboot\r\n",
    b"SyntaxError: invalid syntax\r\n",
    b"NameError: name '_rp' isn't defined\r\n",
    b"True\r\n",
];

/// A generator of numbers, as simple as it can be: the inputs need not be good, only the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    /// The first bytes choose the manner; the rest is phrases with some noise, every other time behind a true entry.
    fn input(&mut self) -> Vec<u8> {
        let mut input: Vec<u8> =
            (0..7).map(|_| if self.next(2) == 0 { 0 } else { self.next(256) as u8 }).collect();
        if self.next(2) == 0 {
            for turn in [&b"\r\n>>> "[..], PHRASES[9], PHRASES[11]] {
                input.extend_from_slice(turn);
                input.push(0xfe);
            }
        }
        for _ in 0..self.next(24) {
            match self.next(4) {
                0 => input.push(self.next(256) as u8),
                _ => input.extend(PHRASES[self.next(PHRASES.len())]),
            }
            // What follows comes in another turn of the board's.
            if self.next(4) > 0 {
                input.push(0xfe);
            }
        }
        input
    }
}

fn replay(target: &str, body: fn(&[u8]), random: u32) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of the corpus")
        .map(|entry| entry.expect("an entry of the folder").path())
        .collect();
    files.sort();
    assert!(files.len() > 5, "hardly a corpus in {}", folder.display());
    for file in files {
        let name = file.display().to_string();
        attempt(&name, &fs::read(&file).expect("a file of the corpus"), body);
    }
    let mut numbers = Numbers(1);
    for _ in 0..random {
        attempt(target, &numbers.input(), body);
    }
}

/// Says which input it was, where a body panics.
fn attempt(name: &str, input: &[u8], body: fn(&[u8])) {
    let outcome = std::panic::catch_unwind(|| body(input));
    assert!(outcome.is_ok(), "{name}: b\"{}\"", input.escape_ascii());
}

#[test]
fn paste() {
    replay("paste", bodies::paste, 20_000);
}

#[test]
fn link() {
    replay("link", bodies::link, 5_000);
}

#[test]
fn literal() {
    replay("literal", bodies::literal, 10_000);
}

#[test]
fn answer() {
    replay("answer", bodies::answer, 10_000);
}

// What reading and fuzzing found, until the engine is mended. What a board can say alone is in `transcripts.rs`.

fn bench(firmware: Firmware) -> Bench {
    let mut bench = Bench::new(firmware, LinkShape::default());
    bench.device.disk_mut().insert("f", *b"content");
    bench
}

/// A session that has asked the board what it can, and the bench.
fn acquainted() -> (Session, Bench) {
    let (mut session, mut bench) = (Session::default(), bench(Firmware::default()));
    let put = Put::new(vec![1; 300], "g").expect("a path");
    assert_eq!(drive(&mut session, &mut bench, put, &Manner::default()).result, Some(Ok(WRITTEN)));
    (session, bench)
}

#[test]
fn the_end_of_the_transport_after_done() {
    let mut session = Session::default();
    let mut run = session.run(Leave::default());
    let mut now = Instant::EPOCH;
    loop {
        match run.poll(now) {
            Step::Done(_) => break,
            Step::Write { bytes, .. } => {
                let n = bytes.len();
                run.wrote(n);
            }
            Step::Read { until } => now = until,
            Step::Event(_) | Step::Flush { .. } => {}
        }
    }
    run.received(&[]);
    assert!(matches!(run.poll(now), Step::Done(Err(Error::Refused(Refused::Ended)))));
}

/// A put of three chunks, behind a look, whose digest never agrees (a full littlefs): it gives up.
#[test]
fn a_digest_that_never_agrees() {
    let (session, _) = acquainted();
    let mut put = Put::new(vec![7; 600], "f").expect("a path").chunk(256);
    for round in 0..60 {
        let (mut script, mut stdin) = (Script::default(), Stdin::default());
        put.script(session.board(), &mut script).expect("a script");
        let printed: &[u8] = match round % 4 {
            // Behind three of them the temporary file is removed.
            0 if round < 12 => b"(-2, (), -2, (), 512, 100)\r\n",
            3 => b"False\r\n",
            _ => b"",
        };
        put.output(printed, &mut stdin).expect("little output");
        match put.reply(Reply::Finished) {
            Ok(ControlFlow::Continue(())) => {}
            ended => return assert_eq!(ended.map(|_| ()), Err(Refused::Digest.into())),
        }
    }
    panic!("it begins again for ever");
}

/// What was known of a board is given to a session whose board has no raw paste, after a change of firmware.
#[test]
fn a_known_board_without_raw_paste() {
    let (session, _) = acquainted();
    let mut session = Session::with_board(Config::default(), session.board().clone());
    let mut bench = bench(Firmware { raw_paste: RawPaste::Absent, ..Firmware::default() });
    let put = Put::new(vec![1; 300], "g").expect("a path");
    assert_eq!(drive(&mut session, &mut bench, put, &Manner::default()).result, Some(Ok(WRITTEN)));
}

#[test]
fn a_run_after_one_that_owed_a_flush() {
    for cancel in 0..60 {
        let mut config = Config::default();
        config.holds = Holds::UntilFlush;
        let (mut session, mut bench) = (Session::new(config), bench(Firmware::default()));
        let manner = Manner { cancel: Some(cancel), ..Manner::default() };
        drive(&mut session, &mut bench, Digest::new("f").expect("a path"), &manner);
        let digest = Digest::new("f").expect("a path");
        let driven = drive(&mut session, &mut bench, digest, &Manner::default());
        assert!(matches!(driven.result, Some(Ok(_))), "cancelled at step {cancel}");
    }
}

/// A link that takes longer than the patience for what it was given at once: silence counts from its last byte.
#[test]
fn a_write_that_takes_longer_than_the_patience() {
    let answers: [&[u8]; 4] = [
        b"raw REPL; CTRL-B to exit\r\n>",
        b"OK7998190 0\r\n\x04\x04>",
        b"R\x01\x80\x00\x01",
        b"\x04\x04\x04>",
    ];
    let mut answers = answers.into_iter();
    let mut session = Session::default();
    let mut run = session.run(Exec::new("x=1\n".repeat(15), |_| Ok(())).expect("a script"));
    let (mut now, mut quiet) = (Instant::EPOCH, true);
    let result = loop {
        match run.poll(now) {
            Step::Done(result) => break result,
            Step::Write { .. } => {
                now += Duration::from_millis(if answers.len() == 1 { 200 } else { 1 });
                run.wrote(1);
            }
            // The first ^C is not answered.
            Step::Read { until } if quiet => (now, quiet) = (until, false),
            Step::Read { .. } => run.received(answers.next().expect("four answers are enough")),
            Step::Event(_) | Step::Flush { .. } => {}
        }
    };
    assert_eq!(result, Ok(Reply::Finished));
}

#[test]
fn the_longest_quiet_that_there_is() {
    let mut config = Config::default();
    config.quiet = Duration::MAX;
    let main = Main::Prints { text: "tick\n".into(), every: Duration::from_millis(10) };
    let mut bench = bench(Firmware { main, swallows_ctrl_c: 2, ..Firmware::default() });
    drive(&mut Session::new(config), &mut bench, Leave::default(), &Manner::default());
}

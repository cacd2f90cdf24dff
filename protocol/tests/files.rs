//! Files there and back on the simulated board: whole, at the speed of the wire, whatever the board is like.

use std::{num::NonZeroUsize, time::Duration};

use proptest::prelude::*;
use rawpaste::{
    Error, Eval, Exec, Get, Leave, List, Operation, Placed, Put, Refused, Session, Source,
    testing::{
        Act, Bench, Capabilities, FileSystem, Firmware, Input, LinkShape, Manner, Program, RawPaste,
        Transport::{self, Bare, Unix, Windows},
        drive, noise, strategies,
    },
};
use rstest::rstest;

/// What a put comes to that found nothing.
const WRITTEN: Placed = Placed::Written { resumed: 0 };

fn run<O: Operation>(bench: &mut Bench, session: &mut Session, operation: O) -> Result<O::Output, Error> {
    drive(session, bench, operation, &Manner::default()).result.expect("not cancelled")
}

fn put(bytes: &[u8], path: &str) -> Put<Vec<u8>> {
    Put::new(bytes.to_vec(), path).expect("a path")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A file arrives whole and comes back whole, under any cuts, windows, chunks, contents and links.
    #[test]
    fn whole_there_and_back(
        content in strategies::contents(2000),
        name in strategies::names(),
        chunk in 1..1500_usize,
        shape in strategies::links(),
        manner in strategies::cuts(),
        firmware in strategies::firmware(),
        transport in strategies::transports(),
    ) {
        let mut session = transport.session();
        let mut bench = Bench::new(firmware, shape);
        let put = put(&content, &name).chunk(chunk);
        prop_assert_eq!(drive(&mut session, &mut bench, put, &manner).result, Some(Ok(WRITTEN)));
        prop_assert_eq!(bench.device.disk().get(&name), Some(&content[..]));
        prop_assert_eq!(bench.device.disk().files().count(), 1);
        let mut back = Vec::new();
        let get = Get::new(&name, &mut back).expect("a path");
        prop_assert_eq!(drive(&mut session, &mut bench, get, &manner).result, Some(Ok(content.len() as u64)));
        prop_assert_eq!(back, content);
        prop_assert_eq!(bench.device.statistics().dropped, 0);
    }
}

/// 10 KiB of random bytes at 11,520 bytes/s and 1 ms each way, in literals of 2 KiB, use 90 % of the wire or more.
/// The board knows the helpers already: they cost a connection about 1.4 KiB, once.
#[rstest]
fn a_slow_wire_is_used_well(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = noise(1, 10 * 1024);
    let mut bench = Bench::new(Firmware::default(), LinkShape::uart());
    let mut session = transport.session();
    assert_eq!(run(&mut bench, &mut session, put(&content[..4096], "first")), Ok(WRITTEN));
    let (sent, started) = (bench.wire.sent(), bench.now);
    let driven = drive(&mut session, &mut bench, put(&content, "f"), &Manner::default());
    assert_eq!(driven.result, Some(Ok(WRITTEN)));
    let sent = bench.wire.sent() - sent;
    let took = bench.now.saturating_duration_since(started).as_secs_f64();
    let file = 10.0 * 1024.0 / 11_520.0 / took;
    let wire = sent as f64 / 11_520.0 / took;
    assert!(
        sent < 10_950 && wire > 0.97 && file > 0.91,
        "{sent} bytes, {wire} of the wire, {file} of the file"
    );
    assert!(driven.turnarounds < 90, "{}", driven.turnarounds);
}

/// On a transport that holds back, one flush before each wait and none besides; on a bare one none at all.
#[rstest]
fn flushes_are_what_waiting_needs(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = noise(1, 1000);
    let mut bench = Bench::new(Firmware::default(), LinkShape::default());
    let driven = drive(&mut transport.session(), &mut bench, put(&content, "f"), &Manner::default());
    assert_eq!(driven.result, Some(Ok(WRITTEN)));
    // Each write of a windowed put is waited for.
    assert_eq!(driven.flushes, if transport == Bare { 0 } else { driven.writes });
}

/// Input buffers that overflow in silence, on a board that stands still while it writes flash or collects: the file is
/// whole or there is an error, and where two windows fit it is whole.
#[rstest]
fn buffers_that_overflow(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = noise(1, 3000);
    for (size, fits) in [(63, false), (127, false), (255, true), (259, true), (511, true)] {
        for consume in [Duration::ZERO, Duration::from_micros(100), Duration::from_micros(300)] {
            let firmware = Firmware {
                input: Input::Overflows(size),
                flash: Duration::from_millis(40),
                consume,
                ..Firmware::default()
            };
            let mut bench = Bench::new(firmware, LinkShape::uart());
            let mut session = transport.session();
            let result = run(&mut bench, &mut session, put(&content, "f"));
            assert!(result.is_ok() || !fits, "{size}, {consume:?}: {result:?}");
            let there = bench.device.disk().get("f");
            assert_eq!(there.is_some(), result.is_ok(), "{size}, {consume:?}: {result:?}");
            assert!(there.is_none_or(|there| there == content), "{size}, {consume:?}: a wrong file");
            assert!(!fits || bench.device.statistics().dropped == 0, "{size}, {consume:?}");
        }
    }
}

/// Where the buffer is known to be smaller than two windows, source goes at a pace and nothing overflows.
#[rstest]
fn small_buffers_are_not_overrun(#[values(Bare, Windows, Unix)] transport: Transport) {
    let code = "# a remark\n".repeat(200);
    for size in [64, 128] {
        let firmware = Firmware {
            input: Input::Overflows(size),
            consume: Duration::from_micros(100),
            ..Firmware::default()
        };
        let mut config = transport.config();
        config.in_flight = NonZeroUsize::new(size - 4);
        (config.pace.every, config.chunk) = (Duration::from_millis(20), NonZeroUsize::new(512));
        let mut bench = Bench::new(firmware, LinkShape::uart());
        let mut session = Session::new(config);
        let exec = Exec::captured(code.clone(), 10).expect("code");
        assert_eq!(run(&mut bench, &mut session, exec), Ok(vec![]), "{size}");
        let content = noise(1, 2000);
        assert_eq!(run(&mut bench, &mut session, put(&content, "f")), Ok(WRITTEN), "{size}");
        assert_eq!(bench.device.disk().get("f"), Some(&content[..]), "{size}");
        assert_eq!(bench.device.statistics().dropped, 0, "{size}");
    }
}

/// What cannot be done is said, with the way out, and nothing stays on the board.
#[rstest]
fn boards_that_cannot(#[values(Bare, Windows, Unix)] transport: Transport) {
    let no_hash = Capabilities { sha256: false, ..Capabilities::default() };
    let nothing = Capabilities { binascii: false, stdout_buffer: false, ..no_hash };
    let plain = Firmware { raw_paste: RawPaste::Absent, ..Firmware::default() };
    let cases = [
        ("crc32", Firmware { can: no_hash, ..Firmware::default() }, Ok(())),
        ("adler32, hex", Firmware { can: nothing, ..Firmware::default() }, Ok(())),
        ("plain", plain.clone(), Ok(())),
        ("plain and little", Firmware { heap: 2000, ..plain }, Ok(())),
        ("FAT", Firmware { file_system: FileSystem::Fat, ..Firmware::default() }, Ok(())),
        ("read-only", Firmware { read_only: true, ..Firmware::default() }, Err("boot.py")),
        ("no files", Firmware { file_system: FileSystem::Missing, ..Firmware::default() }, Err("format")),
        ("micro:bit", Firmware { heap: 8000, ..Firmware::microbit() }, Ok(())),
        ("full", Firmware { disk: 2048, ..Firmware::default() }, Err("28")),
    ];
    for (what, firmware, expected) in cases {
        let mut bench = Bench::new(firmware, LinkShape::default());
        let mut session = transport.session();
        let result = run(&mut bench, &mut session, put(&[0x5c; 3000], "f"));
        match expected {
            Ok(()) => {
                assert_eq!(result, Ok(WRITTEN), "{what}");
                let mut back = Vec::new();
                let get = Get::new("f", &mut back).expect("a path");
                assert_eq!(run(&mut bench, &mut session, get), Ok(3000), "{what}");
                assert_eq!(back, [0x5c; 3000], "{what}");
            }
            Err(words) => {
                let error = result.expect_err(what).to_string();
                assert!(error.contains(words), "{what}: {error}");
                assert_eq!(bench.device.disk().files().count(), 0, "{what}");
            }
        }
        assert!(!bench.device.is_stopped(), "{what}: the firmware stopped");
        assert_eq!(run(&mut bench, &mut session, Leave::default()), Ok(()), "{what}");
    }
}

/// A source that grows, shrinks or fails while it is read: one that goes in one script, in chunks, through the stream.
#[rstest]
fn a_source_that_changes_is_an_error(#[values(Bare, Windows, Unix)] transport: Transport) {
    struct Changing {
        content: Vec<u8>,
        more: u64,
    }
    impl Source for Changing {
        fn size(&mut self) -> Result<u64, Error> {
            self.more += 1;
            Ok(self.content.len() as u64 + self.more - 1)
        }

        fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
            self.content.read_at(offset, buffer)
        }
    }
    // It grew while it was put; it is shorter than it said.
    let contents = [noise(1, 100), noise(1, 5000), vec![b'x'; 5000]];
    for (content, more) in contents.iter().flat_map(|content| [(content, 0), (content, 1)]) {
        let mut bench = Bench::new(Firmware::default(), LinkShape::default());
        let mut session = transport.session();
        let source = Changing { content: content.clone(), more };
        let result = run(&mut bench, &mut session, Put::new(source, "f").expect("a path"));
        assert_eq!(result, Err(Error::Refused(Refused::Changed)));
        assert_eq!(
            run(&mut bench, &mut session, List::new("").expect("a path")),
            Ok(vec![]),
            "nothing stays"
        );
    }
}

/// Code that a board without raw paste cannot take is refused before it stops the firmware.
#[rstest]
fn long_code_is_refused_in_plain_raw_mode(#[values(Bare, Windows, Unix)] transport: Transport) {
    let firmware = Firmware { raw_paste: RawPaste::Absent, heap: 2000, ..Firmware::default() };
    let mut bench = Bench::new(firmware, LinkShape::default());
    let mut session = transport.session();
    let long = Eval::new(&"1+".repeat(2000)).expect("code");
    let error = run(&mut bench, &mut session, long).expect_err("too long");
    assert!(matches!(error, Error::Refused(Refused::TooLong { length: 4014, limit: 1024 })), "{error:?}");
    assert!(error.to_string().contains("put it as a file and import it"), "{error}");
    let control = Eval::new("'\x01'").expect("no byte that a paste cannot hold");
    let error = run(&mut bench, &mut session, control).expect_err("it would act on the REPL");
    assert!(matches!(error, Error::Refused(Refused::Byte { byte: 1, at: 12 })), "{error:?}");
    assert!(!bench.device.is_stopped());
    assert!(Eval::new("'\x03'").is_err() && Eval::new("'\x04'").is_err() && Eval::new("'\0'").is_err());
}

/// An offer that rides with the `^D` saves a turnaround for each script, and outlives what the script comes to.
#[rstest]
fn offers_ride_ahead(#[values(Bare, Windows, Unix)] transport: Transport) {
    use rawpaste::{Board, Reply, Script};
    use std::ops::ControlFlow;

    /// Runs three scripts, whatever becomes of them.
    struct Three(Vec<&'static str>, usize);
    impl Operation for Three {
        type Output = Vec<&'static str>;

        fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
            if self.1 < 2 {
                script.more();
            }
            script.code([&b"one()"[..], b"two()", b"three()"][self.1])
        }

        fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error> {
            self.1 += 1;
            let reset = reply == Reply::Reset;
            let ended = if reply.finished().is_ok() { "finished" } else { "raised" };
            self.0.push(if reset { "reset" } else { ended });
            Ok(if self.1 == 3 { ControlFlow::Break(self.0.clone()) } else { ControlFlow::Continue(()) })
        }
    }

    let raise = Act::Raise { kind: "ValueError".into(), message: "no".into(), line: 1 };
    let early = Act::SyntaxError { line: 1, after_bytes: 2 };
    let cases =
        [(Act::Print("1\n".into()), "finished"), (raise, "raised"), (early, "raised"), (Act::Exit, "reset")];
    for (act, outcome) in cases {
        for window in [128, 5, 4] {
            let firmware = Firmware { raw_paste: RawPaste::Window(window), ..Firmware::default() };
            let mut bench = Bench::new(firmware, LinkShape::default());
            bench.device.register(Program::new("one()", [act.clone()]));
            bench.device.register(Program::new("two()", [Act::Print("2\n".into())]));
            bench.device.register(Program::new("three()", [Act::Print("3\n".into())]));
            let mut session = transport.session();
            assert_eq!(run(&mut bench, &mut session, List::new("").expect("a path")), Ok(vec![]));
            let driven = drive(&mut session, &mut bench, Three(vec![], 0), &Manner::default());
            assert_eq!(driven.result, Some(Ok(vec![outcome, "finished", "finished"])), "window {window}");
            // Without them there are two for each of the three scripts.
            assert!(driven.turnarounds < 6 || window == 4, "{} with {window}", driven.turnarounds);
            assert_eq!(bench.device.statistics().lone_ctrl_d, 0);
            assert_eq!(run(&mut bench, &mut session, Leave::default()), Ok(()), "window {window}");
        }
    }
}

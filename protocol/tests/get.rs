//! A get on the simulated board: at the speed of the wire, block by block, and on from where it was cut off.

use std::{
    fs::OpenOptions,
    io::{Read, Seek},
    ops::ControlFlow,
};

use proptest::prelude::*;
use rawpaste::{
    Board, DigestKind, Error, Exec, FaultKind, Get, Hash, Needs, Operation, Refused, Reply, Script, Session,
    Sink, Stdin,
    testing::{
        Bench, Capabilities, Direction, Driven, Fault, Firmware, LinkShape, Manner,
        Transport::{self, Bare, Unix, Windows},
        Trouble, drive, noise, strategies,
    },
};
use rstest::rstest;

/// A board with this file, at the end of a link.
fn bench(firmware: Firmware, shape: LinkShape, content: &[u8]) -> Bench {
    let mut bench = Bench::new(firmware, shape);
    bench.device.disk_mut().insert("f", content);
    bench
}

fn get<S: Sink>(sink: S) -> Get<S> {
    Get::new("f", sink).expect("a path")
}

fn run<O: Operation>(bench: &mut Bench, session: &mut Session, operation: O) -> Driven<O::Output> {
    drive(session, bench, operation, &Manner::default())
}

/// Asks what the board is, and runs nothing.
struct Knows;

impl Operation for Knows {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::ABOUT
    }

    fn script(&mut self, _board: &Board, _script: &mut Script) -> Result<(), Error> {
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        reply.finished().map(ControlFlow::Break)
    }
}

/// 50 KiB of random bytes at 11,520 bytes/s and 1 ms each way, from an entered connection to a board that is known and
/// knows no helper yet: 95 % of the wire, all in.
#[rstest]
fn a_slow_wire_is_used_well(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = noise(1, 50 * 1024);
    let mut session = transport.session();
    assert_eq!(
        run(&mut Bench::new(Firmware::default(), LinkShape::default()), &mut session, Knows).result,
        Some(Ok(()))
    );
    let mut bench = bench(Firmware::default(), LinkShape::uart(), &content);
    let mut session = Session::with_board(transport.config(), session.board().clone());
    let enters = Exec::captured("", 10).expect("code");
    assert_eq!(run(&mut bench, &mut session, enters).result, Some(Ok(vec![])));
    let (up, down, started) = (bench.wire.sent(), bench.wire.answered(), bench.now);
    let mut back = Vec::new();
    let driven = run(&mut bench, &mut session, get(&mut back));
    assert_eq!(driven.result, Some(Ok(50 * 1024)));
    assert_eq!(back, content);
    let took = bench.now.saturating_duration_since(started).as_secs_f64();
    let (up, down) = (bench.wire.sent() - up, bench.wire.answered() - down);
    let used = content.len() as f64 / 11_520.0 / took;
    let escapes = content.iter().filter(|byte| matches!(byte, 0x04 | 0x10)).count() as u64;
    // The answers of the paste, the size, thirteen checks and the digest.
    let besides = down - content.len() as u64 - escapes;
    assert!(besides < 280, "{besides} bytes besides the file and {escapes} escapes");
    assert!(up < 1400 && driven.turnarounds < 13, "{up} bytes up, {} turnarounds", driven.turnarounds);
    assert!(used > 0.955, "{used} of the wire");
}

/// Cut off at any byte by any trouble: what the sink has is the file's beginning, and the next run sends what is missing
/// and little besides.
#[rstest]
fn every_fault_at_every_byte(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = noise(1, 2 * 4096 + 300);
    let (mut bench, mut session) =
        (bench(Firmware::default(), LinkShape::default(), &content), transport.session());
    assert_eq!(run(&mut bench, &mut session, get(Vec::new())).result, Some(Ok(content.len() as u64)));
    let (up, down) = (bench.wire.sent(), bench.wire.answered());
    // From the last block on each byte meets each trouble, before it one of them.
    for (direction, count) in [(Direction::Down, down), (Direction::Up, up)] {
        for at in transport.places(0..count) {
            for (n, trouble) in Trouble::kinds().into_iter().enumerate() {
                if at + 400 > count || at % 8 == n as u64 {
                    suffers(transport, &content, Fault { direction, at, trouble });
                }
            }
        }
    }
}

fn suffers(transport: Transport, content: &[u8], fault: Fault) {
    let what = format!("{fault:?}");
    let (mut bench, mut session) =
        (bench(Firmware::default(), LinkShape::default(), content), transport.session());
    bench.wire.add(fault);
    let mut get = get(Vec::new());
    match run(&mut bench, &mut session, &mut get).result.expect("not cancelled") {
        Ok(size) => assert_eq!(size, content.len() as u64, "{what}"),
        Err(Error::Fault(_) | Error::Exception(_) | Error::Refused(_)) => {}
        Err(other) => panic!("{what}: {other}"),
    }
    // Plugged in again, so that what it still had to say is not counted.
    bench.replug(LinkShape::default());
    bench.device.reset(bench.now);
    session.lose();
    let mut sink = get.into_sink();
    assert!(content.starts_with(&sink), "{what}: the sink has what is not the file's");
    let missing = (content.len() - sink.len()) as u64;
    let before = bench.wire.answered();
    let driven = run(&mut bench, &mut session, self::get(&mut sink));
    assert_eq!(driven.result, Some(Ok(content.len() as u64)), "{what}");
    assert!(sink == content, "{what}: a wrong file");
    let sent = bench.wire.answered() - before;
    assert!(sent < missing + missing / 50 + 700, "{what}: {sent} bytes for {missing}");
}

/// The same `&mut Get`, cancelled at each step in turn and run again: it remembers what it has, so a sink that cannot be
/// read is not asked.
#[rstest]
fn cancelled_at_every_step(#[values(Bare, Windows, Unix)] transport: Transport) {
    /// Takes what comes in order, and cannot give it back.
    struct Sent(Vec<u8>);
    impl Sink for Sent {
        fn start(&mut self, _size: u64, kept: u64) -> Result<(), Error> {
            assert_eq!(kept, self.0.len() as u64, "what was sent cannot be taken back");
            Ok(())
        }

        fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
            assert!(bytes.len() <= 4096, "{} bytes at once", bytes.len());
            self.0.extend_from_slice(bytes);
            Ok(())
        }

        fn held(&mut self) -> Result<u64, Error> {
            Ok(self.0.len() as u64)
        }
    }
    let content = noise(1, 3 * 4096 + 1);
    let mut kept = 0;
    for cancel in 0.. {
        let mut bench = bench(Firmware::default(), LinkShape::default(), &content);
        let mut session = transport.session();
        let mut get = get(Sent(Vec::new()));
        let manner = Manner { cancel: Some(cancel), reads: vec![61], ..Manner::default() };
        let driven = drive(&mut session, &mut bench, &mut get, &manner);
        let ended = driven.result.is_some();
        let before = bench.wire.answered();
        if !ended {
            assert_eq!(run(&mut bench, &mut session, &mut get).result, Some(Ok(12_289)), "at step {cancel}");
            kept += u64::from(bench.wire.answered() - before < 9000);
        }
        assert!(get.into_sink().0 == content, "cancelled at step {cancel}");
        if ended {
            assert!(cancel > 200 && kept > 50, "{cancel} steps, {kept} of them with something kept");
            return;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Files of all sizes, on boards that can more or less, cut off again and again: whole in the end.
    #[test]
    fn whole_however_often_it_is_cut_off(
        size in prop_oneof![Just(0), Just(4096), Just(8192), 0..20_000_usize],
        steps in proptest::collection::vec(1..400_u64, 0..4),
        faults in proptest::collection::vec(strategies::faults(20_000), 0..3),
        shape in strategies::links(),
        manner in strategies::cuts(),
        firmware in strategies::firmware(),
        (sha256, binascii, stdout_buffer) in any::<(bool, bool, bool)>(),
        transport in strategies::transports(),
    ) {
        let can = Capabilities { sha256, binascii, stdout_buffer, ..Capabilities::default() };
        let content = noise(1, size);
        let mut bench = bench(Firmware { can, ..firmware }, shape, &content);
        for fault in faults {
            bench.wire.add(Fault { direction: Direction::Down, ..fault });
        }
        let mut session = transport.session();
        let mut get = get(Vec::new());
        for cancel in steps {
            let manner = Manner { cancel: Some(cancel), ..manner.clone() };
            let driven = drive(&mut session, &mut bench, &mut get, &manner);
            prop_assert!(!matches!(driven.result, Some(Ok(said)) if said != size as u64));
        }
        bench.replug(shape);
        session.lose();
        prop_assert_eq!(drive(&mut session, &mut bench, &mut get, &manner).result, Some(Ok(size as u64)));
        prop_assert!(get.into_sink() == content, "a wrong file");
    }
}

/// What a sink holds that is not the file's beginning is thrown away; what is, stays.
#[rstest]
fn what_is_held_stays_if_the_board_agrees(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = noise(1, 20_000);
    let mut longer = content.clone();
    longer.push(0);
    let mut other = content[..15_000].to_vec();
    other[7] ^= 1;
    let cases = [
        ("nothing", vec![], 20_000),
        ("the beginning", content[..15_001].to_vec(), 4999),
        ("all", content.clone(), 0),
        ("more", longer, 20_000),
        ("another", other, 20_000),
    ];
    for (what, mut sink, missing) in cases {
        let mut bench = bench(Firmware::default(), LinkShape::default(), &content);
        let mut session = transport.session();
        assert_eq!(run(&mut bench, &mut session, Knows).result, Some(Ok(())));
        let before = bench.wire.answered();
        assert_eq!(run(&mut bench, &mut session, get(&mut sink)).result, Some(Ok(20_000)), "{what}");
        assert!(sink == content, "{what}");
        let sent = bench.wire.answered() - before;
        assert!(
            (missing..missing + missing / 50 + 220).contains(&sent),
            "{what}: {sent} bytes for {missing}"
        );
    }
}

/// A file of this machine goes on from its own content; one that cannot be read begins at the start.
#[rstest]
fn local_files_go_on(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = noise(1, 20_000);
    for (reads, missing) in [(true, 8000), (false, 20_000)] {
        let named = tempfile::NamedTempFile::new().expect("a file");
        let mut file = named.reopen().expect("the same file");
        file.start(20_000, 0).and_then(|()| file.write(&content[..12_000])).expect("room");
        let mut sink = OpenOptions::new().read(reads).write(true).open(named.path()).expect("the same file");
        let mut bench = bench(Firmware::default(), LinkShape::default(), &content);
        let mut session = transport.session();
        assert_eq!(run(&mut bench, &mut session, Knows).result, Some(Ok(())));
        let before = bench.wire.answered();
        assert_eq!(run(&mut bench, &mut session, get(&mut sink)).result, Some(Ok(20_000)));
        let sent = bench.wire.answered() - before;
        assert!((missing..missing + 500).contains(&sent), "{sent} bytes for {missing}");
        let mut back = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut back)).expect("a file");
        assert!(back == content);
    }
}

/// The file is another when the get goes on: what arrives is the new one, all of it.
#[rstest]
fn a_file_that_changed_between_two_runs(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (old, new) = (noise(1, 10_000), [&noise(1, 4095)[..], &[0; 7000]].concat());
    let mut bench = bench(Firmware::default(), LinkShape::default(), &old);
    let mut session = transport.session();
    bench.wire.add(Fault::down(9000, Trouble::End));
    let mut get = get(Vec::new());
    let driven = run(&mut bench, &mut session, &mut get);
    assert!(matches!(driven.result, Some(Err(Error::Fault(_)))), "{driven:?}");
    bench.replug(LinkShape::default());
    session.lose();
    bench.device.disk_mut().insert("f", &new[..]);
    assert_eq!(run(&mut bench, &mut session, &mut get).result, Some(Ok(11_095)));
    assert!(get.into_sink() == new);
}

/// Answers a get by hand as a board would that can nothing.
fn answered(get: &mut Get<Vec<u8>>, text: &str) -> Result<ControlFlow<u64>, Error> {
    get.script(&Board::default(), &mut Script::default())?;
    get.output(text.as_bytes(), &mut Stdin::default())?;
    get.reply(Reply::Finished)
}

/// A file that changed while it was sent: grown it is what it was, changed otherwise it is an error, and so is a digest
/// that differs; then the sink has nothing.
#[test]
fn a_file_that_changes_meanwhile() {
    let hash = Hash::of(DigestKind::Adler32, b"abc");
    let all = format!("(3, 0)\r\n616263\r\n294\r\n('{hash}', False)\r\n");
    let mut grown = get(Vec::new());
    assert_eq!(answered(&mut grown, &all), Ok(ControlFlow::Continue(())));
    assert_eq!(answered(&mut grown, &format!("..{hash}\r\n")), Ok(ControlFlow::Break(3)));
    assert_eq!(grown.into_sink(), b"abc");

    let mut changed = get(Vec::new());
    assert_eq!(answered(&mut changed, &all), Ok(ControlFlow::Continue(())));
    let other = Hash::of(DigestKind::Adler32, b"abd");
    assert_eq!(answered(&mut changed, &format!("{other}\r\n")), Err(Error::Refused(Refused::Changed)));
    assert_eq!(changed.into_sink(), b"");

    let mut differs = get(Vec::new());
    let wrong = format!("(3, 0)\r\n616263\r\n294\r\n('{other}', True)\r\n");
    let error = answered(&mut differs, &wrong).expect_err("the digest differs");
    assert!(matches!(&error, Error::Fault(fault) if fault.kind == FaultKind::Answer), "{error}");
    assert_eq!(differs.into_sink(), b"");

    let mut damaged = get(Vec::new());
    let wrong = "(3, 0)\r\n616264\r\n294\r\n";
    let error = answered(&mut damaged, wrong).expect_err("the check differs");
    assert!(error.to_string().contains("comparing a block's check"), "{error}");
    assert_eq!(damaged.into_sink(), b"");
}

//! Whatever goes wrong, at any byte: intact or an error, never a wrong file called done; and the next run works.

use std::{num::NonZeroUsize, time::Duration};

use proptest::prelude::*;
use rawpaste::{
    Error, Get, Leave, Put, Session,
    testing::{
        Bench, Direction, Fault, Firmware, LinkShape, Manner,
        Transport::{self, Bare, Unix, Windows},
        Trouble, drive, strategies,
    },
};
use rstest::rstest;

/// With every value of byte, and more than one chunk.
fn content() -> Vec<u8> {
    (0..600_u32).map(|at| (at * 7) as u8).collect()
}

fn session(transport: Transport) -> Session {
    let mut config = transport.config();
    config.chunk = NonZeroUsize::new(256);
    Session::new(config)
}

fn bench(shape: LinkShape) -> Bench {
    let mut bench = Bench::new(Firmware::default(), shape);
    bench.device.disk_mut().insert("f", *b"old");
    bench
}

/// The file is the old one or the new one; afterwards a put succeeds, and the board is left in order.
fn works_again(session: &mut Session, bench: &mut Bench, put: &mut Put<Vec<u8>>, what: &str) {
    let now = bench.device.disk().get("f");
    assert!(now == Some(b"old") || now == Some(&content()), "{what}: the target is neither old nor new");
    let driven = drive(session, bench, &mut *put, &Manner::default());
    if !matches!(driven.result, Some(Ok(_) | Err(Error::Refused(_)))) {
        panic!("{what}: the next run: {:?}", driven.result);
    }
    let driven = drive(session, bench, Put::new(content(), "f").expect("a path"), &Manner::default());
    assert!(matches!(driven.result, Some(Ok(_))), "{what}: another put: {:?}", driven.result);
    assert_eq!(bench.device.disk().get("f"), Some(&content()[..]), "{what}");
    let driven = drive(session, bench, Leave::default(), &Manner::default());
    assert_eq!(driven.result, Some(Ok(())), "{what}: leaving");
    assert!(bench.device.is_friendly(), "{what}: it was left elsewhere");
}

#[rstest]
fn cancelled_at_every_step(#[values(Bare, Windows, Unix)] transport: Transport) {
    for cancel in 0.. {
        let (mut session, mut bench) = (session(transport), bench(LinkShape::default()));
        let mut put = Put::new(content(), "f").expect("a path");
        let manner = Manner { cancel: Some(cancel), reads: vec![7], ..Manner::default() };
        let driven = drive(&mut session, &mut bench, &mut put, &manner);
        if driven.result.is_some() {
            assert!(cancel > 50, "too few steps to mean anything");
            return;
        }
        works_again(&mut session, &mut bench, &mut put, &format!("cancelled at step {cancel}"));
    }
}

/// Reads and writes that are cut at each byte in turn, the longest write being shorter than 600.
#[rstest]
fn cut_at_every_byte(#[values(Bare, Windows, Unix)] transport: Transport) {
    for size in transport.places(1..601) {
        let size = usize::try_from(size).expect("it fits");
        for (reads, writes) in [(vec![size], vec![]), (vec![], vec![size]), (vec![size, 1], vec![1, size])] {
            let (mut session, mut bench) = (session(transport), bench(LinkShape::default()));
            let manner = Manner { reads, writes, ..Manner::default() };
            let put = Put::new(content(), "f").expect("a path");
            let driven = drive(&mut session, &mut bench, put, &manner);
            assert!(matches!(driven.result, Some(Ok(_))), "{manner:?}");
            assert_eq!(bench.device.disk().get("f"), Some(&content()[..]), "{manner:?}");
            let mut back = Vec::new();
            let get = Get::new("f", &mut back).expect("a path");
            assert_eq!(drive(&mut session, &mut bench, get, &manner).result, Some(Ok(600)), "{manner:?}");
            assert_eq!(back, content(), "{manner:?}");
        }
    }
}

/// Each kind of trouble at each byte, both ways: so in each phase.
#[rstest]
fn every_fault_at_every_byte(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut bench) = (session(transport), bench(LinkShape::default()));
    let driven =
        drive(&mut session, &mut bench, Put::new(content(), "f").expect("a path"), &Manner::default());
    assert!(matches!(driven.result, Some(Ok(_))));
    let (up, down) = (bench.wire.sent(), bench.wire.answered());
    for at in transport.places(0..up) {
        for trouble in Trouble::kinds() {
            suffers(transport, Fault { direction: Direction::Up, at, trouble });
        }
    }
    for at in transport.places(0..down) {
        for trouble in Trouble::kinds() {
            suffers(transport, Fault { direction: Direction::Down, at, trouble });
        }
    }
}

fn suffers(transport: Transport, fault: Fault) {
    let what = format!("{fault:?}");
    let (mut session, mut bench) = (session(transport), bench(LinkShape::default()));
    bench.wire.add(fault);
    let mut put = Put::new(content(), "f").expect("a path");
    let driven = drive(&mut session, &mut bench, &mut put, &Manner::default());
    match driven.result.expect("not cancelled") {
        Ok(_) => assert_eq!(bench.device.disk().get("f"), Some(&content()[..]), "{what}: a wrong file"),
        Err(Error::Fault(_) | Error::Exception(_) | Error::Refused(_)) => {}
        Err(other) => panic!("{what}: {other}"),
    }
    bench.replug(LinkShape::default());
    session.lose();
    works_again(&mut session, &mut bench, &mut put, &what);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Several faults at once, on links of all kinds, in pieces of all sizes.
    #[test]
    fn intact_or_an_error(
        faults in proptest::collection::vec(strategies::faults(3000), 0..4),
        shape in strategies::links(),
        manner in strategies::cuts(),
        firmware in strategies::firmware(),
        transport in strategies::transports(),
    ) {
        let mut session = session(transport);
        let mut bench = Bench::new(firmware, shape);
        bench.device.disk_mut().insert("f", *b"old");
        for fault in faults {
            bench.wire.add(fault);
        }
        let mut put = Put::new(content(), "f").expect("a path");
        let driven = drive(&mut session, &mut bench, &mut put, &manner);
        if matches!(driven.result, Some(Ok(_))) {
            prop_assert_eq!(bench.device.disk().get("f"), Some(&content()[..]));
        }
        bench.replug(shape);
        session.lose();
        works_again(&mut session, &mut bench, &mut put, "faults");
    }
}

/// Something else talked to the board between two runs: the first offer meets another prompt, and nobody notices.
#[rstest]
fn a_board_that_was_reset_between_two_runs(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut bench) = (session(transport), bench(LinkShape::default()));
    let driven =
        drive(&mut session, &mut bench, Put::new(content(), "f").expect("a path"), &Manner::default());
    assert!(matches!(driven.result, Some(Ok(_))));
    let now = bench.now;
    bench.device.reset(now);
    bench.wait(Duration::from_secs(1));
    let driven =
        drive(&mut session, &mut bench, Put::new(content(), "g").expect("a path"), &Manner::default());
    assert!(matches!(driven.result, Some(Ok(_))));
    assert_eq!(bench.device.disk().get("g"), Some(&content()[..]));
}

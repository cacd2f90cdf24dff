//! Whatever goes wrong, at any byte of a deflated put or of one of several files: intact or an error, and the next run
//! works.

use std::num::NonZeroUsize;

use rawpaste::{
    Choices, Encoding, Error, Leave, Operation, PutAll, Session,
    testing::{
        Bench, Direction, Fault, LinkShape, Manner,
        Transport::{self, Bare, Unix, Windows},
        Trouble, drive, noise,
    },
};
use rstest::rstest;

use crate::bench::{Contents, bench, put, run, text};

const PATHS: [&str; 3] = ["f", "g.py", "h"];

fn session(transport: Transport) -> Session {
    let mut config = transport.config();
    config.chunk = NonZeroUsize::new(512);
    Session::new(config)
}

fn board() -> Bench {
    let mut bench = bench(rawpaste::testing::Firmware::default());
    PATHS.into_iter().for_each(|path| bench.device.disk_mut().insert(path, *b"old"));
    bench
}

/// Each file is the old one or the new one.
fn intact(bench: &Bench, files: &[Vec<u8>], what: &str) {
    for (path, file) in PATHS.iter().zip(files) {
        let now = bench.device.disk().get(path);
        assert!(now == Some(b"old") || now == Some(file), "{what}: {path} is neither old nor new");
    }
}

/// Each kind of trouble, at every other byte one half of them.
fn every_fault<O: Operation>(
    transport: Transport,
    files: &[Vec<u8>],
    make: impl Fn() -> O,
    good: impl Fn(&O::Output) -> bool,
) {
    let (mut clean, mut sound) = (session(transport), board());
    assert!(run(&mut clean, &mut sound, make()).is_ok_and(|output| good(&output)));
    let lengths = [(Direction::Up, sound.wire.sent()), (Direction::Down, sound.wire.answered())];
    for (direction, length) in lengths {
        let all = transport.places(0..length).flat_map(|at| {
            let half = if at % 2 == 0 { 0..4 } else { 4..8 };
            Trouble::kinds()[half].iter().cloned().map(move |trouble| (at, trouble)).collect::<Vec<_>>()
        });
        for (at, trouble) in all {
            let fault = Fault { direction, at, trouble };
            let what = format!("{fault:?}");
            let (mut session, mut bench) = (session(transport), board());
            bench.wire.add(fault);
            let mut operation = make();
            let driven = drive(&mut session, &mut bench, &mut operation, &Manner::default());
            intact(&bench, files, &what);
            if driven.result.is_some_and(|result| result.is_ok_and(|output| good(&output))) {
                assert!(
                    files.iter().zip(PATHS).all(|(file, path)| bench.device.disk().get(path) == Some(file))
                );
            }
            bench.replug(LinkShape::default());
            session.lose();
            let again = run(&mut session, &mut bench, &mut operation);
            assert!(matches!(again, Ok(_) | Err(Error::Refused(_))), "{what}: the next run");
            intact(&bench, files, &what);
            assert!(
                run(&mut session, &mut bench, make()).is_ok_and(|output| good(&output)),
                "{what}: another"
            );
            assert!(
                files.iter().zip(PATHS).all(|(file, path)| bench.device.disk().get(path) == Some(file)),
                "{what}"
            );
            assert_eq!(run(&mut session, &mut bench, Leave::default()), Ok(()), "{what}: leaving");
            assert!(bench.device.is_friendly(), "{what}: it was left elsewhere");
        }
    }
}

#[rstest]
fn a_deflated_put(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = text(9000);
    let mut choices = Choices::default();
    choices.encoding = Some(Encoding::Deflate);
    every_fault(
        transport,
        std::slice::from_ref(&content),
        || put(&content).choices(choices.clone()),
        |_| true,
    );
}

#[rstest]
fn three_small_files(#[values(Bare, Windows, Unix)] transport: Transport) {
    let files = vec![noise(1, 40), text(450), noise(1, 300)];
    let make = || PutAll::new(Contents::new(files.clone()), PATHS).expect("paths");
    every_fault(transport, &files, make, |results| results.iter().all(Result::is_ok));
}

#[rstest]
fn a_deflated_put_is_cancelled_at_every_step(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = text(9000);
    for cancel in 0.. {
        let (mut session, mut bench) = (session(transport), board());
        let mut put = put(&content);
        let manner = Manner { cancel: Some(cancel), reads: vec![9], ..Manner::default() };
        let driven = drive(&mut session, &mut bench, &mut put, &manner);
        if driven.result.is_some() {
            assert!(cancel > 100, "too few steps to mean anything");
            return;
        }
        intact(&bench, std::slice::from_ref(&content), &format!("cancelled at step {cancel}"));
        assert!(run(&mut session, &mut bench, &mut put).is_ok(), "cancelled at step {cancel}");
        assert_eq!(bench.device.disk().get("f"), Some(&content[..]), "cancelled at step {cancel}");
    }
}

//! A put that was cut off goes on from what the board holds.

use std::time::Duration;

use rawpaste::{
    Choices, Encoding, Error, Placed,
    testing::{
        Bench, Fault, Firmware, LinkShape, Manner,
        Transport::{self, Bare, Unix, Windows},
        Trouble, drive, noise,
    },
};
use rstest::rstest;

use crate::bench::{bench, put, run, temporary, text};

/// The old file, of which nothing may be lost before the new one is whole.
fn board() -> Bench {
    let mut bench = bench(Firmware::default());
    bench.device.disk_mut().insert("f", *b"old");
    bench
}

/// Scripts of a kibibyte, or a quarter of it, in which four times as much of a text fits.
fn choices(encoding: Encoding) -> Choices {
    let mut choices = Choices::default();
    let chunk = if encoding == Encoding::Deflate { 256 } else { 1024 };
    (choices.encoding, choices.chunk) = (Some(encoding), Some(chunk));
    choices
}

/// How much of the file the board had acknowledged, as the events say.
fn acknowledged(events: &[String]) -> u64 {
    let done = |event: &String| event.split_once(" of ")?.0.parse().ok();
    events.iter().filter_map(done).next_back().unwrap_or(0)
}

/// Cuts the link at each place where a chunk may be under way. The second put, another one, sends what is missing.
#[rstest]
fn cut_off_at_every_chunk(#[values(Bare, Windows, Unix)] transport: Transport) {
    for (encoding, content) in [(Encoding::Dense, noise(1, 9000)), (Encoding::Deflate, text(30_000))] {
        let size = content.len() as u64;
        let (mut session, mut whole) = (transport.session(), board());
        run(&mut session, &mut whole, put(&content).choices(choices(encoding))).expect("a put");
        let all = whole.wire.sent();
        let mut seen = Vec::new();
        for at in (0..all).step_by(97) {
            let (mut session, mut bench) = (transport.session(), board());
            bench.wire.add(Fault::up(at, Trouble::End));
            let first = put(&content).choices(choices(encoding));
            let driven = drive(&mut session, &mut bench, first, &Manner::default());
            assert!(matches!(driven.result, Some(Err(_))), "{:?}", driven.result);
            assert_eq!(bench.device.disk().get("f"), Some(&b"old"[..]), "cut at {at}");
            bench.replug(LinkShape::default());
            session.lose();
            let second = put(&content).choices(choices(encoding));
            let Ok(Placed::Written { resumed }) = run(&mut session, &mut bench, second) else {
                panic!("cut at {at}");
            };
            assert_eq!(bench.device.disk().get("f"), Some(&content[..]), "cut at {at}");
            assert_eq!(temporary(&bench), [""; 0], "cut at {at}");
            let acknowledged = acknowledged(&driven.events);
            assert!(resumed >= acknowledged, "cut at {at}: {resumed} of {acknowledged}");
            if !seen.contains(&resumed) {
                seen.push(resumed);
            }
            // What is missing, and not more: besides there is entry, a look, and helpers that were not there yet.
            let missing = if encoding == Encoding::Dense { size - resumed } else { (size - resumed) / 2 };
            let sent = bench.wire.sent();
            let besides = if resumed == 0 { 3600 } else { 900 };
            assert!(sent < missing + missing / 20 + besides, "cut at {at}: {sent} for {missing}");
        }
        assert!(seen.len() > 5, "{encoding}: {seen:?}");
    }
}

/// What was left there is not the beginning of this file: it is not gone on with.
#[rstest]
fn what_another_put_left_is_not_gone_on_with(#[values(Bare, Windows, Unix)] transport: Transport) {
    for content in [noise(1, 9000), text(30_000)] {
        let (mut session, mut bench) = (transport.session(), board());
        let other: Vec<u8> = content.iter().map(|byte| byte ^ 1).collect();
        let mut at = 0;
        // As late as it can be without its end.
        while temporary(&bench).is_empty() {
            at += 500;
            (session, bench) = (transport.session(), board());
            bench.wire.add(Fault::up(3500 + at, Trouble::End));
            assert!(run(&mut session, &mut bench, put(&other).chunk(1024)).is_err(), "cut at {at}");
            bench.replug(LinkShape::default());
            session.lose();
        }
        assert_eq!(run(&mut session, &mut bench, put(&content)), Ok(Placed::Written { resumed: 0 }));
        assert_eq!(bench.device.disk().get("f"), Some(&content[..]));
        assert_eq!(temporary(&bench), [""; 0]);
    }
}

/// A part that is longer than the file, or all of it without its rename.
#[rstest]
fn parts_at_the_edges(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = noise(1, 5000);
    let name = {
        let (mut at, mut names) = (3500, vec![]);
        while names.is_empty() {
            let mut bench = board();
            bench.wire.add(Fault::up(at, Trouble::End));
            assert!(run(&mut transport.session(), &mut bench, put(&content)).is_err());
            names = temporary(&bench);
            at += 100;
        }
        names.remove(0)
    };
    let longer = [&content[..], b"x"].concat();
    let other = noise(1, 5001).split_off(1);
    let cases = [(content.clone(), 5000), (longer, 0), (other, 0), (vec![], 0), (content[..1].to_vec(), 1)];
    for (part, resumed) in cases {
        let (mut session, mut bench) = (transport.session(), board());
        bench.device.disk_mut().insert(name.as_str(), part.clone());
        assert_eq!(
            run(&mut session, &mut bench, put(&content)),
            Ok(Placed::Written { resumed }),
            "{}",
            part.len()
        );
        assert_eq!(bench.device.disk().get("f"), Some(&content[..]));
        assert_eq!(bench.device.disk().files().count(), 1);
    }
}

/// `^C` ends the run and leaves what there is: the next one goes on with it.
#[rstest]
fn interrupted(#[values(Bare, Windows, Unix)] transport: Transport) {
    for (encoding, content) in [(Encoding::Dense, noise(1, 9000)), (Encoding::Deflate, text(30_000))] {
        let mut resumed = 0;
        for after in (100..4000).step_by(100) {
            let firmware = Firmware { flash: Duration::from_millis(40), ..Firmware::default() };
            let (mut session, mut bench) = (transport.session(), bench(firmware));
            let mut put = put(&content).choices(choices(encoding));
            let typed = vec![(Duration::from_millis(after), b"\x03".to_vec())];
            let driven = drive(&mut session, &mut bench, &mut put, &Manner { typed, ..Manner::default() });
            match driven.result.expect("not cancelled") {
                Ok(_) => {}
                Err(Error::Exception(exception)) if exception.is_interrupt() => {
                    assert_eq!(bench.device.disk().get("f"), None, "{after} ms");
                    let Ok(Placed::Written { resumed: part }) = run(&mut session, &mut bench, &mut put)
                    else {
                        panic!("interrupted after {after} ms");
                    };
                    resumed += part;
                }
                Err(error) => panic!("interrupted after {after} ms: {error}"),
            }
            assert_eq!(bench.device.disk().get("f"), Some(&content[..]), "{after} ms");
            assert_eq!(temporary(&bench), [""; 0], "{after} ms");
        }
        assert!(resumed > 0, "{encoding}: nothing was gone on with");
    }
}

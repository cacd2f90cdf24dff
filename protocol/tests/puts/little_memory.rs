//! Boards with little memory: literals and windows that do not fit are made smaller, and the file arrives.

use std::time::Duration;

use rawpaste::{
    Choices, Encoding, Flow, PutAll, Session,
    testing::{
        Firmware, RawPaste,
        Transport::{self, Bare, Unix, Windows},
        noise,
    },
};
use rstest::rstest;

use crate::bench::{Contents, WRITTEN, bench, put, run, text};

#[rstest]
fn a_board_with_20_kib_takes_200_kib(#[values(Bare, Windows, Unix)] transport: Transport) {
    for content in [noise(1, 200 * 1024), text(200 * 1024)] {
        let (mut session, mut bench) =
            (transport.session(), bench(Firmware { heap: 20 * 1024, ..Firmware::default() }));
        let mut put = put(&content);
        assert_eq!(run(&mut session, &mut bench, &mut put), Ok(WRITTEN));
        assert_eq!(bench.device.disk().get("f"), Some(&content[..]));
        assert!(put.plan().is_some_and(|plan| (256..=1024).contains(&plan.literal)));
    }
}

/// Puts one file by force; returns how each attempt was planned: its literals and its window.
fn attempts(transport: Transport, heap: usize, content: &[u8], choices: Choices) -> Vec<(usize, Option<u8>)> {
    let (mut session, mut bench) = (transport.session(), bench(Firmware { heap, ..Firmware::default() }));
    let files = Contents::new([content.to_vec()]);
    let mut put = PutAll::new(files, ["f"]).expect("a path").choices(choices);
    assert_eq!(run(&mut session, &mut bench, &mut put), Ok(vec![Ok(WRITTEN)]), "{heap}");
    assert_eq!(bench.device.disk().get("f"), Some(content), "{heap}");
    assert!(!bench.device.is_stopped());
    let plans = put.into_files().plans;
    plans.iter().map(|plan| (plan.literal, plan.window_bits)).collect()
}

/// A script that does not compile had literals that were too long.
#[rstest]
fn literals_are_halved(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut choices = Choices::default();
    (choices.encoding, choices.chunk) = (Some(Encoding::Dense), Some(8192));
    let seen = attempts(transport, 20 * 1024, &noise(1, 20_000), choices.clone());
    assert_eq!(seen, [(8192, None), (4096, None)]);
    let seen = attempts(transport, 3 * 1024, &noise(1, 20_000), choices.clone());
    assert_eq!(seen, [(8192, None), (4096, None), (2048, None), (1024, None), (512, None)]);
    choices.encoding = Some(Encoding::Base64);
    let seen = attempts(transport, 3 * 1024, &noise(1, 20_000), choices);
    assert_eq!(seen.last(), Some(&(512, None)));
}

/// A window that does not fit is made smaller, and where none fits the file goes plain.
#[rstest]
fn windows_are_made_smaller_then_left_out(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut choices = Choices::default();
    (choices.encoding, choices.window_bits) = (Some(Encoding::Deflate), Some(15));
    let windows = |heap| -> Vec<_> {
        let seen = attempts(transport, heap, &text(20_000), choices.clone());
        seen.into_iter().map(|(_, bits)| bits).collect()
    };
    assert_eq!(windows(64 * 1024), [Some(15)]);
    assert_eq!(windows(20 * 1024), [15, 14, 13].map(Some));
    assert_eq!(windows(8 * 1024), [15, 14, 13, 12, 11].map(Some));
    let all = [15, 14, 13, 12, 11, 10, 9].map(Some);
    assert_eq!(windows(3 * 1024), [&all[..], &[None]].concat());
}

/// A literal that no board takes ends the put, and does not go on for ever.
#[rstest]
fn there_is_an_end_to_it(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut bench) =
        (transport.session(), bench(Firmware { heap: 100, ..Firmware::default() }));
    let error = run(&mut session, &mut bench, put(&noise(1, 5000))).expect_err("it cannot fit");
    assert!(error.to_string().contains("MemoryError"), "{error}");
    assert_eq!(bench.device.disk().files().count(), 0);
}

/// In plain raw mode a line that is too long stops the firmware: scripts are short.
#[rstest]
fn plain_raw_mode_and_little_memory(#[values(Bare, Windows, Unix)] transport: Transport) {
    for content in [noise(1, 5000), text(5000)] {
        let firmware = Firmware { raw_paste: RawPaste::Absent, heap: 2000, ..Firmware::default() };
        let (mut session, mut bench) = (transport.session(), bench(firmware));
        assert_eq!(run(&mut session, &mut bench, put(&content)), Ok(WRITTEN));
        assert_eq!(bench.device.disk().get("f"), Some(&content[..]));
        assert!(!bench.device.is_stopped());
    }
}

/// What shrinks to almost nothing is not written all at once: the board would be silent for longer than the patience.
#[rstest]
fn a_slow_flash_is_waited_for(#[values(Bare, Windows, Unix)] transport: Transport) {
    let firmware = Firmware {
        heap: 512 * 1024,
        // Some 4 KiB a second, in pieces of 256 bytes.
        flash: Duration::from_millis(60),
        ..Firmware::default()
    };
    let (mut session, mut bench) = (transport.session(), bench(firmware));
    let content = vec![b' '; 500_000];
    assert_eq!(run(&mut session, &mut bench, put(&content)), Ok(WRITTEN));
    assert_eq!(bench.device.disk().get("f"), Some(&content[..]));
}

/// In an open flow the script that met the `MemoryError` is not the last one that was sent.
#[rstest]
fn a_short_script_behind_one_that_was_too_long(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut config = transport.config();
    config.flow = Flow::Open;
    let mut session = Session::new(config);
    let mut bench = bench(Firmware { heap: 14 * 1024, ..Firmware::default() });
    let first = put(b"x");
    assert_eq!(run(&mut session, &mut bench, first), Ok(WRITTEN));
    let content = noise(1, 3530);
    let put = put(&content).chunk(3498);
    assert_eq!(run(&mut session, &mut bench, put), Ok(WRITTEN));
    assert_eq!(bench.device.disk().get("f"), Some(&content[..]));
}

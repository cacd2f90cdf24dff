//! Flow control, tested as a user would: with what the crate exports.
//!
//! The simulated board counts what a paste has in flight as a real one would hold it: `highest_unread` is the most
//! source that had arrived and that its compiler had not taken yet. A board has room for two windows; the engine stays
//! at max(W, 2W - 2), so that the `^D` fits as well and an esp8266, whose buffer is a byte short, loses nothing.

use std::{fmt, num::NonZeroUsize, time::Duration};

use proptest::prelude::*;
use rawpaste::{
    Error, Exec, FaultKind, Instant, Placed, Put, Session, Step,
    testing::{
        Bench, Driven, Firmware, Input, LinkShape, Manner, Program, RawPaste, Statistics,
        Transport::{self, Bare, Unix, Windows},
        drive, strategies,
    },
};
use rstest::rstest;

/// What a put comes to that found nothing.
const WRITTEN: Placed = Placed::Written { resumed: 0 };

/// The mark by which the engine knows the raw prompt goes in plain raw mode, without flow control, and needs this
/// much room on a board that is slower than its link.
const MARK: usize = 64;

/// A board with this window whose input buffer holds two of them, and drops what does not fit without a word.
fn board(window: u16, consume: Duration) -> Firmware {
    let room = (2 * usize::from(window)).max(MARK);
    Firmware {
        raw_paste: RawPaste::Window(window),
        input: Input::Overflows(room),
        // Slower than most links: the buffer fills as far as the engine lets it.
        consume,
        ..Firmware::default()
    }
}

/// A file with the bytes that a REPL would act on.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 11) as u8).collect()
}

fn session(transport: Transport, chunk: usize) -> Session {
    let mut config = transport.config();
    config.chunk = NonZeroUsize::new(chunk);
    Session::new(config)
}

/// Puts a file and returns what the board saw. [`drive`] asserts at each step that the credit is kept.
fn put(
    transport: Transport,
    bench: &mut Bench,
    chunk: usize,
    content: &[u8],
    manner: &Manner,
) -> (Driven<Placed>, Statistics) {
    let put = Put::new(content, "file").expect("a path");
    let driven = drive(&mut session(transport, chunk), bench, put, manner);
    let statistics = bench.device.statistics();
    (driven, statistics)
}

/// The most that may be unread with this window.
fn most_unread(window: u16) -> usize {
    usize::from(window).max((2 * usize::from(window)).saturating_sub(2))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever the window, the pieces, the link and the board's speed.
    #[test]
    fn never_more_in_flight_than_there_is_room_for(
        window in strategies::windows(),
        manner in strategies::cuts(),
        shape in strategies::links(),
        micros in prop_oneof![Just(0), Just(60), Just(400)],
        content in strategies::contents(1500),
        chunk in 1..600_usize,
        transport in strategies::transports(),
    ) {
        let mut bench = Bench::new(board(window, Duration::from_micros(micros)), shape);
        let (driven, seen) = put(transport, &mut bench, chunk.max(content.len() / 8), &content, &manner);
        prop_assert_eq!(driven.result, Some(Ok(WRITTEN)));
        prop_assert_eq!(bench.device.disk().get("file"), Some(&content[..]));
        prop_assert!(seen.highest_unread <= most_unread(window), "{:?}", seen);
        prop_assert_eq!(seen.dropped, 0, "{:?}", seen);
        // A ^D too many would meet an empty line: a soft reset. One too few, and the script would never have run.
        prop_assert_eq!((seen.lone_ctrl_d, seen.soft_resets), (0, 0), "{:?}", seen);
        let entries: u32 = driven.events.iter().filter_map(|event| attempts(event)).sum();
        prop_assert!(seen.scripts > seen.pastes && seen.scripts <= seen.pastes + entries, "{:?}", seen);
    }
}

/// A step without its borrow.
#[derive(Debug, PartialEq)]
enum Seen {
    Write(Vec<u8>, Instant),
    Read(Instant),
    Other(String),
}

impl Seen {
    fn new<T: fmt::Debug>(step: &Step<'_, T>) -> Self {
        match step {
            Step::Write { bytes, until } => Self::Write(bytes.to_vec(), *until),
            Step::Read { until } => Self::Read(*until),
            Step::Flush { .. } | Step::Event(_) | Step::Done(_) => Self::Other(format!("{step:?}")),
        }
    }
}

/// The steps of a put, polled once or twice for each.
fn steps(
    transport: Transport,
    bench: &mut Bench,
    chunk: usize,
    content: &[u8],
    manner: &Manner,
    twice: bool,
) -> Vec<Seen> {
    let (mut session, mut seen) = (session(transport, chunk), Vec::new());
    let mut run = session.run(Put::new(content, "file").expect("a path"));
    let piece =
        |pieces: &[usize], at: usize| if pieces.is_empty() { 4096 } else { pieces[at % pieces.len()] };
    loop {
        bench.wire.deliver(bench.now, &mut bench.device);
        let mut step = run.poll(bench.now);
        seen.push(Seen::new(&step));
        if twice && !matches!(seen.last(), Some(Seen::Other(_))) {
            step = run.poll(bench.now);
            assert_eq!(seen.last(), Some(&Seen::new(&step)));
        }
        match step {
            Step::Write { bytes, .. } => {
                let most = bytes.len().min(piece(&manner.writes, seen.len()));
                match bench.wire.send(bench.now, &bytes[..most]) {
                    0 => bench.wait(Duration::from_micros(100)),
                    n => run.wrote(n),
                }
            }
            Step::Read { until } => {
                let mut bytes = Vec::new();
                if bench.wire.receive(bench.now, piece(&manner.reads, seen.len()), &mut bytes) > 0 {
                    run.received(&bytes);
                } else {
                    let next = bench.wire.next_event(bench.now).filter(|next| *next > bench.now);
                    bench.now = next.map_or(until, |next| next.min(until));
                }
            }
            Step::Flush { .. } => panic!("a flush of a bare transport"),
            Step::Event(_) => {}
            Step::Done(result) => {
                assert!(result.is_ok(), "{result:?}");
                return seen;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// In the middle of a paste the engine has a shorter way to the next step, if it is polled once. It is the same step.
    #[test]
    fn polled_once_or_twice_it_takes_the_same_steps(
        window in strategies::windows(),
        manner in strategies::cuts(),
        shape in strategies::links(),
        micros in prop_oneof![Just(0), Just(60)],
        length in 600..3000_usize,
        chunk in 300..1200_usize,
    ) {
        let board = || Bench::new(board(window, Duration::from_micros(micros)), shape);
        let once = steps(Bare, &mut board(), chunk, &content(length), &manner, false);
        let twice = steps(Bare, &mut board(), chunk, &content(length), &manner, true);
        prop_assert_eq!(once, twice);
    }
}

/// How many attempts an event says that it took to enter: each sends a mark at most.
fn attempts(event: &str) -> Option<u32> {
    event.strip_prefix("entered after ")?.strip_suffix(" attempts")?.parse().ok()
}

/// The bound is not only kept but reached, so that a slow link has as much in flight as it may.
#[rstest]
fn as_much_as_there_is_room_for(#[values(Bare, Windows, Unix)] transport: Transport) {
    let cases = [(1, 1), (2, 2), (3, 4), (4, 6), (5, 8), (32, 62), (128, 254), (32_767, 65_532)];
    for (window, unread) in cases {
        assert_eq!(most_unread(window), unread);
        // The largest window takes a script that is longer than two of it.
        let length = 70_000.min(40 * usize::from(window));
        let code = "#".repeat(length);
        let mut bench = Bench::new(board(window, Duration::from_micros(200)), LinkShape::default());
        bench.device.register(Program::new(code.clone(), []));
        let exec = Exec::new(code, |_| Ok(())).expect("a script without control bytes");
        let driven = drive(&mut session(transport, 256), &mut bench, exec, &Manner::default());
        assert!(matches!(driven.result, Some(Ok(_))), "a window of {window}: {:?}", driven.result);
        let seen = bench.device.statistics();
        assert_eq!(seen.highest_unread, unread, "a window of {window}: {seen:?}");
        assert_eq!((seen.dropped, seen.pastes, seen.lone_ctrl_d), (0, 1, 0), "a window of {window}");
    }
}

/// A file arrives whole at each of these windows, in pieces of one byte as well.
#[rstest]
fn a_file_at_each_window(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = content(700);
    for window in [1, 2, 3, 4, 5, 32, 128, 32_767] {
        for pieces in [vec![], vec![1]] {
            let manner = Manner { reads: pieces.clone(), writes: pieces, ..Manner::default() };
            let mut bench = Bench::new(board(window, Duration::from_micros(100)), LinkShape::usb());
            let (driven, seen) = put(transport, &mut bench, 256, &content, &manner);
            assert_eq!(driven.result, Some(Ok(WRITTEN)), "a window of {window}");
            assert_eq!(bench.device.disk().get("file"), Some(&content[..]), "a window of {window}");
            assert_eq!((seen.dropped, seen.lone_ctrl_d), (0, 0), "a window of {window}");
        }
    }
}

/// An esp8266's buffer holds 255 bytes, one less than two windows. A smaller one does lose bytes here.
#[rstest]
fn a_buffer_that_is_a_byte_short(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = content(3000);
    let esp8266 = Firmware { consume: Duration::from_micros(200), ..Firmware::esp8266() };
    let mut bench = Bench::new(esp8266.clone(), LinkShape::default());
    let (driven, seen) = put(transport, &mut bench, 512, &content, &Manner::default());
    assert_eq!(driven.result, Some(Ok(WRITTEN)));
    assert_eq!(bench.device.disk().get("file"), Some(&content[..]));
    assert_eq!(seen.dropped, 0, "{seen:?}");
    let mut bench = Bench::new(Firmware { input: Input::Overflows(250), ..esp8266 }, LinkShape::default());
    let (_, seen) = put(transport, &mut bench, 512, &content, &Manner::default());
    assert!(seen.dropped > 0, "{seen:?}");
}

/// Windows that no board can mean: 0 would never grant anything, and the largest buffer is 65535 bytes.
#[rstest]
fn windows_that_cannot_be(#[values(Bare, Windows, Unix)] transport: Transport) {
    for window in [0, 32_768, 65_535] {
        let mut bench = Bench::new(
            Firmware { raw_paste: RawPaste::Window(window), ..Firmware::default() },
            LinkShape::default(),
        );
        let (driven, _) = put(transport, &mut bench, 256, b"content", &Manner::default());
        let Some(Err(Error::Fault(fault))) = driven.result else {
            panic!("a window of {window}: {:?}", driven.result);
        };
        assert_eq!(fault.kind, FaultKind::Window(window));
        assert!(fault.to_string().contains(&format!("a window of {window} bytes")), "{fault}");
    }
}

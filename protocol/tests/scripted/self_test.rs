//! Whether the path carries all values: found out without harm, and concluded from nothing else.

use rawpaste::{
    Board as Known, Error, Put, Session,
    testing::{
        Transport::{self, Bare, Unix, Windows},
        noise,
    },
};
use rstest::rstest;

use crate::board::{Board, Hears, Rest, WRITTEN, calls, printed, raised, run, run_for, takes_files};

fn put() -> Put<Vec<u8>> {
    Put::new(noise(1, 5000), "f").expect("a path")
}

#[rstest]
fn a_cancelled_self_test_says_nothing(#[values(Bare, Windows, Unix)] transport: Transport) {
    for steps in 0.. {
        let (mut session, mut board) = (transport.session(), Board::new());
        let told = run_for(steps, &mut session, &mut board, put(), takes_files, |_, _, _| Rest::Wait);
        if told.result.is_some() {
            assert!(steps > 20, "too few steps to mean anything");
            return;
        }
        assert_eq!(run(&mut session, &mut board, put(), takes_files).result, Some(Ok(WRITTEN)));
        assert_eq!(session.board().eight_bit(), Some(true), "dropped at step {steps}");
    }
}

/// It goes on in ASCII, which every path carries, and is asked again by the next run.
#[rstest]
fn a_self_test_that_the_board_cannot_do_says_nothing(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let full = "MemoryError: memory allocation failed, allocating 512 bytes";
    let told = run(&mut session, &mut board, put().chunk(1024), |script| {
        if calls(script, "t") { raised(full) } else { takes_files(script) }
    });
    assert_eq!(told.result, Some(Ok(WRITTEN)));
    assert_eq!(session.board().eight_bit(), None);
    let mut writes = board.sources.iter().filter(|source| source.windows(6).any(|part| part == b"_rp.W("));
    assert!(writes.clone().count() > 4 && writes.all(|source| source.is_ascii()));
    assert_eq!(run(&mut session, &mut board, put(), takes_files).result, Some(Ok(WRITTEN)));
    assert_eq!(session.board().eight_bit(), Some(true));
}

#[rstest]
fn an_interrupted_self_test_says_nothing(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let told = run(&mut session, &mut board, put(), |script| {
        if calls(script, "t") { raised("KeyboardInterrupt: ") } else { takes_files(script) }
    });
    assert!(matches!(&told.result, Some(Err(Error::Exception(exception))) if exception.is_interrupt()));
    assert_eq!(session.board().eight_bit(), None);
}

/// On a path of seven bits nothing goes out that would act there as another byte, and the file goes as ASCII.
#[rstest]
fn a_path_of_seven_bits_is_found_out_without_harm(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let told = run(&mut session, &mut board, put(), |script| {
        if calls(script, "t") { printed("False\r\n") } else { takes_files(script) }
    });
    assert_eq!(told.result, Some(Ok(WRITTEN)));
    assert_eq!(session.board().eight_bit(), Some(false));
    let high: Vec<u8> = board.sources.concat().into_iter().filter(|byte| !byte.is_ascii()).collect();
    assert!(
        !high.is_empty() && high.iter().all(|byte| matches!(byte & 0x7f, b'a'..=b'z' | b'`')),
        "{high:x?}"
    );
}

/// All values come second, each once, XOFF before XON.
#[rstest]
fn a_path_that_carries_bit_7_is_sent_all_values(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    assert_eq!(run(&mut session, &mut board, put(), takes_files).result, Some(Ok(WRITTEN)));
    let mut tests = board.sources.iter().filter(|source| source.windows(5).any(|part| part == b",'t',"));
    let (few, all) = (tests.next().expect("a few"), tests.next().expect("all"));
    assert!(few.len() < 40 && tests.next().is_none());
    let place = |value| all.iter().position(|byte| *byte == value);
    assert!(place(0x13) < place(0x11));
    let (raw, escaped) = (0x7f..=0xff_u8, [1, 2, 5, 6, 7, 8, 9, 0xb, 0xc, 0xe, 0x11, 0x13, 0x1f]);
    assert!(raw.chain(escaped).all(|value| place(value).is_some()));
}

/// A link that the test breaks goes without it; that it broke once may be a cable.
#[rstest]
fn a_self_test_that_nothing_comes_of_twice_is_a_verdict(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    for verdict in [None, Some(false)] {
        board.from = Some((",'t',", Hears::Nothing));
        let told = run(&mut session, &mut board, put(), |script| {
            if calls(script, "t") { Vec::new() } else { takes_files(script) }
        });
        assert!(matches!(told.result, Some(Err(Error::Fault(_)))), "{:?}", told.result);
        assert_eq!(session.board().eight_bit(), verdict);
        board = Board::new();
    }
    assert_eq!(run(&mut session, &mut board, put(), takes_files).result, Some(Ok(WRITTEN)));
    assert!(board.sources.concat().is_ascii());
}

#[rstest]
fn a_self_test_that_arrives_damaged_is_a_verdict(#[values(Bare, Windows, Unix)] transport: Transport) {
    for damage in ["SyntaxError: invalid syntax", "ValueError: _rp: damaged"] {
        let (mut session, mut board) = (transport.session(), Board::new());
        let told = run(&mut session, &mut board, put(), |script| {
            if calls(script, "t") && script.len() > 200 { raised(damage) } else { takes_files(script) }
        });
        assert_eq!(told.result, Some(Ok(WRITTEN)), "{damage}");
        assert_eq!(session.board().eight_bit(), Some(false));
    }
}

/// A saved board says nothing of another path.
#[rstest]
fn another_path_is_tested_again(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    assert_eq!(run(&mut session, &mut board, put(), takes_files).result, Some(Ok(WRITTEN)));
    let known: Known = session.board().clone();
    let mut session = Session::with_board(transport.config(), known);
    let mut board = Board::new();
    assert_eq!(run(&mut session, &mut board, put(), takes_files).result, Some(Ok(WRITTEN)));
    assert_eq!(board.scripts.iter().filter(|script| calls(script, "t")).count(), 2);
    assert_eq!(board.scripts.iter().filter(|script| calls(script, "i")).count(), 0);
}

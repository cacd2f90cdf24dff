//! What a put gets over, and where it gives up: it ends, whatever the board says.

use rawpaste::{
    Error, Placed, Put, Refused,
    testing::{
        Transport::{self, Bare, Unix, Windows},
        noise,
    },
};
use rstest::rstest;

use crate::board::{Board, Hears, WRITTEN, calls, holds, printed, run, takes_files};

const REBOOT: &[u8] = b"\x04\x04\x04MPY: soft reboot\r\nMicroPython v1\r\n>>> ";

fn put() -> Put<Vec<u8>> {
    Put::new(noise(1, 5000), "f").expect("a path").chunk(2048)
}

#[rstest]
fn a_digest_that_never_agrees_ends_each_run(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut put = put();
    for _ in 0..2 {
        let mut ends = 0;
        let told = run(&mut session, &mut board, &mut put, |script| {
            ends += u32::from(calls(script, "E"));
            if calls(script, "E") { printed("False\r\n") } else { takes_files(script) }
        });
        assert_eq!((told.result, ends), (Some(Err(Refused::Digest.into())), 3));
    }
    assert_eq!(run(&mut session, &mut board, &mut put, takes_files).result, Some(Ok(WRITTEN)));
}

#[rstest]
fn a_chunk_that_is_lost_each_time_ends_each_run(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut put = put();
    for _ in 0..2 {
        let told = run(&mut session, &mut board, &mut put, |script| {
            if script.contains("_rp.W(2048,") { printed("2048\r\n") } else { takes_files(script) }
        });
        assert_eq!(told.result, Some(Err(Refused::Digest.into())));
    }
}

/// What is lost once at each chunk is got over: what counts is whether it gets further.
#[rstest]
fn losses_that_do_not_repeat_are_got_over(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut lost = Vec::new();
    let told = run(&mut session, &mut board, put().chunk(100), |script| {
        if calls(script, "A") {
            return holds(
                &noise(1, 5000)[..lost.last().map_or(0, |at: &String| at.parse().expect("a number"))],
            );
        }
        let at = script.split("_rp.W(").nth(1).and_then(|rest| rest.split(',').next()).map(String::from);
        match at {
            Some(at) if !calls(script, "E") && !lost.contains(&at) => {
                let says = printed(&format!("{at}\r\n"));
                lost.push(at);
                says
            }
            _ => takes_files(script),
        }
    });
    assert_eq!(told.result, Some(Ok(Placed::Written { resumed: 4800 })));
    assert_eq!(lost.len(), 49);
}

#[rstest]
fn a_board_that_forgets_the_file_begins_it_again_until_it_is_too_often(
    #[values(Bare, Windows, Unix)] transport: Transport,
) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut put = put();
    for (forgets, good) in [(9, true), (u32::MAX, false), (u32::MAX, false), (3, true)] {
        let mut forgotten = 0;
        let told = run(&mut session, &mut board, &mut put, |script| {
            if script.contains("_rp.W(2048,") && forgotten < forgets {
                forgotten += 1;
                return printed("-1\r\n");
            }
            takes_files(script)
        });
        match told.result {
            Some(Ok(_)) => assert!(good),
            Some(Err(Error::Refused(refused))) => {
                assert!(!good && refused.to_string().contains("reset again and again"), "{refused}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[rstest]
fn a_reset_in_a_put_is_got_over(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut put = put();
    board.from = Some(("_rp.W(", Hears::Dies));
    let told = run(&mut session, &mut board, &mut put, |script| {
        if calls(script, "W") { REBOOT.to_vec() } else { takes_files(script) }
    });
    assert!(matches!(told.result, Some(Err(Error::Fault(_)))), "{:?}", told.result);
    session.lose();
    assert_eq!(run(&mut session, &mut Board::new(), &mut put, takes_files).result, Some(Ok(WRITTEN)));
}

#[rstest]
fn a_reset_in_a_put_is_got_over_in_the_same_run(#[values(Bare, Windows, Unix)] transport: Transport) {
    for (resets, good) in [(2, true), (u32::MAX, false)] {
        let (mut session, mut board) = (transport.session(), Board::new());
        let mut seen = 0;
        let told = run(&mut session, &mut board, put(), |script| {
            if calls(script, "W") && seen < resets {
                seen += 1;
                return REBOOT.to_vec();
            }
            takes_files(script)
        });
        assert_eq!(matches!(told.result, Some(Ok(_))), good, "{:?}", told.result);
        assert!(seen < 20);
    }
}

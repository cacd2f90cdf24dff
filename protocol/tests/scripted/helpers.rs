//! What the engine defines on the board, and finds missing or damaged.

use rawpaste::Stat;
use rawpaste::testing::Transport::{self, Bare, Unix, Windows};
use rstest::rstest;

use crate::board::{Board, defines, nothing, printed, raised, run};

fn stat() -> Stat {
    Stat::new("f").expect("a path")
}

const ANSWER: &str = "(32768, 1, 0)\r\n";

#[rstest]
fn a_damaged_definition_is_sent_again(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut definitions = 0;
    for _ in 0..2 {
        let _ = run(&mut session, &mut board, stat(), |script| {
            if defines(script) {
                definitions += 1;
                return nothing();
            }
            raised("ValueError: _rp: damaged")
        });
    }
    assert!(definitions > 1, "{definitions}");
}

/// Runs once with helpers that are there, then some more on a board that lost them and says so. Returns whether they
/// were defined again.
fn comes_back(transport: Transport, says: impl Fn() -> Vec<u8>) -> bool {
    let (mut session, mut board) = (transport.session(), Board::new());
    let first =
        run(
            &mut session,
            &mut board,
            stat(),
            |script| if defines(script) { nothing() } else { printed(ANSWER) },
        );
    assert!(matches!(first.result, Some(Ok(_))), "{:?}", first.result);
    let mut defined = false;
    let mut last = None;
    for _ in 0..3 {
        let told = run(&mut session, &mut board, stat(), |script| {
            defined |= defines(script);
            if defines(script) {
                nothing()
            } else if defined {
                printed(ANSWER)
            } else {
                says()
            }
        });
        last = told.result;
    }
    defined && matches!(last, Some(Ok(_)))
}

#[rstest]
fn helpers_that_are_gone_are_defined_again(#[values(Bare, Windows, Unix)] transport: Transport) {
    assert!(comes_back(transport, || raised("NameError: name '_rp' isn't defined")));
}

#[rstest]
fn helpers_that_are_gone_are_defined_again_after_an_output(
    #[values(Bare, Windows, Unix)] transport: Transport,
) {
    let raised = raised("NameError: name '_rp' isn't defined");
    assert!(comes_back(transport, || [b"\x041\r\n", &raised[1..]].concat()));
}

#[rstest]
fn helpers_that_are_gone_are_defined_again_on_a_build_with_terse_errors(
    #[values(Bare, Windows, Unix)] transport: Transport,
) {
    assert!(comes_back(transport, || raised("NameError: name not defined")));
}

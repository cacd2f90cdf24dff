//! Coming and going.

use rawpaste::{
    Eval, Leave,
    testing::Transport::{self, Bare, Unix, Windows},
};
use rstest::rstest;

use crate::board::{Board, nothing, printed, run};

#[rstest]
fn a_helper_of_the_nonces_name_does_not_keep_it_out(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut session = transport.session();
    let told = run(&mut session, &mut Board::new(), Eval::new("1").expect("code"), |_| printed("1\r\n"));
    assert_eq!(told.result, Some(Ok("1".into())));
}

#[rstest]
fn what_was_interrupted_is_shown(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut session = transport.session();
    let told = run(&mut session, &mut Board::new(), Eval::new("1").expect("code"), |_| printed("1\r\n"));
    let entered = told.events.first().expect("an event");
    let bytes = entered.split(['[', ']']).nth(1).expect("the bytes that were heard");
    let heard: Vec<u8> = bytes.split(", ").map(|byte| byte.parse().expect("a byte")).collect();
    assert!(heard.windows(17).any(|part| part == b"KeyboardInterrupt"), "{}", heard.escape_ascii());
}

#[rstest]
fn leaving_twice_cleans_up_twice(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut leave = Leave::default();
    for times in 1..=2 {
        let told = run(&mut session, &mut board, &mut leave, |_| nothing());
        assert_eq!(told.result, Some(Ok(())));
        assert_eq!(board.scripts.iter().filter(|script| script.contains("pop('_rp'")).count(), times);
    }
}

//! A script that runs: interrupts, what is typed, how it ends.

use std::{ops::ControlFlow, time::Duration};

use rawpaste::{
    Error, Exec, Needs, Operation, Patience, Refused, Reply, Script,
    testing::Transport::{self, Bare, Unix, Windows},
};
use rstest::rstest;

use crate::board::{Board, Hears, Rest, calls, printed, run, run_for, takes_files};

const RUNS: &[u8] = b"\x04";

fn exec(code: &'static str) -> Exec<impl FnMut(&[u8]) -> Result<(), Error>> {
    Exec::new(code, |_: &[u8]| Ok(())).expect("code")
}

#[rstest]
fn an_interrupt_ends_a_write_that_nothing_takes(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    board.from = Some(("x", Hears::Stuck));
    let mut interrupted = false;
    let told = run_for(
        100_000,
        &mut session,
        &mut board,
        exec("x").patience(Patience::Forever),
        |_| RUNS.to_vec(),
        |run, board, _| {
            if !board.scripts.is_empty() && !interrupted {
                run.interrupt();
                interrupted = true;
            }
            Rest::Wait
        },
    );
    assert!(matches!(told.result, Some(Err(_))), "{:?} at {:?}", told.result, told.took);
}

#[rstest]
fn the_operations_own_error_is_kept(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    board.from = Some(("x", Hears::Nothing));
    let full = || Error::from(Refused::Local("disk full".into()));
    let exec = Exec::new("x", |_| Err(full())).expect("code");
    let told = run(&mut session, &mut board, exec, |_| b"\x04tick".to_vec());
    assert_eq!(told.result, Some(Err(full())));
}

#[rstest]
fn what_is_typed_ahead_waits_for_the_operations_script(#[values(Bare, Windows, Unix)] transport: Transport) {
    struct Asks;
    impl Operation for Asks {
        type Output = ();

        fn needs(&self) -> Needs {
            Needs::ABOUT
        }

        fn script(&mut self, _: &rawpaste::Board, script: &mut Script) -> Result<(), Error> {
            script.code(b"input()\n")
        }

        fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
            reply.finished().map(ControlFlow::Break)
        }
    }
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut typed = false;
    let told = run_for(
        1000,
        &mut session,
        &mut board,
        Asks,
        |script| if script.contains("input") { RUNS.to_vec() } else { takes_files(script) },
        |run, board, _| {
            if !std::mem::replace(&mut typed, true) {
                assert_eq!(run.type_in(b"hello\r"), 6);
            }
            if board.typed.is_empty() { Rest::Wait } else { Rest::Hear(b"\x04\x04>") }
        },
    );
    assert_eq!(told.result, Some(Ok(())));
    let (bytes, scripts) = board.typed.remove(0);
    assert_eq!(bytes, b"hello\r");
    assert_eq!(board.scripts[scripts - 1], "input()\n", "it was typed into another");
}

/// What an operation was given to read is given to each of its runs.
#[rstest]
fn input_is_given_again(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut exec = exec("x").input("you\r").expect("it fits");
    for times in 1..=2 {
        let told = run_for(
            500,
            &mut session,
            &mut board,
            &mut exec,
            |_| b"\x04name? ".to_vec(),
            |_, board, _| if board.typed.len() < times { Rest::Wait } else { Rest::Hear(b"\x04\x04>") },
        );
        assert_eq!(told.result, Some(Ok(Reply::Finished)));
        assert_eq!(board.typed.len(), times);
    }
}

/// A board that vanished may have been reset, or unplugged: it is not taken for the one or the other.
#[rstest]
fn a_transport_that_ends_is_no_reset(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let told = run_for(
        500,
        &mut session,
        &mut board,
        exec("while True:pass"),
        |_| RUNS.to_vec(),
        |_, board, _| if board.scripts.is_empty() { Rest::Wait } else { Rest::End },
    );
    assert_eq!(told.result, Some(Ok(Reply::Closed)));
}

#[rstest]
fn an_end_in_the_output_ends_it_soon(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let told =
        run(&mut session, &mut board, exec("print('a\\x04b')"), |_| b"\x04a\x04b\r\n\x04\x04>".to_vec());
    assert!(told.took < Duration::from_secs(5), "{:?} after {:?}", told.result, told.took);
}

/// A program may print the friendly prompt.
#[rstest]
fn a_prompt_in_the_output_is_no_reset(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let quiz = b"\x04Welcome to the Python quiz!\r\nWhat is 6*7?\r\n>>> ";
    let told = run_for(
        10_000,
        &mut session,
        &mut board,
        exec("quiz").patience(Patience::Forever),
        |_| quiz.to_vec(),
        |_, _, took| if took > Duration::from_secs(60) { Rest::Stop } else { Rest::Wait },
    );
    assert!(told.result.is_none(), "{:?} after {:?}", told.result, told.took);
}

/// A helper's script gets nothing of what is typed, and an answer that is none is a fault.
#[rstest]
fn an_answer_about_the_board_that_is_none_is_a_fault(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let told = run(&mut session, &mut board, rawpaste::Info::new(), |script| {
        if calls(script, "i") { printed("tick\r\n") } else { takes_files(script) }
    });
    assert!(matches!(told.result, Some(Err(Error::Fault(_)))), "{:?}", told.result);
}

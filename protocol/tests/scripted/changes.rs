//! Renames, removals and new directories: done once, whatever became of the reply.

use rawpaste::{
    Error, MakeDir, Operation, Remove, Rename,
    testing::{
        Bench, Firmware, LinkShape, Manner,
        Transport::{self, Bare, Unix, Windows},
        drive,
    },
};
use rstest::rstest;

use crate::board::{Board, Rest, calls, defines, nothing, printed, raised, result, run, run_for, says};

#[rstest]
fn a_rename_that_failed_is_not_done_the_second_time(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut rename = Rename::new("missing", "to").expect("paths");
    for _ in 0..2 {
        let told = run(&mut session, &mut board, &mut rename, says(raised("OSError: [Errno 2] ENOENT")));
        assert!(matches!(told.result, Some(Err(Error::Exception(_)))), "{:?}", told.result);
    }
}

/// Returns the calls of an operation that is run again after its reply was lost, and then once more.
fn calls_after_a_lost_reply<O: Operation>(
    transport: Transport,
    mut operation: O,
    helper: &str,
    errno: &str,
) -> Vec<String> {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut lost = false;
    let told = run_for(
        500,
        &mut session,
        &mut board,
        &mut operation,
        |script| if defines(script) { nothing() } else { b"\x04".to_vec() },
        |_, board, _| {
            lost = board.scripts.iter().any(|script| calls(script, helper));
            if lost { Rest::Stop } else { Rest::Wait }
        },
    );
    assert!(lost && told.result.is_none());
    session.lose();
    let failed = run(&mut session, &mut board, &mut operation, says(raised(errno)));
    assert!(matches!(failed.result, Some(Err(Error::Exception(_)))), "the board's word counts");
    let done = run(&mut session, &mut board, &mut operation, says(nothing()));
    assert!(matches!(done.result, Some(Ok(_))));
    let mut all = board.scripts;
    all.retain(|script| calls(script, helper));
    all
}

/// What may have been done is looked for on the board, and not guessed from an errno.
#[rstest]
fn what_got_no_reply_is_looked_for_once(#[values(Bare, Windows, Unix)] transport: Transport) {
    let rename = Rename::new("from", "to").expect("paths");
    let remove = Remove::new("f").expect("a path");
    let make = MakeDir::new("d").expect("a path");
    let all = [
        calls_after_a_lost_reply(transport, rename, "n", "OSError: [Errno 2] ENOENT"),
        calls_after_a_lost_reply(transport, remove, "r", "OSError: [Errno 13] EACCES"),
        calls_after_a_lost_reply(transport, make, "m", "OSError: 28"),
    ];
    for calls in all {
        let again: Vec<_> = calls.iter().map(|call| call.ends_with(",1)\n")).collect();
        assert_eq!(again, [false, true, false], "{calls:?}");
    }
}

/// A function that the board lacks is named as such; an exception about something else stays what it is.
#[rstest]
fn only_what_is_about_os_is_explained(#[values(Bare, Windows, Unix)] transport: Transport) {
    let told =
        |exception: &str| result(transport, Rename::new("a", "b").expect("paths"), says(raised(exception)));
    let lacks = told("AttributeError: 'module' object has no attribute 'rename'");
    assert!(matches!(lacks, Err(Error::Refused(_))), "{lacks:?}");
    for other in [
        "AttributeError: 'module' object has no attribute 'hexlify'",
        "ImportError: no module named 'hashlib'",
        "OSError: 28",
    ] {
        assert!(matches!(told(other), Err(Error::Exception(_))), "{other}");
    }
}

/// A name that is not ASCII means the same on a board whose str is bytes.
#[rstest]
fn a_path_that_is_not_ascii_goes_as_bytes(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut sent = String::new();
    let removed = result(transport, Remove::new("caf\u{e9} 1").expect("a path"), |script| {
        sent.push_str(script);
        printed("")
    });
    assert_eq!(removed, Ok(()));
    assert!(sent.ends_with(",'r',str(b'caf\\xc3\\xa9 1','utf-8'))\n"), "{sent}");
}

/// On a board that does what it is told: cancelled at any step and run again, each is done.
#[rstest]
fn cancelled_at_every_step_and_run_again_each_is_done(#[values(Bare, Windows, Unix)] transport: Transport) {
    for cancel in 0.. {
        let done = [
            done_in_the_end(transport, Rename::new("from", "to").expect("paths"), cancel),
            done_in_the_end(transport, Remove::new("from").expect("a path"), cancel),
            done_in_the_end(transport, MakeDir::new("new").expect("a path"), cancel),
        ];
        if done.iter().all(|ended| *ended) {
            assert!(cancel > 15, "too few steps to mean anything");
            return;
        }
    }
}

/// Whether it ended before it was cancelled.
fn done_in_the_end(transport: Transport, mut operation: impl Operation<Output = ()>, cancel: u64) -> bool {
    let mut bench = Bench::new(Firmware::default(), LinkShape::default());
    bench.device.disk_mut().insert("from", *b"content");
    let mut session = transport.session();
    let manner = Manner { cancel: Some(cancel), ..Manner::default() };
    let first = drive(&mut session, &mut bench, &mut operation, &manner).result;
    if first.is_none() {
        let second = drive(&mut session, &mut bench, &mut operation, &Manner::default()).result;
        assert_eq!(second, Some(Ok(())), "cancelled at step {cancel}");
    }
    first.is_some()
}

//! Boards that have no memory, wherever it is asked for.

use rawpaste::{
    Error, Put, Refused,
    testing::{
        Transport::{self, Bare, Unix, Windows},
        noise,
    },
};
use rstest::rstest;

use crate::board::{Board, WRITTEN, about, calls, defines, printed, raised, run, takes_files};

/// What a board says that could not compile a script, or has no memory for the frame.
fn too_little() -> Vec<u8> {
    b"\x04\x04MemoryError: memory allocation failed, allocating 1024 bytes\r\n\x04>".to_vec()
}

/// Takes any file; what it defines is not packed.
fn takes(script: &str) -> Vec<u8> {
    if calls(script, "i") { printed(&about(20_000)) } else { takes_files(script) }
}

fn put() -> Put<Vec<u8>> {
    Put::new(noise(1, 5000), "f").expect("a path").chunk(256)
}

fn is_refused<T>(result: Option<Result<T, Error>>) -> bool {
    matches!(result, Some(Err(Error::Refused(Refused::Unsupported { lacks, .. }))) if lacks.contains("memory"))
}

/// It is tried with fewer at once, down to one.
#[rstest]
fn definitions_get_shorter(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut most = usize::MAX;
    let told = run(&mut session, &mut board, put(), |script| {
        let helpers = script.matches("\n def ").count() + script.matches("\n class ").count();
        if defines(script) && helpers > 2 {
            most = most.min(helpers);
            return too_little();
        }
        takes(script)
    });
    assert_eq!(told.result, Some(Ok(WRITTEN)));
    assert!(most < usize::MAX, "nothing was too long");
}

/// What the script does not call goes before it is given up.
#[rstest]
fn definitions_make_room(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut cleared = false;
    let told = run(&mut session, &mut board, put(), |script| {
        cleared |= defines(script) && script.lines().count() == 2;
        if !cleared && script.contains(" def W(") { too_little() } else { takes(script) }
    });
    assert_eq!((told.result, cleared), (Some(Ok(WRITTEN)), true));
}

#[rstest]
fn definitions_that_never_fit_end_the_run(#[values(Bare, Windows, Unix)] transport: Transport) {
    for helper in [" def i(", " def A(", " def W(", " def O("] {
        let (mut session, mut board) = (transport.session(), Board::new());
        let told = run(&mut session, &mut board, put(), |script| {
            if script.contains(helper) { too_little() } else { takes(script) }
        });
        assert!(is_refused(told.result.clone()), "{helper}: {:?}", told.result);
    }
}

/// A file that failed is not removed for ever.
#[rstest]
fn what_cannot_be_removed_is_left(#[values(Bare, Windows, Unix)] transport: Transport) {
    for answer in [too_little(), raised("RuntimeError: no")] {
        let (mut session, mut board) = (transport.session(), Board::new());
        let told =
            run(&mut session, &mut board, put(), |script| match (calls(script, "W"), calls(script, "X")) {
                (true, _) => too_little(),
                (_, true) => answer.clone(),
                _ => {
                    if calls(script, "F") {
                        printed("9000\r\n")
                    } else {
                        takes(script)
                    }
                }
            });
        assert!(is_refused(told.result.clone()), "{:?}", told.result);
    }
}

/// Where not even literals of the smallest size compile beside the stream, it is the stream that goes.
#[cfg(feature = "deflate")]
#[rstest]
fn a_full_memory_has_no_room_for_frames(#[values(Bare, Windows, Unix)] transport: Transport) {
    let text: String = (0..2000).map(|n| format!("value = self.read({n})\n")).collect();
    let (mut session, mut board) = (transport.session(), Board::new());
    let put = Put::new(text.into_bytes(), "f").expect("a path");
    let told = run(&mut session, &mut board, put, |script| {
        if calls(script, "I") {
            too_little()
        } else if calls(script, "F") {
            printed("9000\r\n")
        } else {
            takes(script)
        }
    });
    assert_eq!(told.result, Some(Ok(WRITTEN)));
    assert!(board.scripts.iter().any(|script| calls(script, "W")));
}

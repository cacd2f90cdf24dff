//! What operations make of answers about files, and what their `Debug` shows.

use rawpaste::{
    Digest, Error, Eval, Exec, Fault, FaultKind, Get, Hash, Kind, List, Put, Stat, escaped,
    testing::Transport::{self, Bare, Unix, Windows},
};
use rstest::rstest;

use crate::board::{WRITTEN, calls, printed, raised, result, says, takes_files};

#[rstest]
fn a_size_or_a_time_that_is_not_known_is_0(#[values(Bare, Windows, Unix)] transport: Transport) {
    let list = result(
        transport,
        List::new("").expect("a path"),
        says(printed("('a', 32768, -1)\r\n('b', 16384, None)\r\n")),
    );
    let entries = list.expect("a listing");
    let told: Vec<_> = entries.iter().map(|entry| (&*entry.name, entry.kind, entry.size)).collect();
    assert_eq!(told, [("a", Kind::File, 0), ("b", Kind::Directory, 0)]);
    let stat = result(transport, Stat::new("a").expect("a path"), says(printed("(32768, -1, -86400)\r\n")))
        .expect("a stat");
    assert_eq!((stat.size, stat.modified), (0, 0));
}

/// A listing gives names as bytes: a str of a build without Unicode cannot be told from another.
#[rstest]
fn names_are_what_they_are_on_the_board(#[values(Bare, Windows, Unix)] transport: Transport) {
    let list = says(printed("(b'caf\\xc3\\xa9', 32768, 1)\r\n(b'\\xff', 32768, 1)\r\n"));
    let entries = result(transport, List::new("").expect("a path"), list).expect("a listing");
    let names: Vec<_> = entries.iter().map(|entry| &*entry.name).collect();
    assert_eq!(names, ["caf\u{e9}", "\u{fffd}"]);
}

#[rstest]
fn an_expression_may_end_in_a_comment(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut sent = String::new();
    let answer = result(transport, Eval::new("6*7 # the answer").expect("code"), |script| {
        sent.push_str(script);
        printed("42\r\n")
    });
    assert_eq!(answer, Ok("42".into()));
    assert_eq!(sent, "print(repr(6*7 # the answer\n))\n");
}

/// A board that is at work for long prints dots, and they are no part of the answer.
#[rstest]
fn dots_are_signs_of_life(#[values(Bare, Windows, Unix)] transport: Transport) {
    let dots = ".".repeat(3000);
    let digest = result(transport, Digest::new("f").expect("a path"), |script| {
        if calls(script, "d") { printed(&format!("{dots}(3, '{:08x}')\r\n", 7)) } else { takes_files(script) }
    });
    assert_eq!(digest, Ok((3, Hash::Crc32(7))));
    for (length, helper) in [(100, "M"), (5000, "E")] {
        let put = result(transport, Put::new(vec![1; length], "f").expect("a path"), |script| {
            if calls(script, helper) { printed(&format!("{dots}True\r\n")) } else { takes_files(script) }
        });
        assert_eq!(put, Ok(WRITTEN));
    }
}

/// Nothing was put in place by a get: what arrived is wrong, and to run it again is the remedy.
#[rstest]
fn a_get_whose_digest_differs_is_a_fault(#[values(Bare, Windows, Unix)] transport: Transport) {
    let got = result(transport, Get::new("f", Vec::new()).expect("a path"), |script| {
        if calls(script, "g") {
            printed("(3, 0)\r\nabc891568578\r\n('00000000', True)\r\n")
        } else {
            takes_files(script)
        }
    });
    let Err(Error::Fault(Fault { kind: FaultKind::Answer, phase, heard, .. })) = &got else {
        panic!("{got:?}")
    };
    assert!(phase.contains("digest"), "{phase}");
    assert_eq!(escaped(heard), "00000000");
    let missing = result(transport, Get::new("f", Vec::new()).expect("a path"), |script| {
        if calls(script, "g") {
            raised("ImportError: no module named 'hashlib'")
        } else {
            takes_files(script)
        }
    });
    assert!(matches!(missing, Err(Error::Exception(_))), "{missing:?}");
}

#[test]
fn debug_shows_no_contents() {
    let secret = || b"secret".to_vec();
    let put = Put::new(secret(), "f").expect("a path");
    let get = Get::new("f", secret()).expect("a path");
    let exec = Exec::new(secret(), |_| Ok(())).expect("code").input(secret()).expect("it fits");
    let captured = Exec::captured(secret(), 100).expect("code");
    let eval = Eval::new("secret").expect("code");
    for shown in [
        format!("{put:?}"),
        format!("{get:?}"),
        format!("{exec:?}"),
        format!("{captured:?}"),
        format!("{eval:?}"),
    ] {
        assert!(!shown.contains("secret") && !shown.contains("115, 101, 99"), "{shown}");
    }
}

//! How much of a file one script carries.

use rawpaste::{
    Choices, Encoding, Put, Value,
    testing::{
        Transport::{self, Bare, Unix, Windows},
        noise,
    },
};
use rstest::rstest;

use crate::board::{Board, WRITTEN, about, calls, printed, run, takes_files};

/// Returns how many bytes the literals of the data calls in a script hold.
fn carried(source: &[u8]) -> usize {
    let lines = source.split(|byte| *byte == b'\n');
    let calls = lines.filter(|line| {
        [&b"_rp.W("[..], b"_rp.U(", b"_rp.S(", b"_rp.I(", b"_rp.M("].contains(&&line[..line.len().min(6)])
    });
    calls.map(|line| first_bytes(&line[6..])).sum()
}

/// Returns the length of the first bytes literal among a call's arguments.
fn first_bytes(mut arguments: &[u8]) -> usize {
    loop {
        let (value, rest) = Value::read(arguments).expect("a literal");
        if let Value::Bytes(bytes) = value {
            return bytes.len();
        }
        arguments = rest.strip_prefix(b",").expect("bytes among the arguments");
    }
}

/// Whatever the board's memory, no script's literals hold more than the plan says, and most of them hold nearly that.
#[rstest]
fn no_script_carries_more_than_the_plan_says(#[values(Bare, Windows, Unix)] transport: Transport) {
    let text: Vec<u8> = (0..20_000_u32).flat_map(|at| format!("{at}\n").into_bytes()).collect();
    for kib in [6, 19, 20, 49, 50, 99, 100, 199, 200, 500] {
        for (content, encoding) in [(noise(1, 60_000), Encoding::Dense), (text.clone(), Encoding::Deflate)] {
            let (mut session, mut board) = (transport.session(), Board::new());
            let mut choices = Choices::default();
            (choices.encoding, choices.window_bits) = (Some(encoding), Some(9));
            let mut put = Put::new(content, "f").expect("a path").choices(choices);
            let told = run(&mut session, &mut board, &mut put, |script| {
                if calls(script, "i") { printed(&about(kib * 1024)) } else { takes_files(script) }
            });
            assert_eq!(told.result, Some(Ok(WRITTEN)));
            let literal = put.plan().expect("a plan").literal;
            let carried: Vec<_> =
                board.sources.iter().map(|source| carried(source)).filter(|n| *n > 0).collect();
            assert!(carried.iter().all(|carried| *carried <= literal), "{kib} KiB: {literal}, {carried:?}");
            let full = carried.iter().filter(|carried| **carried > literal * 3 / 4).count();
            assert!(5 * full >= 4 * (carried.len() - 1), "{kib} KiB, {encoding}: {literal}, {carried:?}");
        }
    }
}

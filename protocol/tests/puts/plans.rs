//! The plan as a table.

use rawpaste::{
    Board, Choices, Encoding, Plan, Scripts,
    testing::noise,
    testing::{
        Firmware,
        Transport::{self, Bare, Unix, Windows},
    },
};
use rstest::rstest;

use crate::bench::{bench, put, run, text};

/// What a session knows of a board with so many KiB of free memory.
fn board(transport: Transport, firmware: Firmware) -> Board {
    let mut session = transport.session();
    run(&mut session, &mut bench(firmware), put(b"x")).expect("a put");
    session.board().clone()
}

fn with_memory(transport: Transport, kib: usize) -> Board {
    board(transport, Firmware { heap: kib * 1024, ..Firmware::default() })
}

#[rstest]
fn literals_by_memory(#[values(Bare, Windows, Unix)] transport: Transport) {
    let table = [
        (6, 256, 256),
        (19, 256, 256),
        (20, 512, 2047),
        (49, 512, 2047),
        (50, 1024, 4095),
        (99, 1024, 4095),
        (100, 2048, 8192),
        (199, 2048, 8192),
        (200, 2048, 8192),
        (8000, 2048, 8192),
    ];
    for (kib, least, most) in table {
        let plan = Plan::new(&with_memory(transport, kib), &Choices::default(), 100_000, &noise(1, 4096));
        assert!((least..=most).contains(&plan.literal), "{kib} KiB: {plan}");
        assert!(4 * plan.literal <= kib * 1024, "{kib} KiB: it does not compile");
        assert_eq!((plan.scripts, plan.encoding), (Scripts::Chunks, Encoding::Dense), "{kib} KiB");
    }
    // A board that was not asked.
    let plan = Plan::new(&Board::default(), &Choices::default(), 100_000, &noise(1, 4096));
    assert_eq!((plan.literal, plan.encoding, plan.window_bits), (256, Encoding::Ascii, None), "{plan}");
}

#[rstest]
fn windows_by_memory(#[values(Bare, Windows, Unix)] transport: Transport) {
    let table = [
        (19, None),
        (20, Some(10)),
        (35, Some(11)),
        (45, Some(12)),
        (100, Some(13)),
        (300, Some(14)),
        (500, Some(15)),
    ];
    for (kib, bits) in table {
        let plan = Plan::new(&with_memory(transport, kib), &Choices::default(), 100_000, &text(4096));
        assert_eq!(plan.window_bits, bits, "{kib} KiB: {plan}");
        assert_eq!(plan.encoding == Encoding::Deflate, bits.is_some(), "{kib} KiB: {plan}");
    }
    // What does not shrink, or is too short for the definitions to pay.
    for (size, sample) in [(100_000, noise(1, 4096)), (1000, text(1000))] {
        assert_eq!(
            Plan::new(&with_memory(transport, 128), &Choices::default(), size, &sample).window_bits,
            None,
            "{size}"
        );
    }
    let lacks = [Firmware::circuitpython(), Firmware::microbit()];
    for firmware in lacks.map(|firmware| Firmware { read_only: false, ..firmware }) {
        assert_eq!(
            Plan::new(&board(transport, firmware), &Choices::default(), 100_000, &text(4096)).window_bits,
            None
        );
    }
}

#[rstest]
fn one_script_or_chunks(#[values(Bare, Windows, Unix)] transport: Transport) {
    let table = [
        (128, 3071, true),
        (128, 3072, false),
        (12, 1024, true),
        (12, 1025, false),
        (4, 1, false),
        (20, 3071, true),
    ];
    for (kib, size, one) in table {
        let plan = Plan::new(&with_memory(transport, kib), &Choices::default(), size, &[]);
        assert_eq!(plan.scripts == Scripts::One, one, "{kib} KiB, {size}: {plan}");
    }
    let plain = Firmware { read_only: false, ..Firmware::microbit() };
    let plan = Plan::new(&board(transport, plain), &Choices::default(), 10, &[]);
    assert!(plan.scripts == Scripts::Chunks && plan.literal <= 192, "{plan}");
}

#[rstest]
fn choices_come_first(#[values(Bare, Windows, Unix)] transport: Transport) {
    let board = with_memory(transport, 128);
    let choices = |encoding, window_bits, chunk| {
        let mut choices = Choices::default();
        (choices.encoding, choices.window_bits, choices.chunk) = (Some(encoding), window_bits, chunk);
        choices
    };
    for encoding in [Encoding::Dense, Encoding::Deflate, Encoding::Base64, Encoding::Ascii] {
        for sample in [noise(1, 4096), text(4096)] {
            let plan = Plan::new(&board, &choices(encoding, Some(9), Some(77)), 100_000, &sample);
            let bits = (encoding == Encoding::Deflate).then_some(9);
            assert_eq!((plan.encoding, plan.literal, plan.window_bits), (encoding, 77, bits), "{plan}");
        }
    }
}

/// Each choice is explained, one a line.
#[rstest]
fn a_plan_explains_itself(#[values(Bare, Windows, Unix)] transport: Transport) {
    let plan = Plan::new(&with_memory(transport, 128), &Choices::default(), 100_000, &text(4096));
    let shown = plan.to_string();
    assert_eq!(shown.lines().count(), plan.reasons().count(), "{shown}");
    for words in ["4096 bytes", "128 KiB", "8192 byte window", "chunks"] {
        assert!(shown.contains(words), "{shown}");
    }
    let flat = Firmware { read_only: false, ..Firmware::microbit() };
    let shown = Plan::new(&board(transport, flat), &Choices::default(), 10, &[]).to_string();
    assert!(shown.contains("no os.rename"), "{shown}");
}

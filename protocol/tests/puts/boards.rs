//! Each size, content and encoding on each board.

use rawpaste::{
    Choices, Encoding, Get, Placed, Plan, Scripts,
    testing::{
        Fault, Firmware, LinkShape,
        Transport::{self, Bare, Unix, Windows},
        Trouble, noise,
    },
};
use rstest::rstest;

use crate::bench::{WRITTEN, bench, put, run, temporary, text};

fn boards() -> [(&'static str, Firmware); 7] {
    let writable = Firmware { read_only: false, ..Firmware::circuitpython() };
    let little = Firmware { heap: 20 * 1024, ..Firmware::default() };
    let no_statvfs = Firmware::default().can;
    let no_statvfs = rawpaste::testing::Capabilities { statvfs: false, ..no_statvfs };
    [
        ("default", Firmware::default()),
        ("esp8266", Firmware::esp8266()),
        ("esp32", Firmware::esp32()),
        ("circuitpython", writable),
        ("micro:bit", Firmware::microbit()),
        ("20 KiB", little),
        ("no statvfs", Firmware { can: no_statvfs, ..Firmware::default() }),
    ]
}

fn encodings() -> [Option<Encoding>; 5] {
    let all = [Encoding::Dense, Encoding::Deflate, Encoding::Base64, Encoding::Ascii].map(Some);
    let [dense, deflate, base64, ascii] = all;
    [None, dense, deflate, base64, ascii]
}

/// It arrives whole, and of the second put nothing is sent but the question whether it is there.
#[rstest]
fn each_size_on_each_board(#[values(Bare, Windows, Unix)] transport: Transport) {
    for (name, firmware) in boards() {
        for size in [0, 1, 700, 3071, 3072, 9000] {
            for content in [noise(1, size), text(size)] {
                for encoding in encodings() {
                    arrives(
                        transport,
                        &format!("{name}, {size}, {encoding:?}"),
                        &firmware,
                        &content,
                        encoding,
                    );
                }
            }
        }
    }
}

fn arrives(
    transport: Transport,
    what: &str,
    firmware: &Firmware,
    content: &[u8],
    encoding: Option<Encoding>,
) {
    let (mut session, mut bench) = (transport.session(), bench(firmware.clone()));
    let mut choices = Choices::default();
    choices.encoding = encoding;
    let mut put = put(content).choices(choices.clone());
    assert_eq!(run(&mut session, &mut bench, &mut put), Ok(WRITTEN), "{what}");
    assert_eq!(bench.device.disk().get("f"), Some(content), "{what}");
    assert_eq!(bench.device.disk().files().count(), 1, "{what}: something else stays");
    let mut back = Vec::new();
    let get = Get::new("f", &mut back).expect("a path");
    assert_eq!(run(&mut session, &mut bench, get), Ok(content.len() as u64), "{what}");
    assert_eq!(back, content, "{what}");
    let plan = Plan::new(session.board(), &choices, content.len() as u64, content);
    let before = (bench.device.statistics().scripts, bench.wire.sent());
    let placed = run(&mut session, &mut bench, &mut put);
    let scripts = bench.device.statistics().scripts - before.0;
    let sent = bench.wire.sent() - before.1;
    assert_eq!(bench.device.disk().get("f"), Some(content), "{what}");
    if plan.scripts == Scripts::Chunks {
        assert_eq!((placed, scripts), (Ok(Placed::Same), 1), "{what}");
        assert!(sent < 200, "{what}: {sent} bytes to say nothing");
    } else {
        // Where its one script met a MemoryError it goes in chunks, behind a look.
        assert!(matches!(placed, Ok(WRITTEN | Placed::Same)), "{what}: {placed:?}");
    }
}

/// A path that lost bit 7 once, in the self-test, is a path of seven bits: content goes as base64, or as ASCII where
/// there is none, and what was forced for a better path falls back.
#[rstest]
fn a_path_of_seven_bits(#[values(Bare, Windows, Unix)] transport: Transport) {
    let binascii = rawpaste::testing::Capabilities { binascii: false, ..Firmware::default().can };
    let bare = Firmware { can: binascii, ..Firmware::default() };
    for (firmware, literals) in [(Firmware::default(), Encoding::Base64), (bare, Encoding::Ascii)] {
        let at = at_self_test(transport, &firmware);
        for (content, forced) in
            [(noise(1, 5000), None), (text(5000), None), (noise(1, 5000), Some(Encoding::Dense))]
        {
            let (mut session, mut bench) = (transport.session(), bench(firmware.clone()));
            bench.wire.add(Fault::up(at, Trouble::Corrupt(0x80)));
            let mut choices = Choices::default();
            choices.encoding = forced;
            let mut put = put(&content).choices(choices);
            assert_eq!(run(&mut session, &mut bench, &mut put), Ok(WRITTEN));
            assert_eq!(session.board().eight_bit(), Some(false));
            assert_eq!(bench.device.disk().get("f"), Some(&content[..]));
            let plan = put.plan().expect("a plan");
            let shrinks = content == text(5000);
            assert_eq!(plan.encoding, if shrinks { Encoding::Deflate } else { literals }, "{plan}");
        }
    }
}

/// Returns the offset on the wire of a byte with bit 7 in the self-test's first script.
fn at_self_test(transport: Transport, firmware: &Firmware) -> u64 {
    let (mut session, mut bench) = (transport.session(), bench(firmware.clone()));
    run(&mut session, &mut bench, put(b"")).expect("a put");
    for at in 0..bench.wire.sent() {
        let (mut session, mut bench) = (transport.session(), crate::bench::bench(firmware.clone()));
        bench.wire.add(Fault::up(at, Trouble::Corrupt(0x80)));
        let placed = run(&mut session, &mut bench, put(b""));
        if placed.is_ok() && session.board().eight_bit() == Some(false) {
            return at;
        }
    }
    panic!("no byte has bit 7")
}

/// Text takes the wire a third of the time that it takes as it is.
#[rstest]
fn text_shrinks_on_the_wire(#[values(Bare, Windows, Unix)] transport: Transport) {
    let content = text(20_000);
    let sent = |encoding| {
        let mut bench = rawpaste::testing::Bench::new(Firmware::default(), LinkShape::uart());
        let mut choices = Choices::default();
        choices.encoding = encoding;
        let put = put(&content).choices(choices);
        assert_eq!(run(&mut transport.session(), &mut bench, put), Ok(WRITTEN));
        assert_eq!(temporary(&bench), [""; 0]);
        bench.wire.sent()
    };
    let (planned, dense) = (sent(None), sent(Some(Encoding::Dense)));
    assert!(3 * planned < dense, "{planned} of {dense}");
}

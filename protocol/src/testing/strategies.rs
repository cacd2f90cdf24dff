//! proptest strategies, for tests of your own. They shrink towards one big piece, a plain board and no fault.

use alloc::{string::String, vec::Vec};
use core::time::Duration;

use proptest::{collection::vec, prelude::*, sample::select};

use crate::testing::{Direction, Fault, Firmware, Input, LinkShape, Manner, RawPaste, Transport, Trouble};

/// In which pieces a driver reads and writes, and how slowly; nothing is typed and nothing cancelled.
pub fn cuts() -> impl Strategy<Value = Manner> {
    let sizes = || vec(1..600_usize, 0..4);
    let pause = select([0, 0, 0, 1, 5].as_slice()).prop_map(Duration::from_millis);
    (sizes(), sizes(), pause).prop_map(|(reads, writes, pause)| {
        // An entry takes less than 5 s.
        let pause = if writes.iter().any(|size| *size < 5) { Duration::ZERO } else { pause };
        Manner { reads, writes, pause, ..Manner::default() }
    })
}

/// What the transport holds back, and under which preset.
pub fn transports() -> impl Strategy<Value = Transport> {
    select(Transport::ALL.as_slice())
}

/// The windows that boards announce, and those at the edges of what is allowed.
pub fn windows() -> impl Strategy<Value = u16> {
    select([128, 1, 2, 3, 4, 5, 32, 127, 255, 32_767].as_slice())
}

/// Boards with raw paste on which a put succeeds: windows, and input buffers that hold two of them.
pub fn firmware() -> impl Strategy<Value = Firmware> {
    let ample = |window: u16| usize::from(window) * 2;
    (windows(), any::<bool>(), 0..300_usize, any::<bool>()).prop_map(move |(window, drops, more, cooked)| {
        let room = ample(window).max(16) + more;
        let input = if drops { Input::Overflows(room) } else { Input::PushesBack(16 + more) };
        Firmware { raw_paste: RawPaste::Window(window), input, cooked, ..Firmware::default() }
    })
}

/// Links: at once, as slow as a UART, and far away.
pub fn links() -> impl Strategy<Value = LinkShape> {
    let far = LinkShape { rate: None, delay: Duration::from_millis(40) };
    select(alloc::vec![LinkShape::default(), LinkShape::uart(), LinkShape::usb(), far])
}

/// Contents of files, with the bytes that have a meaning to the REPL more often than chance has them.
pub fn contents(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        select([0, 1, 2, 3, 4, 5, 0x0a, 0x0d, 0x10, 0x11, 0x27, 0x5c, 0x30, 0xff].as_slice())
    ];
    vec(byte, 0..=longest)
}

/// Names of files that every file system of a board takes.
pub fn names() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_ '\"\u{e9}\u{20ac}-]{1,20}(\\.py)?".prop_filter("a name", |name| name.trim() == name)
}

const CHATTER: &[&[u8]] = &[b"tick\r\n", b"\x01", b"\x04", b">", b"OK", b"\x04\x04>"];

/// One thing that goes wrong on a link, within its first `bytes` bytes. What it does is over when the next run
/// begins: stalls are short, and few bytes are lost.
pub fn faults(bytes: u64) -> impl Strategy<Value = Fault> {
    let trouble = prop_oneof![
        (1..4_u64).prop_map(Trouble::Drop),
        (1..3_usize).prop_map(Trouble::Repeat),
        (1..=255_u8).prop_map(Trouble::Corrupt),
        (1..3000_u64).prop_map(|time| Trouble::Stall(Duration::from_millis(time))),
        select(CHATTER).prop_map(|text| Trouble::Chatter(text.to_vec())),
        Just(Trouble::Reset),
        Just(Trouble::End),
    ];
    let direction = prop_oneof![Just(Direction::Up), Just(Direction::Down)];
    (direction, 0..bytes, trouble).prop_map(|(direction, at, trouble)| Fault { direction, at, trouble })
}

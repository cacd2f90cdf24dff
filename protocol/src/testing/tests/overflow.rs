use alloc::{vec, vec::Vec};
use core::time::Duration;

use super::{START, answer, escaped, firmware, overflowing, pasting, raw};
use crate::testing::{Device, Firmware, Input};

const LATER: Duration = Duration::from_millis(10);

/// Sends `source` bytes of a comment, `^D` and an offer or none to a board that looks at nothing; returns how many were
/// dropped, and what it says when it looks again.
fn stalled(mut device: Device, source: usize, offer: bool) -> (u64, alloc::string::String) {
    device.stall(START + LATER);
    let mut bytes = vec![b'#'; source];
    bytes.push(4);
    if offer {
        bytes.extend(b"\x05A\x01");
    }
    assert_eq!(device.received(START, &bytes), bytes.len());
    assert_eq!(device.poll(START), Some(START + LATER));
    assert!(device.take_output().is_empty());
    (device.statistics().dropped, answer(&mut device, START + LATER))
}

/// Measured on a bare-metal MicroPython behind a ring that drops: the usable ring, the source bytes, what is dropped without and with an offer.
#[test]
fn rings_overflow_by_the_table() {
    let rows = [
        (259, 256, Some(0), Some(1)),
        (259, 255, None, Some(0)),
        (257, 256, None, Some(3)),
        (260, 256, None, Some(0)),
        (255, 252, Some(0), Some(1)),
        (255, 255, Some(1), Some(4)),
        (255, 256, Some(2), Some(5)),
        (255, 250, None, Some(0)),
        (255, 251, None, Some(0)),
        (127, 251, Some(125), Some(128)),
        (127, 256, Some(130), Some(133)),
        (63, 251, Some(189), Some(192)),
        (63, 256, Some(194), Some(197)),
    ];
    for (ring, source, without, with) in rows {
        for (offer, dropped) in [(false, without), (true, with)] {
            let Some(dropped) = dropped else { continue };
            let seen = stalled(pasting(overflowing(ring)), source, offer).0;
            assert_eq!(seen, dropped, "ring {ring}, source {source}, offer {offer}");
        }
    }
}

#[test]
fn the_newest_bytes_are_the_ones_dropped() {
    let offered = "R\\x01\\x80\\x00\\x01";
    let rows = [
        // The offer's last byte: the normal end, and silence; two bytes stay in the line.
        (259, 256, true, "\\x01\\x01\\x04\\x04\\x04>"),
        (259, 255, true, &["\\x01\\x04\\x04\\x04>", offered].concat()),
        // The ^D: grants, and silence.
        (255, 255, false, "\\x01"),
        (255, 256, false, "\\x01"),
        // Data before a grant: no grant ever.
        (127, 256, false, ""),
    ];
    for (ring, source, offer, expected) in rows {
        assert_eq!(
            stalled(pasting(overflowing(ring)), source, offer).1,
            expected,
            "ring {ring}, source {source}"
        );
    }
}

#[test]
fn what_pushes_back_loses_nothing() {
    for size in [64, 128, 512] {
        let mut device = pasting(Firmware { input: Input::PushesBack(size), ..firmware() });
        device.stall(START + LATER);
        let bytes = [vec![b'#'; 256], b"\x04\x05A\x01".to_vec()].concat();
        let taken = device.received(START, &bytes);
        assert_eq!(taken, size.min(bytes.len()));
        assert_eq!(device.received(START, &bytes[taken..]), 0);
        device.poll(START + LATER);
        assert_eq!(device.received(START + LATER, &bytes[taken..]), bytes.len() - taken);
        assert_eq!(answer(&mut device, START + LATER), "\\x01\\x01\\x04\\x04\\x04>R\\x01\\x80\\x00\\x01");
        assert_eq!((device.statistics().dropped, device.statistics().highest_fill), (0, size.min(260)));
    }
}

#[test]
fn a_slow_board_takes_its_time_for_each_byte() {
    let consume = Duration::from_micros(100);
    let mut device = raw(Firmware { consume, ..overflowing(63) });
    let mut now = START + consume;
    // The first byte is looked at as it arrives, 63 wait, 36 are dropped.
    assert_eq!(device.received(now, &[b'x'; 100]), 100);
    assert_eq!((device.statistics().dropped, device.statistics().highest_fill), (36, 63));
    let mut polls = 0;
    while let Some(next) = device.poll(now) {
        assert_eq!(next, now + consume);
        (now, polls) = (next, polls + 1);
    }
    assert_eq!(polls, 64);
}

#[test]
fn credit_is_watched() {
    // In one go, then in two: with the grant read or not.
    let rows: [(&[usize], bool, usize); 5] = [
        (&[256], false, 256),
        (&[257], true, 257),
        (&[255, 1], false, 256),
        (&[256, 0, 256], false, 256),
        (&[256, 0, 257], true, 257),
    ];
    for (writes, exceeded, unread) in rows {
        let mut device = pasting(firmware());
        let mut now = START;
        for &write in writes {
            if write == 0 {
                now += LATER;
                device.poll(now);
            }
            device.stall(now + LATER);
            device.received(now, &vec![b'#'; write]);
        }
        // The ^D and what is behind it need no credit.
        device.received(now, b"\x04\x05A\x01");
        let statistics = device.statistics();
        assert_eq!((statistics.credit_exceeded, statistics.highest_unread), (exceeded, unread), "{writes:?}");
    }
    // Data that waited for its offer counts.
    let mut device = raw(firmware());
    device.stall(START + LATER);
    device.received(START, &[&b"\x05A\x01"[..], &[b'#'; 257]].concat());
    device.poll(START + LATER);
    assert!(device.statistics().credit_exceeded);
}

/// 2000 bytes in windows, the offer at the end, without and with five bytes of the credit kept back.
#[test]
fn the_reserve_decides_whether_a_ring_of_255_holds() {
    for (reserve, dropped, highest) in [(0, 5, 255), (5, 0, 255)] {
        let mut device = pasting(overflowing(255));
        let mut now = START;
        let (mut sent, mut granted) = (0, 2);
        let source = vec![b'#'; 2000];
        while sent < source.len() {
            let credit = (granted * 128 - reserve).min(source.len()) - sent;
            device.stall(now + LATER);
            device.received(now, &source[sent..sent + credit]);
            sent += credit;
            if sent == source.len() {
                device.received(now, b"\x04\x05A\x01");
            }
            now += LATER;
            device.poll(now);
            granted += device.take_output().iter().filter(|byte| **byte == 1).count();
            assert!(credit > 0, "no grant came");
        }
        let statistics = device.statistics();
        assert!((statistics.dropped > 0) == (dropped > 0), "{statistics:?}");
        assert!(statistics.highest_fill <= highest);
        assert!(!statistics.credit_exceeded);
    }
}

#[test]
fn memory_follows_its_law() {
    let literal = |bytes: usize| [b"_rp.w(b'".to_vec(), vec![b'x'; bytes], b"')".to_vec()].concat();
    let heap = 1000;
    let undefined = "NameError: name '_rp' isn't defined\\r\\n\\x04>";
    let too_large = "\\x04MemoryError: memory allocation failed, allocating 252 bytes\\r\\n\\x04>";
    // A paste: four times the literal, and not the source.
    for (bytes, expected) in [(250, undefined), (251, too_large)] {
        let mut device = pasting(Firmware { heap, ..firmware() });
        let source: Vec<u8> = [vec![b'\n'; 5000], literal(bytes)].concat();
        device.received(START, &source);
        let early = escaped(&device.take_output()).contains("\\x04");
        assert_eq!(early, bytes == 251);
        device.received(START, b"\x04");
        assert!(answer(&mut device, START).ends_with(expected), "{bytes}");
    }
    // Plain raw mode: the line besides, which alone may be the firmware's end.
    for (bytes, expected) in [(198, undefined), (199, "allocating 200 bytes\\r\\n\\x04>")] {
        let mut device = raw(Firmware { heap, ..firmware() });
        device.received(START, &literal(bytes));
        device.received(START, b"\x04");
        assert!(answer(&mut device, START).ends_with(expected), "{bytes}");
    }
    for (bytes, stops) in [(1000, false), (1001, true)] {
        let mut device = raw(Firmware { heap, ..firmware() });
        device.received(START, &vec![b'#'; bytes]);
        assert_eq!(device.is_stopped(), stops);
        device.received(START, b"\x03print(1)\x04\x01\x02");
        assert_eq!(answer(&mut device, START).is_empty(), stops);
    }
}

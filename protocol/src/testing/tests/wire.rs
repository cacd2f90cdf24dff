use alloc::{string::String, vec, vec::Vec};
use core::time::Duration;

use super::{START, escaped, firmware, overflowing};
use crate::{
    Instant,
    testing::{Act, Device, Fault, Firmware, Input, LinkShape, Main, Program, Trouble, Wire},
};

const MS: Duration = Duration::from_millis(1);

/// Lets everything happen up to the board's and the link's rest; returns what the host heard, and when the last of it
/// came.
fn settle(wire: &mut Wire, device: &mut Device, mut now: Instant) -> (String, Instant) {
    let (mut heard, mut last) = (Vec::new(), now);
    for _ in 0..100_000 {
        wire.deliver(now, device);
        if wire.receive(now, usize::MAX, &mut heard) > 0 {
            last = now;
        }
        match wire.next_event(now) {
            Some(next) => now = next,
            None => return (escaped(&heard), last),
        }
    }
    panic!("it never came to rest: {}", escaped(&heard));
}

#[test]
fn bytes_take_the_time_of_rate_and_delay() {
    let shape = |rate, delay| LinkShape { rate, delay };
    let rows = [
        (shape(None, Duration::ZERO), Duration::ZERO),
        (shape(None, MS), MS * 2),
        // 4 bytes up, and the echo of each on its way down while the next comes up: 5 byte times.
        (shape(Some(1000), Duration::ZERO), MS * 5),
        (shape(Some(1000), MS * 10), MS * 25),
    ];
    for (shape, expected) in rows {
        let (mut wire, mut device) = (Wire::new(shape), Device::new(firmware()));
        assert_eq!(wire.send(START, b"abcd"), 4);
        let (heard, last) = settle(&mut wire, &mut device, START);
        assert_eq!((heard.as_str(), last), ("abcd", START + expected));
        assert_eq!((wire.sent(), wire.answered(), wire.received()), (4, 4, 4));
    }
}

#[test]
fn a_fast_link_carries_packets() {
    let rate = Some(1_000_000);
    let mut wire = Wire::new(LinkShape { rate, delay: MS });
    assert_eq!(wire.send(START, &[b'#'; 100]), 100);
    let at = |micros| START + Duration::from_micros(micros);
    assert_eq!(wire.next_event(START), Some(START));
    let mut device = Device::new(firmware());
    wire.deliver(at(1063), &mut device);
    assert_eq!(wire.answered(), 0);
    wire.deliver(at(1064), &mut device);
    assert_eq!(wire.answered(), 64);
    wire.deliver(at(1100), &mut device);
    assert_eq!(wire.answered(), 100);
}

#[test]
fn each_fault_does_its_work_once() {
    let rows = [
        (Fault::up(1, Trouble::Drop(2)), "adef"),
        (Fault::up(5, Trouble::Drop(1)), "abcde"),
        (Fault::up(1, Trouble::Repeat(2)), "abbbcdef"),
        (Fault::up(2, Trouble::Corrupt(2)), "abadef"),
        (Fault::up(2, Trouble::Chatter(b"XY".to_vec())), "abXYcdef"),
        (Fault::up(2, Trouble::Stall(MS)), "abcdef"),
        (Fault::up(2, Trouble::Reset), "abMicroPython\\r\\n>>> def"),
        (Fault::up(2, Trouble::End), ""),
        (Fault::down(1, Trouble::Drop(2)), "adef"),
        (Fault::down(1, Trouble::Repeat(1)), "abbcdef"),
        (Fault::down(2, Trouble::Corrupt(0x80)), "ab\\xe3def"),
        (Fault::down(2, Trouble::Chatter(b"[gc]".to_vec())), "ab[gc]cdef"),
        (Fault::down(2, Trouble::Stall(MS * 3)), "abcdef"),
        (Fault::down(2, Trouble::Reset), "abMicroPython\\r\\n>>> "),
        (Fault::down(2, Trouble::End), "ab"),
    ];
    for (fault, expected) in rows {
        let stalls = matches!(fault.trouble, Trouble::Stall(_));
        let ends = fault.trouble == Trouble::End;
        let resets = u32::from(fault.trouble == Trouble::Reset);
        let mut wire = Wire::with_faults(LinkShape::default(), [fault.clone()]);
        let mut device = Device::new(firmware());
        assert_eq!(wire.send(START, b"abcdef"), 6);
        let (heard, last) = settle(&mut wire, &mut device, START);
        assert_eq!(heard, expected, "{fault:?}");
        assert_eq!((last > START, wire.ended(), device.resets()), (stalls, ends, resets), "{fault:?}");
        // Once it is over the link is in good order, unless it is cut.
        let taken = wire.send(last, b"xy");
        assert_eq!(taken, if ends { 0 } else { 2 });
        assert_eq!(settle(&mut wire, &mut device, last).0, if ends { "" } else { "xy" }, "{fault:?}");
    }
}

#[test]
fn both_ends_hold_4_kib() {
    // A board that stopped reading: its buffer and the pipe fill.
    let mut device =
        Device::new(Firmware { input: Input::PushesBack(100), main: Main::Silent, ..firmware() });
    let mut wire = Wire::new(LinkShape { rate: None, delay: MS });
    assert_eq!(wire.send(START, &[b'x'; 10_000]), 4096);
    let mut now = START + MS;
    wire.deliver(now, &mut device);
    assert_eq!(wire.next_event(now), None);
    assert_eq!(wire.send(now, &[b'x'; 10_000]), 100);
    now += MS;
    wire.deliver(now, &mut device);
    assert_eq!(wire.send(now, b"x"), 0);

    // A host that does not read: the board stands still, and goes on when it does.
    let mut wire = Wire::new(LinkShape::default());
    let mut device = super::raw(firmware());
    device.register(Program::new("p", vec![Act::Print("x".repeat(1000)); 20]));
    assert_eq!(wire.send(START, b"p\x04"), 2);
    wire.deliver(START, &mut device);
    assert!(device.is_running());
    assert_eq!(wire.answered(), 4096);
    assert_eq!(settle(&mut wire, &mut device, START).0, ["OK", &"x".repeat(20_000), "\\x04\\x04>"].concat());
}

#[test]
fn a_slow_board_behind_a_fast_link_loses_or_delays() {
    let consume = Duration::from_micros(100);
    for (input, lossy) in [(Input::Overflows(63), true), (Input::PushesBack(63), false)] {
        let mut device = Device::new(Firmware { consume, input, ..overflowing(63) });
        let mut wire = Wire::new(LinkShape { rate: Some(1_000_000), delay: Duration::ZERO });
        assert_eq!(wire.send(START, &[b'x'; 500]), 500);
        let (heard, _) = settle(&mut wire, &mut device, START);
        // Some 5 bytes are looked at while 500 arrive, and 63 wait.
        assert_eq!(heard.len() < 80, lossy, "{}", heard.len());
        assert_eq!(device.statistics().dropped, 500 - heard.len() as u64);
    }
}

#![allow(clippy::unwrap_used)]

mod files;
mod handles;
mod machine;
mod overflow;
mod paste;
mod repl;
mod scripts;
mod wire;

use alloc::{string::String, vec::Vec};

use super::{Device, Firmware, Input, RawPaste};
use crate::Instant;

pub(super) const START: Instant = Instant::EPOCH;

/// Writes control bytes and what is no ASCII as escapes; quotes stand as they are.
pub(super) fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().map(char::from).collect::<String>().replace("\\\"", "\"").replace("\\'", "'")
}

/// A board without a word of chatter, that cooks its newlines.
pub(super) fn firmware() -> Firmware {
    Firmware { banner: "MicroPython".into(), help: false, ..Firmware::default() }
}

pub(super) fn overflowing(size: usize) -> Firmware {
    Firmware { input: Input::Overflows(size), ..firmware() }
}

pub(super) fn raw(firmware: Firmware) -> Device {
    let mut device = Device::with_helpers(firmware, &[]);
    assert_eq!(say(&mut device, b"\x01"), "\\r\\nraw REPL; CTRL-B to exit\\r\\n>");
    device
}

/// Opens a paste.
pub(super) fn pasting(firmware: Firmware) -> Device {
    let mut device = raw(firmware);
    let RawPaste::Window(window) = device.machine().firmware().raw_paste else { panic!("no raw paste") };
    let [low, high] = window.to_le_bytes();
    assert_eq!(say(&mut device, b"\x05A\x01"), escaped(&[b'R', 1, low, high, 1]));
    device
}

/// Sends bytes at the start of time and returns the answer, escaped.
pub(super) fn say(device: &mut Device, bytes: &[u8]) -> String {
    let taken = device.received(START, bytes);
    assert_eq!(taken, bytes.len());
    answer(device, START)
}

/// Returns what the board says up to `now`.
pub(super) fn answer(device: &mut Device, now: Instant) -> String {
    let mut out = Vec::new();
    loop {
        device.poll(now);
        let output = device.take_output();
        if output.is_empty() {
            return escaped(&out);
        }
        out.extend(output);
    }
}

/// Sends each row's bytes and compares what comes back.
pub(super) fn talk(device: &mut Device, rows: &[(&[u8], &str)]) {
    for (row, (bytes, expected)) in rows.iter().enumerate() {
        assert_eq!(say(device, bytes), *expected, "row {row}: {}", escaped(bytes));
    }
}

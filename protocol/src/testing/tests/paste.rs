use alloc::{string::ToString, vec, vec::Vec};
use core::time::Duration;

use super::{START, answer, firmware, overflowing, pasting, raw, say, talk};
use crate::testing::{Act, Device, Firmware, Input, Program, RawPaste};

const SYNTAX: &str = "\\x04Traceback (most recent call last):\\r\\n  File \"<stdin>\", line 1\\r\\n\
    SyntaxError: invalid syntax\\r\\n\\x04>";
const INTERRUPTED: &str = "\\x04Traceback (most recent call last):\\r\\n  File \"<stdin>\", line 1, in <module>\\r\\n\
    KeyboardInterrupt: \\r\\n\\x04>";
const OFFERED: &str = "R\\x01\\x80\\x00\\x01";

fn register(device: &mut Device) {
    device.register(Program::new("print(1)", [Act::Print("1\n".into())]));
    device.register(Program::new("x = = 3\n", [Act::SyntaxError { line: 1, after_bytes: 5 }]));
    device.register(Program::new("while 1:pass", [Act::RunForever]));
}

#[test]
fn grants_come_at_each_window_that_was_read() {
    for firmware in [firmware(), overflowing(260), Firmware { input: Input::PushesBack(128), ..firmware() }] {
        let mut device = pasting(firmware);
        let comment = |bytes| vec![b'#'; bytes];
        for (bytes, grants) in
            [(127, ""), (1, "\\x01"), (127, ""), (1, "\\x01"), (512, "\\x01\\x01\\x01\\x01")]
        {
            assert_eq!(say(&mut device, &comment(bytes)), grants);
        }
        assert_eq!(say(&mut device, b"\n\x04"), "\\x04\\x04\\x04>");
    }
}

#[test]
fn grants_follow_the_window() {
    for window in [1, 2, 3, 32, 32767] {
        let mut device = pasting(Firmware { raw_paste: RawPaste::Window(window), ..firmware() });
        for _ in 0..3 {
            assert_eq!(say(&mut device, &vec![b'#'; usize::from(window) - 1]), "");
            assert_eq!(say(&mut device, b"#"), "\\x01");
        }
    }
}

#[test]
fn pastes_end_as_on_a_board() {
    let offer = b"\x05A\x01";
    let rows: [(&[u8], Vec<&str>); 12] = [
        (b"print(1)\x04", vec!["\\x041\\r\\n\\x04\\x04>"]),
        (b"\x04", vec!["\\x04\\x04\\x04>"]),
        (b"  # nothing\n\n\x04", vec!["\\x04\\x04\\x04>"]),
        // Refused while it is read: an early ^D, the rest thrown away up to ^D or ^C.
        (b"x = = 3\nmore data\x04", vec!["\\x04", SYNTAX]),
        (b"x = = 3\nmore data\x03", vec!["\\x04", SYNTAX]),
        (b"x = = 3\nmore data\x04\x05A\x01", vec!["\\x04", SYNTAX, OFFERED]),
        // A literal that a newline breaks is refused at the newline, one that nothing ends at the end.
        (b"print('abc\nmore", vec!["\\x04"]),
        (b"print(b'abc\x04", vec!["\\x04", SYNTAX]),
        (b"print(1)\x03", vec!["\\x04\\x04KeyboardInterrupt: \\r\\n\\x04>"]),
        (b"print('\x03", vec!["\\x04\\x04KeyboardInterrupt: \\r\\n\\x04>"]),
        (b"print(1)\x03\x05A\x01", vec!["\\x04\\x04KeyboardInterrupt: \\r\\n\\x04>", OFFERED]),
        // What is behind the ^C is a plain raw script.
        (b"print(2)\x03print(1)\x04", vec!["\\x04\\x04KeyboardInterrupt: \\r\\n\\x04>OK1\\r\\n\\x04\\x04>"]),
    ];
    for (bytes, expected) in rows {
        for firmware in [firmware(), overflowing(259)] {
            let mut device = raw(firmware);
            register(&mut device);
            assert_eq!(say(&mut device, offer), OFFERED);
            assert_eq!(say(&mut device, bytes), expected.concat(), "{}", bytes.escape_ascii());
        }
    }
}

#[test]
fn one_more_ctrl_d_is_a_soft_reset() {
    let mut device = pasting(firmware());
    register(&mut device);
    talk(
        &mut device,
        &[
            (b"x = = 3\nmore", "\\x04"),
            (b"and more", ""),
            (b"\x04", SYNTAX),
            (b"\x04", "OK\\r\\nMPY: soft reboot\\r\\nraw REPL; CTRL-B to exit\\r\\n>"),
        ],
    );
}

#[test]
fn pastes_in_one_write_run_in_order() {
    let mut device = raw(firmware());
    register(&mut device);
    let good = "R\\x01\\x80\\x00\\x01\\x041\\r\\n\\x04\\x04>";
    let bad = [OFFERED, "\\x04", SYNTAX].concat();
    let all = b"\x05A\x01print(1)\x04\x05A\x01x = = 3\n\x04\x05A\x01print(1)\x04";
    assert_eq!(say(&mut device, all), [good, &bad, good].concat());
    assert_eq!((device.statistics().scripts, device.statistics().pastes), (2, 3));
}

#[test]
fn an_interrupt_hits_what_runs() {
    let mut device = pasting(overflowing(260));
    register(&mut device);
    talk(
        &mut device,
        &[
            (b"while 1:pass\x04", "\\x04"),
            (b"\x03", INTERRUPTED),
            // The offer waits for the end of the script, and is open then.
            (b"\x05A\x01while 1:pass\x04\x05A\x01", &[OFFERED, "\\x04"].concat()),
            (b"\x03", &[INTERRUPTED, OFFERED].concat()),
            (b"\x03", "\\x04\\x04KeyboardInterrupt: \\r\\n\\x04>"),
            // What was in the ring runs afterwards.
            (b"\x05A\x01while 1:pass\x04", &[OFFERED, "\\x04"].concat()),
            (b"print(1)\x04\x03", &[INTERRUPTED, "OK1\\r\\n\\x04\\x04>"].concat()),
        ],
    );
    let mut device = pasting(firmware());
    register(&mut device);
    // A buffer that pushes back loses it.
    talk(
        &mut device,
        &[
            (b"while 1:pass\x04", "\\x04"),
            (b"print(1)\x04\x03", INTERRUPTED),
            (b"\x04", "OK\\r\\nMPY: soft reboot\\r\\nraw REPL; CTRL-B to exit\\r\\n>"),
        ],
    );
}

#[test]
fn circuitpython_throws_away_what_follows_ctrl_c_in_its_packet() {
    for (ctrl_c_flushes, ready) in [(false, "OK1\\r\\n\\x04\\x04>"), (true, "")] {
        let mut device = pasting(Firmware { ctrl_c_flushes, ..firmware() });
        register(&mut device);
        assert_eq!(say(&mut device, b"while 1:pass\x04"), "\\x04");
        assert_eq!(say(&mut device, b"\x03print(1)\x04"), [INTERRUPTED, ready].concat());
        assert_eq!(say(&mut device, b"print(1)\x04"), "OK1\\r\\n\\x04\\x04>");
    }
}

#[test]
fn newlines_are_cooked_where_the_firmware_cooks_them() {
    for (cooked, newline) in [(true, "\\r\\n"), (false, "\\n")] {
        let mut device = pasting(Firmware { cooked, ..firmware() });
        let raise = Act::Raise { kind: "OSError".into(), message: "28".into(), line: 3 };
        device.register(Program::new(
            "x",
            [Act::Print("a\nb\r\n".into()), Act::Write(b"\n\x04\xff".to_vec()), raise],
        ));
        let cook = |text: &str| text.replace('N', newline);
        let expected = cook(
            "\\x04aNb\\rN\\n\\x04\\xff\\x04Traceback (most recent call last):N  File \"<stdin>\", line 3, in <module>N\
                OSError: 28N\\x04>",
        );
        assert_eq!(say(&mut device, b"x\x04"), expected);
    }
}

#[test]
fn a_script_reads_what_waits_and_what_comes() {
    let mut device = pasting(firmware());
    device.register(Program::new("in", [Act::ReadLine("name? ".into()), Act::PrintReadLine]));
    device.register(Program::new("b", [Act::ReadBytes(4), Act::PrintReadLine]));
    talk(
        &mut device,
        &[
            (b"in\x04", "\\x04name? "),
            (b"ab", "ab"),
            (b"\x7fc", "\\x08\\x1b[Kc"),
            (b"\n", ""),
            (b"\r", "\\r\\nac\\r\\n\\x04\\x04>"),
            (b"in\x04xy\rin\x04", "OKname? xy\\r\\nxy\\r\\n\\x04\\x04>OKname? "),
            (b"ab\x03", &["ab", INTERRUPTED].concat()),
            (b"in\x04\x04", &["OKname? ", INTERRUPTED].concat().replace("KeyboardInterrupt", "EOFError")),
            (b"b\x04\x00\x04\xff\x01", "OK\\x00\\x04\\xff\\x01\\r\\n\\x04\\x04>"),
        ],
    );
}

#[test]
fn sleep_ends_by_an_interrupt_and_work_does_not() {
    let second = Duration::from_secs(1);
    let half = START + second / 2;
    for (act, at_once) in [(Act::Sleep(second), true), (Act::Busy(second), false)] {
        let mut device = pasting(firmware());
        device.register(Program::new("x", [act.clone(), Act::Print("done\n".to_string())]));
        assert_eq!(say(&mut device, b"x\x04\x05A\x01x\x04"), "\\x04");
        assert_eq!(device.poll(half), Some(START + second));
        assert_eq!(answer(&mut device, START + second), ["done\\r\\n\\x04\\x04>", OFFERED, "\\x04"].concat());
        let later = START + second + second / 2;
        assert_eq!(device.received(later, b"\x03"), 1);
        let (now, then) = if at_once { (INTERRUPTED, "") } else { ("", INTERRUPTED) };
        assert_eq!(answer(&mut device, later), now);
        assert_eq!(answer(&mut device, START + second * 2), then);
    }
}

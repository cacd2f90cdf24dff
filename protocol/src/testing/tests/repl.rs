use alloc::string::ToString;

use super::{START, answer, firmware, raw, say, talk};
use crate::testing::{Act, Device, Firmware, Main, Program, RawPaste};
use core::time::Duration;

const BANNER: &str = "raw REPL; CTRL-B to exit\\r\\n>";

fn print(source: &str, text: &str) -> Program {
    Program::new(source, [Act::Print(text.to_string())])
}

#[test]
fn the_raw_repl_answers_byte_for_byte() {
    let mut device = Device::new(firmware());
    device.register(print("print(1)", "1\n"));
    device.register(print("\x05\u{1f600}", "5\n"));
    device.register(Program::new("x=(", [Act::SyntaxError { line: 2, after_bytes: 3 }]));
    talk(
        &mut device,
        &[
            (b"\r", "\\r\\n>>> "),
            (b"\x03", "\\r\\n>>> "),
            (b"\x01", "\\r\\nraw REPL; CTRL-B to exit\\r\\n>"),
            (b"\x01", BANNER),
            (b"\x03", ""),
            (b"print(1)\x04", "OK1\\r\\n\\x04\\x04>"),
            (
                b"x=(\x04",
                "OK\\x04Traceback (most recent call last):\\r\\n  File \"<stdin>\", line 2\\r\\n\
            SyntaxError: invalid syntax\\r\\n\\x04>",
            ),
            // A line that `^C` cleared is gone, one that `^A` met too.
            (b"print(2)\x03print(1)\x04", "OK1\\r\\n\\x04\\x04>"),
            (b"print(2)\x01print(1)\x04", "raw REPL; CTRL-B to exit\\r\\n>OK1\\r\\n\\x04\\x04>"),
            // Only ^A to ^D mean something.
            (b"\x05\xf0\x9f\x98\x80\x04", "OK5\\r\\n\\x04\\x04>"),
            (b"\x05B\x01", "R\\x00>"),
            (b"zz\x05A\x01", BANNER),
            (b"\x05A\x01", "R\\x01\\x80\\x00\\x01"),
            (b"\x03", "\\x04\\x04KeyboardInterrupt: \\r\\n\\x04>"),
            (b"\x02", "\\r\\nMicroPython\\r\\n>>> "),
        ],
    );
}

#[test]
fn an_offer_is_answered_as_the_firmware_does() {
    let rows = [
        (RawPaste::Window(128), "R\\x01\\x80\\x00\\x01"),
        (RawPaste::Window(0x1234), "R\\x014\\x12\\x01"),
        (RawPaste::Unanswered, "R\\x00>"),
        (RawPaste::Absent, BANNER),
    ];
    for (raw_paste, expected) in rows {
        let mut device = raw(Firmware { raw_paste, ..firmware() });
        assert_eq!(say(&mut device, b"\x05A\x01"), expected);
        assert_eq!(device.statistics().pastes, u32::from(matches!(raw_paste, RawPaste::Window(_))));
    }
    let mut old = raw(Firmware { raw_paste: RawPaste::Absent, ..firmware() });
    assert_eq!(say(&mut old, b"\x05B\x01"), BANNER);
}

#[test]
fn the_friendly_repl_edits_and_continues() {
    let mut device = Device::new(firmware());
    device.register(print("print(1)", "1\n"));
    device.register(print("if 1:\nprint(3)\n", "3\n"));
    device.register(print("print(\n2)", "2\n"));
    device.register(print("xyzbc", "moved\n"));
    talk(
        &mut device,
        &[
            (b"print(1)\r", "print(1)\\r\\n1\\r\\n>>> "),
            // ^A on a line only moves the cursor.
            (b"abc\x01", "abc\\x08\\x08\\x08"),
            (
                b"\x01xy\x04z\x05\r",
                "xabc\\x08\\x08\\x08yabc\\x08\\x08\\x08\\x1b[Kbc\\x08\\x08zbc\\x08\\x08bc\\r\\nmoved\\r\\n>>> ",
            ),
            (b"abcdef\x01Z\x05Y\x04\x03", "abcdef\\x1b[6DZabcdef\\x1b[6DabcdefY\\r\\n>>> "),
            (b"abc\x02\x7f\x03", "abc\\x08\\x08\\x1b[Kc\\x08\\r\\n>>> "),
            // ^A where a statement is continued is swallowed.
            (b"if 1:\r", "if 1:\\r\\n... "),
            (b"\x03", "\\r\\n>>> "),
            (b"if 1:\rprint(3)\r\r", "if 1:\\r\\n... print(3)\\r\\n... \\r\\n3\\r\\n>>> "),
            (b"print(\r2)\r", "print(\\r\\n... 2)\\r\\n2\\r\\n>>> "),
            (b"print(\r\x01", "print(\\r\\n... ... "),
            (b"\x03", "\\r\\n>>> "),
            (b"\x05", "\\r\\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\\r\\n=== "),
            // In paste mode ^A is data.
            (b"ab\x01c\rd", "ab\\x01c\\r\\n=== d"),
            (b"\x03", "\\r\\n>>> "),
            (
                b"\x05print(1)\x04",
                "\\r\\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\\r\\n=== print(1)\\r\\n1\\r\\n>>> ",
            ),
            (b"\x02", "\\r\\nMicroPython\\r\\n>>> "),
            (b"\x04", "\\r\\nMPY: soft reboot\\r\\nMicroPython\\r\\n>>> "),
        ],
    );
    assert_eq!((device.statistics().lone_ctrl_d, device.resets()), (1, 1));
    assert!(device.is_friendly());
    assert_eq!(say(&mut device, b"a"), "a");
    assert!(!device.is_friendly());
}

#[test]
fn the_whole_friendly_banner_has_the_line_about_help() {
    let mut device = Device::new(Firmware::default());
    assert_eq!(
        say(&mut device, b"\x02"),
        "\\r\\nMicroPython v1.29.0 on 2026-08-19; Simulated board with no processor\\r\\n\
            Type \"help()\" for more information.\\r\\n>>> "
    );
}

#[test]
fn soft_resets_keep_the_raw_repl_and_have_no_prompt_of_their_own() {
    let reset = "MPY: soft reboot\\r\\nraw REPL; CTRL-B to exit\\r\\n>";
    let mut device = raw(firmware());
    device.register(Program::new("sys.exit()", [Act::Print("a\n".into()), Act::Exit]));
    assert_eq!(say(&mut device, b"\x04"), ["OK\\r\\n", reset].concat());
    assert_eq!(say(&mut device, b"sys.exit()\x04"), ["OKa\\r\\n\\x04\\x04", reset].concat());
    let paste = ["R\\x01\\x80\\x00\\x01\\x04a\\r\\n\\x04\\x04", reset].concat();
    assert_eq!(say(&mut device, b"\x05A\x01sys.exit()\x04"), paste);
    // The offer outlives the reset.
    let ahead = [&paste, "R\\x01\\x80\\x00\\x01"].concat();
    assert_eq!(say(&mut device, b"\x05A\x01sys.exit()\x04\x05A\x01"), ahead);
    let statistics = device.statistics();
    assert_eq!((statistics.lone_ctrl_d, statistics.soft_resets, statistics.hard_resets), (1, 4, 0));
}

#[test]
fn a_hard_reset_talks_while_it_boots_and_hears_nothing() {
    let boot = Duration::from_millis(300);
    let mut device = Device::new(Firmware { boot, chatter: b"rom\nboot\nup\n".to_vec(), ..firmware() });
    device.disk_mut().insert("kept.txt", b"x");
    let at = |millis| START + Duration::from_millis(millis);
    device.reset(START);
    let rows = [(0, "rom\\n", Some(at(100))), (99, "", Some(at(100))), (100, "boot\\n", Some(at(200)))];
    for (millis, expected, next) in rows {
        assert_eq!(device.poll(at(millis)), next);
        assert_eq!(answer(&mut device, at(millis)), expected);
        assert_eq!(device.received(at(millis), b"\x01\x03abc"), 5);
    }
    assert_eq!(answer(&mut device, at(300)), "up\\nMicroPython\\r\\n>>> ");
    assert_eq!(device.disk().get("kept.txt"), Some(&b"x"[..]));
    assert_eq!((device.resets(), device.statistics().hard_resets), (1, 1));
}

#[test]
fn main_py_may_swallow_interrupts_and_print_for_ever() {
    let interrupted = "Traceback (most recent call last):\\r\\n  File \"main.py\", line 1, in <module>\\r\\n\
        KeyboardInterrupt: \\r\\nMicroPython\\r\\n>>> ";
    let silent = Firmware { main: Main::Silent, swallows_ctrl_c: 2, ..firmware() };
    let mut device = Device::new(silent);
    talk(&mut device, &[(b"\x03", ""), (b"\x01", ""), (b"\x03", ""), (b"\x03", interrupted)]);
    // A soft reset from the friendly prompt runs it again, with its appetite for ^C.
    talk(
        &mut device,
        &[(b"\x04", "\\r\\nMPY: soft reboot\\r\\n"), (b"\x03\x03", ""), (b"\x03", interrupted)],
    );

    let every = Duration::from_millis(1);
    let mut device = Device::new(Firmware { main: Main::Prints { text: "x\n".into(), every }, ..firmware() });
    assert_eq!(device.poll(START), Some(START + every));
    assert_eq!(answer(&mut device, START), "x\\r\\n");
    assert_eq!(answer(&mut device, START + every * 3), "x\\r\\nx\\r\\nx\\r\\n");
    assert_eq!(say(&mut device, b"\x03"), interrupted);
}

#[test]
fn a_board_whose_output_nobody_takes_stands_still() {
    let every = Duration::from_millis(1);
    let text = "0123456789abcdef".to_string();
    let mut device = Device::new(Firmware { main: Main::Prints { text, every }, ..firmware() });
    assert_eq!(device.poll(START), Some(START + every));
    let late = START + Duration::from_secs(1000);
    assert_eq!(device.poll(late), None);
    assert_eq!(device.output_waiting(), 4096);
    device.received(late, b"\x03");
    assert!(device.is_running());
    assert_eq!(device.take_output().len(), 4096);
    device.poll(late);
    assert!(!device.is_running());
}

//! What to say where no prompt was reached: what was heard, what was tried, and three things to do, which depend on
//! what was heard.

use rawpaste::escaped;

/// What stands there instead of a prompt, as far as its last bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instead {
    /// Nothing came.
    Silence,
    /// What was sent came back.
    Echo,
    /// Bytes that are no text.
    Garbage,
    /// An ESP chip's ROM, waiting for a firmware.
    Download,
    /// An ESP chip's ROM, which finds no firmware.
    NoFirmware,
    /// A shell, or a login.
    Shell,
    /// Another interpreter's prompt, or a REPL that has no raw mode.
    OtherRepl,
    /// Text that goes on.
    Program,
}

/// What is said of an entry in vain.
#[derive(Debug)]
pub(crate) struct Told {
    /// Completes "cannot ...: ".
    pub(crate) why: String,
    /// What to do, the likeliest first.
    pub(crate) steps: [String; 3],
}

/// Tells of an entry that was given up after so many attempts; `heard` came last, and `ports` says which there are.
pub(crate) fn tell(attempts: u32, heard: &[u8], ports: impl FnOnce() -> String) -> Told {
    let instead = Instead::of(heard);
    let what = instead.what();
    let heard = if heard.is_empty() { String::from("nothing") } else { format!("\"{}\"", escaped(heard)) };
    let times = if attempts == 1 { String::from("once") } else { format!("{attempts} times") };
    let why = format!(
        "{what}\n  heard last: {heard}\n  tried: {times} ^C, to stop what runs, and ^A, for the raw REPL"
    );
    Told { why, steps: instead.steps(ports) }
}

impl Instead {
    fn of(heard: &[u8]) -> Self {
        let has = |text: &str| heard.windows(text.len()).any(|part| part == text.as_bytes());
        let ends = |ends: &[&str]| ends.iter().any(|end| heard.ends_with(end.as_bytes()));
        if heard.is_empty() {
            Self::Silence
        } else if heard.iter().all(|byte| matches!(byte, 1 | 3)) {
            Self::Echo
        } else if is_garbage(heard) {
            Self::Garbage
        } else if has("waiting for download") || has("DOWNLOAD(") || has("DOWNLOAD_BOOT(") {
            Self::Download
        } else if has("invalid header: 0x") || has("flash read err") {
            Self::NoFirmware
        } else if ends(&["$ ", "# ", "% ", "login: ", "assword: "]) {
            Self::Shell
        } else if ends(&["> ", "... "]) {
            Self::OtherRepl
        } else {
            Self::Program
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Silence => "nothing answers",
            Self::Echo => "what is sent comes back, and nothing else",
            Self::Garbage => "what answers is no text, as with another speed",
            Self::Download => "the chip waits for a firmware in its ROM's bootloader",
            Self::NoFirmware => "the chip finds no firmware that it could start",
            Self::Shell => "a shell or a login answers, not MicroPython",
            Self::OtherRepl => "a prompt answers that has no raw REPL",
            Self::Program => "a program runs there that does not end on ^C",
        }
    }

    fn steps(self, ports: impl FnOnce() -> String) -> [String; 3] {
        const RESET: &str = "press the board's reset button, and run the command again while it starts";
        const LINES: &str =
            "reset it from here, if it listens to DTR and RTS (ESP32, ESP8266): rawpaste reset --line";
        const FLASH: &str = "put MicroPython on it: https://micropython.org/download";
        match self {
            Self::Silence => [
                format!("look whether it is the right port; {}", ports()),
                RESET.into(),
                "see that MicroPython is on it and has its REPL on this port, at 115200 baud".into(),
            ],
            Self::Echo => [
                format!("look whether a board is behind this port; {}", ports()),
                "see that the port's TX goes to the board's RX, and its RX to the board's TX".into(),
                RESET.into(),
            ],
            Self::Garbage => [
                "see that the board's REPL is at 115200 baud: its boot.py may have set another speed".into(),
                "look at the cable: ground must be joined, and the levels must be those of the board (3.3 V)".into(),
                RESET.into(),
            ],
            Self::Download => [
                "press the board's reset button, and not its boot button".into(),
                LINES.into(),
                FLASH.into(),
            ],
            Self::NoFirmware => [
                FLASH.into(),
                "if it is on it, erase the flash and write it again, at the offset that its page names".into(),
                "see that the board has enough power: another cable, another port, no hub".into(),
            ],
            Self::Shell => [
                format!("look whether it is the right port; {}", ports()),
                "if MicroPython is to be started from there, log in, start it, and run the command again".into(),
                "close what else talks on this line, a modem manager or a terminal of that system's own".into(),
            ],
            Self::OtherRepl => [
                "see what is on the board (rawpaste repl, or a terminal program): it must be MicroPython or CircuitPython"
                    .into(),
                FLASH.into(),
                RESET.into(),
            ],
            Self::Program => [
                RESET.into(),
                LINES.into(),
                "start it in safe mode, without its main.py (pyboard: hold USR while it is reset; CircuitPython: press \
                 reset once more while its light is yellow), and mend or remove that file"
                    .into(),
            ],
        }
    }
}

/// More than a quarter of it is neither text nor what terminals act on.
fn is_garbage(heard: &[u8]) -> bool {
    // The first character may be cut.
    let text = String::from_utf8_lossy(heard);
    let odd = |character: char| {
        character == char::REPLACEMENT_CHARACTER
            || (character.is_control()
                && !matches!(character, '\r' | '\n' | '\t' | '\x08' | '\x1b' | '\x03'..='\x04'))
    };
    let (all, odd) = (text.chars().count(), text.chars().filter(|character| odd(*character)).count());
    odd * 4 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_is_known_by_what_it_says() {
        let cases: [(&[u8], Instead); 19] = [
            (b"", Instead::Silence),
            (b"\x03\x01\x03\x01", Instead::Echo),
            (b"\xff\xfe\x00\x80\xf8\x00\xe0\x80\x80", Instead::Garbage),
            (b"\x00\x00\x00\x00", Instead::Garbage),
            (b"rl\x9clll\x8c|\x8e\x82l\xe2\x84\x02\x8c\x9c\xe2\x82", Instead::Garbage),
            (
                b"rst:0x1 (POWERON),boot:0x4 (DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n",
                Instead::Download,
            ),
            (b"boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\n", Instead::Download),
            (b"invalid header: 0xffffffff\r\ninvalid header: 0xffffffff\r\n", Instead::NoFirmware),
            (b"flash read err, 1000\r\nets_main.c 371\r\n", Instead::NoFirmware),
            (b"^C\r\npi@raspberrypi:~$ ", Instead::Shell),
            (b"^C^A\r\nroot@OpenWrt:/# ", Instead::Shell),
            (b"raspberrypi login: ", Instead::Shell),
            (b"\r\nKeyboardInterrupt\r\n>>> ", Instead::OtherRepl),
            (b"\r\nNodeMCU 3.0\r\n> ", Instead::OtherRepl),
            (b"temperature 21\r\ntemperature 21\r\n", Instead::Program),
            ("Temperatur 21 °C, Höhe 3 µm\r\n".as_bytes(), Instead::Program),
            // It begins within a character.
            (&"°C\r\n".as_bytes()[1..], Instead::Program),
            (b"\x1b[2J\x1b[Htick", Instead::Program),
            (b"no\r\n", Instead::Program),
        ];
        for (heard, instead) in cases {
            assert_eq!(Instead::of(heard), instead, "{}", heard.escape_ascii());
        }
    }

    #[test]
    fn the_steps_fit_and_what_was_heard_is_escaped() {
        let told = tell(7, b"\x1b[2Jno\r\n", || unreachable!("the ports do not matter"));
        assert!(told.why.contains("does not end on ^C") && told.why.contains("7 times"), "{}", told.why);
        assert!(told.why.contains(r#"heard last: "\x1b[2Jno\r\n""#), "{}", told.why);
        assert!(told.steps[0].contains("reset button"), "{:?}", told.steps);
        let told = tell(1, b"", || "these ports are here: COM7".into());
        assert!(told.why.contains("heard last: nothing") && told.why.contains("once"), "{}", told.why);
        assert!(told.steps[0].contains("COM7"), "{:?}", told.steps);
        for heard in
            [&b""[..], b"\x01", b"\xff\xff", b"waiting for download", b"flash read err", b"$ ", b"> ", b"x"]
        {
            let steps = tell(1, heard, String::new).steps;
            assert!(steps.iter().all(|step| step.len() > 20), "{steps:?}");
        }
    }
}

use alloc::{string::String, vec::Vec};
use core::time::Duration;

use crate::testing::FileSystem;

/// How firmware answers an offer of raw paste, `05 41 01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawPaste {
    /// Accepts it, with this window.
    Window(u16),
    /// Knows the request and refuses it: `R\x00`.
    Unanswered,
    /// Does not know it, as before 1.14: the raw banner again.
    Absent,
}

/// What the input buffer does with a byte that does not fit. The number is how many bytes it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Drops it without a word, as UART ports do. A `^C` is taken out as it arrives; the buffer is kept.
    Overflows(usize),
    /// Leaves it on the link, as USB ports do. A `^C` throws away what waits in the buffer, and is not seen while
    /// the buffer is full.
    PushesBack(usize),
}

/// What `main.py` does after a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Main {
    /// There is none: the friendly prompt.
    Prompt,
    /// Runs for ever without a word.
    Silent,
    /// Prints a line again and again.
    Prints {
        /// What it prints, with its newline.
        text: String,
        /// The time between two lines.
        every: Duration,
    },
}

/// What the firmware can do; helpers' twins consult it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// `hashlib.sha256`.
    pub sha256: bool,
    /// `hashlib.new`, as CircuitPython has it.
    pub hashlib_new: bool,
    /// `binascii`.
    pub binascii: bool,
    /// `deflate.DeflateIO`, to read.
    pub deflate: bool,
    /// `sys.stdout.buffer`.
    pub stdout_buffer: bool,
    /// `os.statvfs`.
    pub statvfs: bool,
    /// `machine.reset` and `machine.bootloader`.
    pub reset: bool,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            sha256: true,
            hashlib_new: false,
            binascii: true,
            deflate: true,
            stdout_buffer: true,
            statvfs: true,
            reset: true,
        }
    }
}

/// What a simulated board is like. Start from [`Firmware::default`] and change what matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firmware {
    /// The first line of the friendly banner, without its newline; empty for a board without one.
    pub banner: String,
    /// The second line, which ports with `help()` print.
    pub help: bool,
    /// `os.uname().machine`, and what follows `;` in the usual banner.
    pub machine: String,
    /// `sys.implementation.version`.
    pub version: (u8, u8, u8),
    /// The friendly prompt, `sys.ps1`.
    pub ps1: String,
    /// How an offer of raw paste is answered.
    pub raw_paste: RawPaste,
    /// The input buffer.
    pub input: Input,
    /// A `^C` throws away what follows it in the same packet, as on CircuitPython, while code runs.
    pub ctrl_c_flushes: bool,
    /// `print` writes `\n` as `\r\n`. Boards do, the unix port does not.
    pub cooked: bool,
    /// Free bytes of the heap.
    ///
    /// All literals of a script cost four times their source while it compiles; in plain raw mode the source
    /// costs its length besides. A paste that outgrows the heap raises `MemoryError` at the byte that does not fit;
    /// a plain raw line that outgrows it by its length alone stops the firmware for good.
    pub heap: usize,
    /// What the file system is.
    pub file_system: FileSystem,
    /// How many bytes the disk holds.
    pub disk: usize,
    /// Nothing may be written to the disk: `OSError` 30.
    pub read_only: bool,
    /// What else it can do.
    pub can: Capabilities,
    /// How long a byte of input takes.
    pub consume: Duration,
    /// How long a block of 512 bytes takes to be written.
    pub flash: Duration,
    /// What a soft reset prints.
    pub soft_reset: String,
    /// How long a hard reset takes; what arrives in that time is lost.
    pub boot: Duration,
    /// What a hard reset prints in that time.
    pub chatter: Vec<u8>,
    /// What `main.py` does.
    pub main: Main,
    /// How many `^C` `main.py` ignores after each start.
    pub swallows_ctrl_c: u32,
}

impl Default for Firmware {
    fn default() -> Self {
        Self {
            banner: "MicroPython v1.29.0 on 2026-08-19; Simulated board with no processor".into(),
            help: true,
            machine: "Simulated board with no processor".into(),
            version: (1, 29, 0),
            ps1: ">>> ".into(),
            raw_paste: RawPaste::Window(128),
            input: Input::PushesBack(512),
            ctrl_c_flushes: false,
            cooked: true,
            heap: 128 * 1024,
            file_system: FileSystem::Littlefs,
            disk: 1024 * 1024,
            read_only: false,
            can: Capabilities::default(),
            consume: Duration::ZERO,
            flash: Duration::ZERO,
            soft_reset: "MPY: soft reboot\r\n".into(),
            boot: Duration::ZERO,
            chatter: Vec::new(),
            main: Main::Prompt,
            swallows_ctrl_c: 0,
        }
    }
}

impl Firmware {
    /// A UART board as an esp8266 is one: a ring of 255 bytes that overflows, little memory.
    #[must_use]
    pub fn esp8266() -> Self {
        Self { input: Input::Overflows(255), heap: 24 * 1024, ..Self::default() }
    }

    /// A UART board as an esp32 is one: a ring of 259 bytes that overflows, and a boot that talks.
    #[must_use]
    pub fn esp32() -> Self {
        Self {
            input: Input::Overflows(259),
            boot: Duration::from_millis(300),
            chatter:
                b"ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13\r\nentry 0x400805f0\r\n"
                    .into(),
            ..Self::default()
        }
    }

    /// CircuitPython on USB, with its drive mounted by the host.
    #[must_use]
    pub fn circuitpython() -> Self {
        Self {
            banner: "Adafruit CircuitPython 10.3.0 on 2026-08-21; Simulated board with no processor".into(),
            help: false,
            version: (10, 3, 0),
            ctrl_c_flushes: true,
            file_system: FileSystem::Fat,
            read_only: true,
            soft_reset: "soft reboot\r\n".into(),
            can: Capabilities {
                sha256: false,
                hashlib_new: true,
                deflate: false,
                stdout_buffer: false,
                ..Capabilities::default()
            },
            ..Self::default()
        }
    }

    /// A micro:bit V1: no raw paste, a buffer of 63 bytes that overflows, flat files and nothing besides.
    #[must_use]
    pub fn microbit() -> Self {
        Self {
            banner: "MicroPython v1.9.2-34-gd64154c73 on 2017-09-01; micro:bit v1.0.1 with nRF51822".into(),
            machine: "micro:bit with nRF51822".into(),
            version: (1, 9, 2),
            raw_paste: RawPaste::Absent,
            input: Input::Overflows(63),
            heap: 8 * 1024,
            file_system: FileSystem::Flat,
            disk: 30 * 1024,
            soft_reset: "soft reboot\r\n".into(),
            can: Capabilities {
                sha256: false,
                hashlib_new: false,
                binascii: false,
                deflate: false,
                stdout_buffer: false,
                statvfs: false,
                reset: true,
            },
            ..Self::default()
        }
    }

    /// The friendly banner without the prompt.
    pub(crate) fn friendly_banner(&self) -> String {
        let mut text = self.banner.clone();
        text.push_str("\r\n");
        if self.help {
            text.push_str("Type \"help()\" for more information.\r\n");
        }
        text
    }
}

use core::{num::NonZeroUsize, time::Duration};

use crate::{Holds, Policy};

/// How long the engine waits while a board says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// So long, then it is a fault.
    For(Duration),
    /// For ever: [`interrupt`](crate::Run::interrupt) ends it. The engine wakes up once a minute.
    Forever,
}

/// How fast plain raw mode goes, which has no flow control: so many bytes, then a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Bytes in one go, at least 1.
    pub bytes: usize,
    /// The time from one go to the next.
    pub every: Duration,
}

impl Pace {
    /// What a micro:bit V1 takes: its buffer holds 63 bytes.
    pub const MICROBIT_V1: Self = Self { bytes: 32, every: Duration::from_millis(5) };
}

/// How source goes to the board.
///
/// [`Windowed`](Self::Windowed) is right everywhere. Choose [`Open`](Self::Open) only for a link that pushes back all the way to the
/// board, so that nothing can be lost however much is sent: a board's own USB port where its firmware runs TinyUSB (RP2040,
/// ESP32-S2 and S3, SAMD, nRF52840, i.MX RT) or a USB-Serial-JTAG controller (ESP32-C3 and later). Not for a USB to UART bridge, an
/// stm32's USB port (its own stack drops what does not fit), or a socket or pseudo-terminal that may end in a UART.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flow {
    /// Within the credit that the board grants (two windows, 256 bytes on most), one script at a time. A link of 2 ms
    /// there and back takes 128 KiB a second then, one of 115200 baud all that it can.
    #[default]
    Windowed,
    /// Whatever the credit, with up to two scripts in flight where they are
    /// [independent](crate::Script::independent), from the second script of a connection on. At the first loss the
    /// session goes on windowed, and says so ([`Event::Windowed`](crate::Event::Windowed)). Boards without raw paste, with a
    /// window below 5 bytes or with [`Config::in_flight`] stay windowed.
    Open,
}

/// What a [`Session`](crate::Session) must be told; the default suits every board.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// How long a silence of the board may be before it is a fault; a script may ask for another. 10 s.
    pub patience: Duration,
    /// How long it may take to reach a clean prompt, counted in time and not in silence. 5 s.
    pub entry: Duration,
    /// How long to wait for anything after the first `^C`; a longer wait at each attempt. In raw mode a `^C` answers
    /// nothing, and this is the one wait by the clock. 100 ms.
    pub quiet: Duration,
    /// How long to wait for the raw REPL's banner; longer at each attempt. 300 ms.
    pub banner: Duration,
    /// How source goes to the board. Windowed.
    pub flow: Flow,
    /// The pace of plain raw mode, for boards without raw paste. 256 bytes each 10 ms.
    pub pace: Pace,
    /// How many bytes the board's input buffer holds, where it is known to be smaller than two windows of a paste
    /// (CircuitPython on a UART 64, micro:bit V2 128): source then goes in pieces of this size, each
    /// [`Pace::every`], and never beyond the credit. None.
    pub in_flight: Option<NonZeroUsize>,
    /// The longest script in plain raw mode, in bytes: one that outgrows the heap stops most
    /// firmware, since the line is collected outside any exception handler. 1024.
    pub plain_limit: usize,
    /// How many bytes the literals of one script of a put may hold; otherwise the board's memory decides. None.
    pub chunk: Option<NonZeroUsize>,
    /// What the transport holds back until it is flushed. Nothing.
    pub holds: Holds,
    /// When to flush a transport that holds back, and how much goes in one write; one that makes no sense is refused by
    /// the first run ([`Policy::check`]). The host's preset.
    pub policy: Policy,
    /// Tells this session's helpers from another's on the same board: give each process another. Its lower 30 bits count,
    /// 0 as 1, so that a board without long integers can hold it. 1.
    pub nonce: u32,
}

impl Config {
    /// Returns how source goes on a path of which nothing else is known.
    pub(crate) const fn possible_flow(&self) -> Flow {
        if self.in_flight.is_none() { self.flow } else { Flow::Windowed }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(10),
            entry: Duration::from_secs(5),
            quiet: Duration::from_millis(100),
            banner: Duration::from_millis(300),
            flow: Flow::Windowed,
            pace: Pace { bytes: 256, every: Duration::from_millis(10) },
            in_flight: None,
            plain_limit: 1024,
            chunk: None,
            holds: Holds::Nothing,
            policy: Policy::host(),
            nonce: 1,
        }
    }
}

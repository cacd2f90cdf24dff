use alloc::string::String;
use core::num::NonZeroUsize;

use crate::{Config, Flow, Quoting, ops::SelfTest};

/// What is known of the board on this link. Save it with `clone` and give it to a later session
/// ([`Session::with_board`](crate::Session::with_board)): it then asks less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    pub(crate) about: Option<About>,
    pub(crate) eight_bit: Option<bool>,
    pub(crate) self_test: SelfTest,
    pub(crate) plain: bool,
    flow: Flowing,
    /// How many bytes the literals of a script hold, if the session says so.
    chunk: Option<NonZeroUsize>,
}

/// How source goes on this path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Flowing {
    /// Within the credit.
    #[default]
    Windowed,
    /// Within the credit until a raw paste was answered, then openly.
    Opens,
    /// Openly.
    Open,
}

impl Board {
    /// Returns what the board is and can do, once an operation that needs it has run.
    #[must_use]
    pub const fn about(&self) -> Option<&About> {
        self.about.as_ref()
    }

    /// Returns whether the path to the board carries all byte values, once data was to be sent.
    #[must_use]
    pub const fn eight_bit(&self) -> Option<bool> {
        self.eight_bit
    }

    /// Returns whether the board lacks raw paste, so that scripts go in plain raw mode, short and paced.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.plain
    }

    /// Returns how source goes on this path: what [`Config::flow`] asks for, until bytes were lost. An open flow begins once a
    /// raw paste was answered.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        match (self.flow, self.plain) {
            (Flowing::Opens | Flowing::Open, false) => Flow::Open,
            (Flowing::Windowed, _) | (_, true) => Flow::Windowed,
        }
    }

    /// Returns how bytes are quoted on this path. In an open flow a script may arrive before its offer did, or without it, and
    /// so at the raw REPL itself.
    #[must_use]
    pub const fn quoting(&self) -> Quoting {
        match (self.eight_bit, self.flow()) {
            (Some(false), _) => Quoting::Ascii,
            (None, _) if self.self_test.unsure => Quoting::Ascii,
            (_, Flow::Open) => Quoting::DensePlain,
            (_, Flow::Windowed) if self.plain => Quoting::DensePlain,
            (_, Flow::Windowed) => Quoting::Dense,
        }
    }

    /// Returns how the next script goes.
    pub(crate) const fn next_flow(&self) -> Flow {
        match self.flow {
            Flowing::Open => self.flow(),
            Flowing::Windowed | Flowing::Opens => Flow::Windowed,
        }
    }

    /// A script was answered; if it was a raw paste, an open flow may begin.
    pub(crate) const fn answered(&mut self) {
        if matches!(self.flow, Flowing::Opens) && !self.plain {
            self.flow = Flowing::Open;
        }
    }

    /// Bytes were lost; returns whether that ends an open flow.
    pub(crate) const fn close_flow(&mut self) -> bool {
        !matches!(core::mem::replace(&mut self.flow, Flowing::Windowed), Flowing::Windowed)
    }

    /// Forgets what belongs to the path and not to the board: one damaged answer may have said that there is no raw paste.
    pub(crate) const fn on_another_path(mut self, config: &Config) -> Self {
        self.eight_bit = None;
        self.self_test = SelfTest::NEW;
        self.plain = false;
        self.flow = match config.possible_flow() {
            Flow::Windowed => Flowing::Windowed,
            Flow::Open => Flowing::Opens,
        };
        self.chunk = config.chunk;
        self
    }

    /// Returns how many bytes the literals of a script hold, if the session says so.
    #[cfg(feature = "transfer")]
    pub(crate) fn chunk(&self) -> Option<usize> {
        self.chunk.map(NonZeroUsize::get)
    }
}

/// What a board is and can do, as its own modules say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// `sys.implementation.name`: `micropython` or `circuitpython`.
    pub name: String,
    /// `sys.implementation.version`: `1.29.0`.
    pub version: String,
    /// `sys.implementation._machine`: `Raspberry Pi Pico with RP2040`.
    pub machine: String,
    /// `sys.platform`: `rp2`.
    pub platform: String,
    /// `machine.unique_id()` in hex, or empty.
    pub unique_id: String,
    /// `gc.mem_free()` after a collection, in bytes.
    pub free: u64,
    /// The digest that the board computes fastest without being weak.
    pub digest: DigestKind,
    /// Whether `sys.stdout.buffer` takes bytes as they are.
    pub binary_output: bool,
    /// Whether `binascii.b2a_base64` is there.
    pub base64: bool,
    /// Whether `binascii.crc32` is there, with all its 32 bits.
    pub crc32: bool,
    /// Whether `deflate.DeflateIO` is there.
    pub deflate: bool,
    /// Whether `os.rename` is there.
    pub rename: bool,
    /// Whether there is a file system.
    pub files: bool,
}

/// Which digest a board can compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigestKind {
    /// SHA-256, by `hashlib`.
    Sha256,
    /// CRC-32, by `binascii`.
    Crc32,
    /// Adler-32, computed in Python: every board can.
    #[default]
    Adler32,
}

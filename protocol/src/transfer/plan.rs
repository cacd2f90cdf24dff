//! How a file travels: decided from what the board can do, its memory, the size and the content.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

#[cfg(feature = "deflate")]
use super::deflate;
use super::memory::{allows, fits_one};
use crate::{About, Board, Flow};

/// Up to this size a file goes in one script, where the board's memory allows.
pub(super) const SMALL: u64 = 3072;
/// What the definitions of the stream's helpers cost on the wire, in bytes: so much must be saved.
const DEFINITIONS: u64 = 1000;
/// How many bytes of a file one script carries in plain raw mode, where scripts are short.
const PLAIN: usize = 192;

/// What a caller decides; what is `None` the [`Plan`] does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choices {
    /// How many bytes the literals of one script may hold; at least 1.
    pub chunk: Option<usize>,
    /// How content is written.
    pub encoding: Option<Encoding>,
    /// The window of the deflate stream, as the power of two of its bytes: 9 to 15.
    pub window_bits: Option<u8>,
}

/// How content is written in scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Bytes as they are, but for the few that a literal must escape: 1.024 on the wire for each random byte.
    Dense,
    /// The connection's one deflate stream; what comes out of it is written as the path allows.
    Deflate,
    /// Base64, for a path that does not carry all values: 1.33 on the wire for each byte.
    Base64,
    /// Escapes in ASCII, where there is no base64 either: up to 4 on the wire for each byte.
    Ascii,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dense => "dense",
            Self::Deflate => "deflate",
            Self::Base64 => "base64",
            Self::Ascii => "ascii",
        })
    }
}

/// How many scripts a file takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scripts {
    /// One, from the first byte to the rename.
    One,
    /// One for each chunk; the first looks at what is there, unless the caller knows.
    Chunks,
}

impl fmt::Display for Scripts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one script",
            Self::Chunks => "chunks",
        })
    }
}

/// How a file travels, and why.
///
/// [`Display`](fmt::Display) explains it, one choice a line.
///
#[doc = include_str!("costs.md")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many scripts it takes.
    pub scripts: Scripts,
    /// How many bytes the literals of one script hold, at most.
    pub literal: usize,
    /// How the content is written.
    pub encoding: Encoding,
    /// The window of the deflate stream, as a power of two; without the stream, none.
    pub window_bits: Option<u8>,
    /// How literals are written: dense, base64 or ASCII.
    pub(super) literals: Encoding,
    /// Whether the target is written itself, for want of a rename.
    pub(super) direct: bool,
    reasons: Vec<(&'static str, String, String)>,
}

/// What the board turned out not to have memory for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caps {
    pub(super) literal: usize,
    /// The widest window; 0 where there is no room for any.
    pub(super) window_bits: u8,
    /// The free memory in bytes, if it was asked for again.
    pub(super) free: Option<u64>,
}

impl Caps {
    pub(super) const NONE: Self = Self { literal: usize::MAX, window_bits: 15, free: None };
}

/// What a file begins with.
pub(super) enum First {
    /// What differs from the file that the host knows.
    Patch,
    /// Questions about the old file.
    Comparison,
    /// A look at what is there.
    Look,
    /// Its content.
    Data,
}

/// What is to be planned for.
pub(super) struct Load<'a> {
    pub(super) size: u64,
    /// The first bytes of the content, some KiB.
    pub(super) sample: &'a [u8],
    /// Whether the stream's helpers will be on the board anyway.
    pub(super) streams: bool,
}

impl Plan {
    /// Plans for a file of `size` bytes that begins with `sample`: its first 4 KiB tell whether it shrinks.
    ///
    /// The board's memory and abilities are those that it told ([`Board::about`]); a board that was not asked gets the
    /// smallest literals.
    #[must_use]
    pub fn new(board: &Board, choices: &Choices, size: u64, sample: &[u8]) -> Self {
        Self::within(board, choices, Caps::NONE, &Load { size, sample, streams: false })
    }

    pub(super) fn within(board: &Board, choices: &Choices, caps: Caps, load: &Load<'_>) -> Self {
        let about = board.about().cloned().unwrap_or_default();
        // Asked for again it is less by what is defined, which the measured windows have on top: those step down instead.
        let free = caps.free.unwrap_or(about.free);
        let mut reasons = Vec::new();
        let (literal, why) = literal(board, free, choices, caps);
        reasons.push(("literals", format!("{literal} bytes"), why));
        let (literals, why) = literals(board, &about, choices);
        reasons.push(("written", literals.to_string(), why));
        let (window_bits, why) = window(board, &about, choices, caps, load);
        let encoding = if window_bits.is_some() { Encoding::Deflate } else { literals };
        let shown = window_bits.map_or_else(|| "no".into(), |bits| format!("{} byte window", 1_u32 << bits));
        reasons.push(("deflate", shown, why));
        let fits = fits_one(load.size, free)
            && choices.chunk.or_else(|| board.chunk()).is_none_or(|chunk| load.size <= chunk as u64);
        let (scripts, why) = if load.size >= SMALL {
            (Scripts::Chunks, format!("{} bytes is {SMALL} or more", load.size))
        } else if board.is_plain() {
            (Scripts::Chunks, "plain raw mode takes short scripts only".into())
        } else if fits && load.size <= caps.literal as u64 {
            (Scripts::One, format!("{} bytes is below {SMALL}, and four times that fits", load.size))
        } else {
            (Scripts::Chunks, "four times its size does not fit".into())
        };
        reasons.push(("scripts", scripts.to_string(), why));
        let flow = match board.flow() {
            Flow::Open => ("open", "the port pushes back, and nothing was lost"),
            Flow::Windowed => ("windowed", "bytes could be lost: the board's flow control is waited for"),
        };
        reasons.push(("flow", flow.0.into(), flow.1.into()));
        let direct = !about.rename;
        if direct {
            let why = "the board has no os.rename: a put that is cut off leaves no whole file";
            reasons.push(("target", "written itself".into(), why.into()));
        }
        Self { scripts, literal, encoding, window_bits, literals, direct, reasons }
    }

    /// Says what comes first.
    pub(super) fn begins(&mut self, first: First) {
        let (chosen, why) = match first {
            First::Patch => (
                "what differs",
                "the host knows what was last put there; if the board has it, it makes the file of it",
            ),
            First::Comparison => {
                ("a comparison", "where the board has most of it already, only the rest is sent")
            }
            First::Look => {
                ("a look", "what is there already is not sent, and what a cut-off put left is gone on with")
            }
            First::Data => ("the content", "it goes in one script, or nothing of it can be there"),
        };
        self.reasons.push(("first", chosen.into(), why.into()));
    }

    /// Returns each choice: what it is about, what was chosen, and why.
    pub fn reasons(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.reasons.iter().map(|(about, chosen, why)| (*about, chosen.as_str(), why.as_str()))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (about, chosen, why)) in self.reasons().enumerate() {
            let end = if at + 1 == self.reasons.len() { "" } else { "\n" };
            write!(f, "{about:9} {chosen:18} {why}{end}")?;
        }
        Ok(())
    }
}

/// How many bytes the literals of one script hold. While it compiles a literal costs about four times its size.
fn literal(board: &Board, free: u64, choices: &Choices, caps: Caps) -> (usize, String) {
    let kib = free / 1024;
    let (size, why) = match choices.chunk.or_else(|| board.chunk()) {
        Some(chunk) => (chunk.max(1), "as asked for".into()),
        None => (allows(free).literal, format!("{kib} KiB of memory are free")),
    };
    if board.is_plain() && size > PLAIN {
        return (PLAIN, "plain raw mode takes short scripts only".into());
    }
    if size > caps.literal {
        return (caps.literal, "larger ones met a MemoryError".into());
    }
    (size, why)
}

/// How literals are written.
fn literals(board: &Board, about: &About, choices: &Choices) -> (Encoding, String) {
    match (choices.encoding, board.eight_bit()) {
        (Some(Encoding::Base64), _) if about.base64 => (Encoding::Base64, "as asked for".into()),
        (Some(Encoding::Ascii), _) => (Encoding::Ascii, "as asked for".into()),
        (_, Some(true)) => (Encoding::Dense, "the path carries all values of bytes".into()),
        (_, _) if about.base64 => (Encoding::Base64, "the path does not carry all values of bytes".into()),
        (_, _) => (Encoding::Ascii, "the path does not carry all values of bytes; no binascii".into()),
    }
}

/// The window of the stream, if the content is to go through it.
fn window(
    board: &Board,
    about: &About,
    choices: &Choices,
    caps: Caps,
    load: &Load<'_>,
) -> (Option<u8>, String) {
    let forced = match choices.encoding {
        Some(Encoding::Deflate) => true,
        Some(_) => return (None, "another encoding was asked for".into()),
        None => false,
    };
    if !about.deflate {
        return (None, "the board has no deflate module".into());
    }
    if board.is_plain() {
        return (None, "plain raw mode takes short scripts only".into());
    }
    if !cfg!(feature = "deflate") {
        return (None, "built without the feature deflate".into());
    }
    let bits = choices.window_bits.or_else(|| allows(about.free).window_bits);
    let Some(bits) = bits.map(|bits| bits.min(caps.window_bits)).filter(|bits| *bits >= 9) else {
        return (None, "the board has no memory for a window".into());
    };
    let saved = saved(load);
    if forced {
        return (Some(bits), "as asked for".into());
    }
    let worth = if load.streams { load.size / 16 } else { DEFINITIONS };
    if saved <= worth {
        return (None, format!("it would save about {saved} bytes"));
    }
    (Some(bits), format!("it saves about {saved} bytes; {} KiB are free", about.free / 1024))
}

/// How many bytes the stream would save, as the sample says.
fn saved(load: &Load<'_>) -> u64 {
    #[cfg(feature = "deflate")]
    if !load.sample.is_empty() {
        let shrunk = deflate::size(load.sample).min(load.sample.len()) as u64;
        let all = load.sample.len() as u64;
        let saved = u128::from(all - shrunk) * u128::from(load.size) / u128::from(all);
        return u64::try_from(saved).unwrap_or(u64::MAX);
    }
    let _ = load.sample;
    0
}

//! How files travel, as it is asked for.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use rawpaste::{Choices, Encoding};

/// Choices that are made by the board's memory and the content otherwise.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "How it travels (chosen by itself otherwise)")]
pub(crate) struct Forced {
    /// Put so many bytes of literals in one script at most
    #[arg(long, value_name = "BYTES")]
    chunk: Option<NonZeroUsize>,
    /// Write content in this way
    #[arg(long, value_name = "NAME")]
    encoding: Option<Name>,
    /// Let the deflate stream refer back so far, as a power of two: 9 to 15
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u8).range(9..=15))]
    wbits: Option<u8>,
}

/// How content is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    /// Bytes as they are, but for a few escapes
    Dense,
    /// One deflate stream
    Deflate,
    /// Base64
    Base64,
    /// Escapes in ASCII
    Ascii,
}

/// How files are put.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Manner {
    /// Where there is no room for both, let the old file go first: cut off then, the board has neither
    #[arg(long)]
    pub(crate) in_place: bool,
    /// Say how each file travels, and why
    #[arg(long)]
    pub(crate) explain: bool,
    /// Keep no copy here of what is put. Otherwise files of 16 KiB to 1 MiB are kept in the user's cache folder, 64 MiB in
    /// all, so that the next put sends only what changed
    #[arg(long)]
    pub(crate) no_cache: bool,
    #[command(flatten)]
    pub(crate) forced: Forced,
}

impl Forced {
    /// Returns them as the engine takes them.
    pub(crate) fn choices(&self) -> Choices {
        let mut choices = Choices::default();
        choices.chunk = self.chunk.map(NonZeroUsize::get);
        choices.window_bits = self.wbits;
        choices.encoding = self.encoding.map(|name| match name {
            Name::Dense => Encoding::Dense,
            Name::Deflate => Encoding::Deflate,
            Name::Base64 => Encoding::Base64,
            Name::Ascii => Encoding::Ascii,
        });
        choices
    }
}

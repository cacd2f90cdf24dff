//! The receiver: header, grants, output, error, prompt.

use alloc::vec::Vec;

use super::{
    News, Turn,
    paste::Sender,
    reset::{At, Watch},
    talk::Talk,
};
use crate::{
    Credit, Exception, FaultKind, Follows, Instant, Reply, Resets, Window,
    control::{CTRL_A, CTRL_D, RAW_BANNER},
};

/// How much of an error's text is kept: its end, which has the exception itself.
const ERROR_LIMIT: usize = 4096;
/// How long the text of an error or of a reset may be at all: nothing is waited for without an end.
const TEXT_LIMIT: usize = 64 * 1024;

/// What comes in next.
#[derive(Debug)]
pub(super) enum Receiver {
    /// The answer to the offer; so many of its bytes came.
    Header { bytes: [u8; 5], len: usize },
    /// Grants, until the `04` that says that the source was read.
    Data,
    /// `OK`, in plain raw mode.
    Ok { matched: usize },
    /// What the script prints, until `04`.
    Output { watch: Option<Watch> },
    /// The text of its exception, until `04`.
    Error { text: Vec<u8>, length: usize },
    /// The prompt `>`, or a reset's text.
    Prompt { reply: Option<Exception> },
    /// A reset's text, until a prompt.
    Reset { watch: Watch, first: u8, length: usize },
    /// A prompt was reached.
    End { at: At },
}

impl Receiver {
    pub(super) const fn header() -> Self {
        Self::Header { bytes: [0; 5], len: 0 }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Header { .. } => "waiting for the answer to a paste's offer",
            Self::Data => "waiting for a grant",
            Self::Ok { .. } => "waiting for the script to be accepted",
            Self::Output { .. } => "running the script",
            Self::Error { .. } => "reading the script's error",
            Self::Prompt { .. } | Self::End { .. } => "waiting for the prompt",
            Self::Reset { .. } => "waiting for the board to reset",
        }
    }

    pub(super) const fn is_at_raw_prompt(&self) -> bool {
        matches!(self, Self::End { at: At::RawPrompt })
    }

    /// Nothing came for `time`.
    pub(super) const fn silent(&self, time: core::time::Duration) -> Result<Turn, FaultKind> {
        match self {
            Self::Reset { watch, .. } if watch.saw_sign() => Ok(Turn::Reset),
            Self::Reset { first, .. } => Err(FaultKind::Unexpected(*first)),
            Self::Header { .. }
            | Self::Data
            | Self::Ok { .. }
            | Self::Output { .. }
            | Self::Error { .. }
            | Self::Prompt { .. }
            | Self::End { .. } => Err(FaultKind::Silence(time)),
        }
    }
}

impl Talk {
    /// Takes bytes from the front of `bytes`: all, or up to the next piece of news.
    #[inline]
    pub(super) fn read<'a>(
        &mut self,
        bytes: &mut &'a [u8],
        banners: &mut u8,
    ) -> Result<Option<News<'a>>, FaultKind> {
        match &mut self.receiver {
            Receiver::Header { .. } => self.read_header(take(bytes), banners),
            Receiver::Data => self.read_grant(take(bytes)).map(|()| None),
            Receiver::Ok { matched } => {
                let byte = take(bytes);
                if b"OK"[*matched] != byte || !matches!(self.sender, Sender::Done) {
                    return Err(FaultKind::Unexpected(byte));
                }
                *matched += 1;
                if *matched == 2 {
                    self.receiver = self.output();
                }
                Ok(None)
            }
            Receiver::Output { watch } => {
                let (output, ended) = take_until_end(bytes);
                if let Some(watch) = watch {
                    watch.follow(output);
                }
                if ended {
                    self.receiver = Receiver::Error { text: Vec::new(), length: 0 };
                }
                Ok((!output.is_empty()).then_some(News::Output(output)))
            }
            Receiver::Error { text, length } => {
                let (piece, ended) = take_until_end(bytes);
                *length += piece.len();
                if *length > TEXT_LIMIT {
                    return Err(FaultKind::Unexpected(piece[0]));
                }
                let piece = &piece[piece.len().saturating_sub(ERROR_LIMIT)..];
                let excess = (text.len() + piece.len()).saturating_sub(ERROR_LIMIT);
                text.drain(..excess);
                text.extend_from_slice(piece);
                if ended {
                    let reply = (!text.is_empty()).then(|| Exception::parse(text));
                    self.receiver = Receiver::Prompt { reply };
                }
                Ok(None)
            }
            Receiver::Prompt { .. } => self.read_prompt(bytes),
            Receiver::Reset { .. } => self.read_reset(bytes),
            Receiver::End { .. } => Err(FaultKind::Unexpected(take(bytes))),
        }
    }

    /// `52 01 lo hi 01` accepts (`shared/runtime/pyexec.c`); `52 00 3e` and the raw banner say that there is no raw paste.
    fn read_header<'a>(&mut self, byte: u8, banners: &mut u8) -> Result<Option<News<'a>>, FaultKind> {
        let Receiver::Header { bytes, len } = &mut self.receiver else { return Ok(None) };
        // Source that went ahead of the answer has met something else then.
        let waits = matches!(self.sender, Sender::Offer | Sender::Offered);
        if waits && (bytes[0] == RAW_BANNER[0] || (*len == 0 && byte == RAW_BANNER[0])) {
            if byte != RAW_BANNER[*len] {
                return Err(FaultKind::Unexpected(byte));
            }
            bytes[0] = RAW_BANNER[0];
            *len += 1;
            return Ok(if *len == RAW_BANNER.len() { self.no_paste(banners) } else { None });
        }
        bytes[*len] = byte;
        *len += 1;
        match bytes[..*len] {
            [b'R'] | [b'R', 0 | 1] | [b'R', 1, _] | [b'R', 1, _, _] => Ok(None),
            [b'R', 0, b'>'] if waits => Ok(Some(News::Plain)),
            [b'R', 1, low, high, CTRL_A] => {
                let size = u16::from_le_bytes([low, high]);
                let window = Window::new(size).ok_or(FaultKind::Window(size))?;
                let mut credit = Credit::new(window, Follows::End);
                credit.sent(self.sent);
                self.credit = Some(credit);
                self.settle_credit();
                if waits {
                    self.sender = Sender::Data { next: Instant::EPOCH };
                }
                self.receiver = Receiver::Data;
                *banners = 0;
                Ok(None)
            }
            _ => Err(FaultKind::Unexpected(byte)),
        }
    }

    /// The raw banner answers an offer where there is no raw paste, but also where a stray byte stood on the line,
    /// which is gone then: so it is offered once more.
    fn no_paste<'a>(&mut self, banners: &mut u8) -> Option<News<'a>> {
        *banners += 1;
        if *banners > 1 {
            return Some(News::Plain);
        }
        self.sender = Sender::Offer;
        self.receiver = Receiver::header();
        None
    }

    fn read_grant(&mut self, byte: u8) -> Result<(), FaultKind> {
        match byte {
            // Grants may come after everything went, but none that was not earned.
            CTRL_A if self.credit.as_mut().is_some_and(Credit::grant) => Ok(()),
            CTRL_D => {
                // Before the host's ^D it means that the script does not compile: the board now throws away what
                // comes until the one ^D.
                if matches!(self.sender, Sender::Data { .. } | Sender::Look) {
                    self.sender = Sender::End;
                    self.early = true;
                }
                self.receiver = self.output();
                Ok(())
            }
            _ => Err(FaultKind::Unexpected(byte)),
        }
    }

    fn read_prompt<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<News<'a>>, FaultKind> {
        let Receiver::Prompt { reply } = &mut self.receiver else { return Ok(None) };
        if bytes[0] == CTRL_D {
            // The script printed 04 itself: what was taken for its error was output.
            return Err(FaultKind::Unexpected(take(bytes)));
        }
        if bytes[0] != b'>' {
            self.receiver = Receiver::Reset { watch: Watch::new(), first: bytes[0], length: 0 };
            return Ok(None);
        }
        take(bytes);
        let reply = reply.take().map_or(Reply::Finished, Reply::Exception);
        if self.early && reply == Reply::Finished {
            // A byte of the source arrived as 04, and the board ran what came before it.
            return Err(FaultKind::Unexpected(CTRL_D));
        }
        self.receiver = Receiver::End { at: At::RawPrompt };
        Ok(Some(News::Replied(reply)))
    }

    const fn output(&self) -> Receiver {
        Receiver::Output { watch: if matches!(self.resets, Resets::No) { None } else { Some(Watch::new()) } }
    }

    /// A soft reset stays in raw mode and ends in the raw banner; a board that started again ends in its friendly
    /// prompt, if its main.py lets it.
    fn read_reset<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<News<'a>>, FaultKind> {
        let Receiver::Reset { watch, first, length } = &mut self.receiver else { return Ok(None) };
        while !bytes.is_empty() {
            *length += 1;
            if *length > TEXT_LIMIT {
                return Err(FaultKind::Unexpected(*first));
            }
            if let Some(at) = watch.feed(take(bytes)) {
                self.receiver = Receiver::End { at };
                return Ok(Some(News::Replied(Reply::Reset)));
            }
        }
        Ok(None)
    }
}

/// Takes one byte; there is one.
fn take(bytes: &mut &[u8]) -> u8 {
    let byte = bytes[0];
    *bytes = &bytes[1..];
    byte
}

/// Takes up to the next `04`, which goes too; says whether it was there.
fn take_until_end<'a>(bytes: &mut &'a [u8]) -> (&'a [u8], bool) {
    let (text, rest) = match memchr::memchr(CTRL_D, bytes) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (*bytes, &bytes[bytes.len()..]),
    };
    let ended = text.len() + rest.len() < bytes.len();
    *bytes = rest;
    (text, ended)
}

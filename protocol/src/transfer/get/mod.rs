mod on_board;

use alloc::{string::String, vec::Vec};
use core::{fmt, ops::ControlFlow};

use super::{
    hash::{self, Hash, Hasher},
    source::Sink,
};
use crate::{
    Argument, Board, DigestKind, Error, Fault, FaultKind, Needs, Operation, Progress, Reply, Script, Stdin,
    answer::{Answer, senseless},
    ops::{check_path, explain},
};

pub(super) use on_board::READ;

/// Stands before a byte that is sent one higher: `04` would end the output, and it itself.
const ESCAPE: u8 = 0x10;

/// Gets a file from the board, in one script; every value of byte arrives as it is, and the digest is compared.
///
/// It ends only when the digest agrees: what the sink has before that is not to be trusted. Run again after a fault, it
/// starts the sink again.
pub struct Get<S> {
    sink: S,
    path: String,
    kind: DigestKind,
    carrier: Carrier,
    state: State,
    line: Answer,
}

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carrier {
    /// As they are, but for the escape.
    Bytes,
    /// In lines of base64, where `sys.stdout.buffer` is missing.
    Base64,
    /// In lines of hex, where `binascii` is too.
    Hex,
}

#[derive(Debug)]
enum State {
    /// The size comes first.
    Size,
    Data {
        size: u64,
        left: u64,
        hasher: Hasher,
        escaped: bool,
    },
    /// The digest comes last.
    Hash {
        size: u64,
        hash: Hash,
    },
}

impl<S: Sink> Get<S> {
    /// Returns the operation that gets the file at `path` into `sink`.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(path: &str, sink: S) -> Result<Self, Error> {
        check_path(path)?;
        let (kind, carrier) = (DigestKind::Adler32, Carrier::Bytes);
        Ok(Self { sink, path: path.into(), kind, carrier, state: State::Size, line: Answer::new(1024) })
    }

    /// Ends the operation and gives the sink back.
    pub fn into_sink(self) -> S {
        self.sink
    }

    /// Takes a line, if one is complete; the newline is not part of it.
    fn take_line(&mut self, bytes: &mut &[u8]) -> Result<bool, Error> {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            self.line.add(core::mem::take(bytes))?;
            return Ok(false);
        };
        self.line.add(&bytes[..end])?;
        *bytes = &bytes[end + 1..];
        Ok(true)
    }

    fn take_size(&mut self) -> Result<(), Error> {
        let size = self.line.value()?.as_u64().ok_or_else(|| self.line.senseless())?;
        self.line.clear();
        self.sink.start(size)?;
        self.state = State::Data { size, left: size, hasher: Hasher::new(self.kind), escaped: false };
        self.end_data();
        Ok(())
    }

    /// Takes bytes of the file, and moves on after the last.
    fn take_data(&mut self, bytes: &mut &[u8]) -> Result<(), Error> {
        match self.carrier {
            Carrier::Bytes => self.take_escaped(bytes)?,
            Carrier::Base64 | Carrier::Hex => {
                if self.take_line(bytes)? {
                    let data = decode(self.carrier, self.line.text().trim_ascii())
                        .ok_or_else(|| self.line.senseless())?;
                    self.line.clear();
                    self.add(&data)?;
                }
            }
        }
        self.end_data();
        Ok(())
    }

    fn take_escaped(&mut self, bytes: &mut &[u8]) -> Result<(), Error> {
        let State::Data { left, escaped, .. } = &mut self.state else { return Ok(()) };
        if core::mem::take(escaped) {
            let byte = bytes[0];
            *bytes = &bytes[1..];
            if byte != 0x05 && byte != ESCAPE + 1 {
                return Err(senseless(&[ESCAPE, byte]));
            }
            return self.add(&[byte - 1]);
        }
        let most = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
        let plain = memchr::memchr(ESCAPE, &bytes[..most]).unwrap_or(most);
        *escaped = plain < most;
        let (data, rest) = bytes.split_at(plain);
        *bytes = if plain < most { &rest[1..] } else { rest };
        self.add(data)
    }

    fn add(&mut self, data: &[u8]) -> Result<(), Error> {
        let State::Data { left, hasher, .. } = &mut self.state else { return Ok(()) };
        *left = left.checked_sub(data.len() as u64).ok_or_else(|| senseless(data))?;
        hasher.update(data);
        self.sink.write(data)
    }

    fn end_data(&mut self) {
        if let State::Data { size, left: 0, hasher, escaped: false } = &self.state {
            self.state = State::Hash { size: *size, hash: hasher.finish() };
        }
    }
}

impl<S: Sink> Operation for Get<S> {
    /// The size of the file in bytes.
    type Output = u64;

    fn needs(&self) -> Needs {
        Needs::ABOUT
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.line.clear();
        self.state = State::Size;
        let about = board.about().cloned().unwrap_or_default();
        self.kind = about.digest;
        self.carrier = match (about.binary_output, about.base64) {
            (true, _) => Carrier::Bytes,
            (false, true) => Carrier::Base64,
            (false, false) => Carrier::Hex,
        };
        let carrier = Argument::Int(self.carrier as u64);
        script.call(&READ, &[Argument::Str(&self.path), Argument::Str(hash::name(self.kind)), carrier]);
        Ok(())
    }

    fn output(&mut self, mut bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        while !bytes.is_empty() {
            match self.state {
                State::Size => {
                    if self.take_line(&mut bytes)? {
                        self.take_size()?;
                    }
                }
                State::Data { .. } => self.take_data(&mut bytes)?,
                State::Hash { .. } => self.line.add(core::mem::take(&mut bytes))?,
            }
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<u64>, Error> {
        reply.finished().map_err(|error| explain(error, &["stat"]))?;
        let State::Hash { size, hash } = self.state else { return Err(self.line.senseless()) };
        let text = self.line.text().trim_ascii();
        let theirs = core::str::from_utf8(text).map_err(|_| senseless(text))?;
        if Hash::parse(self.kind, theirs)? != hash {
            let phase = "comparing the digest of what arrived with the board's";
            return Err(Fault { kind: FaultKind::Answer, phase, heard: text.into() }.into());
        }
        Ok(ControlFlow::Break(size))
    }

    fn progress(&self) -> Option<Progress> {
        match self.state {
            State::Size => None,
            State::Data { size, left, .. } => Some(Progress { done: size - left, total: Some(size) }),
            State::Hash { size, .. } => Some(Progress { done: size, total: Some(size) }),
        }
    }
}

impl<S> fmt::Debug for Get<S> {
    /// Never shows the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get").field("path", &self.path).field("state", &self.state).finish_non_exhaustive()
    }
}

/// Decodes one line.
fn decode(carrier: Carrier, line: &[u8]) -> Option<Vec<u8>> {
    use base64::{Engine, engine::general_purpose::STANDARD};

    if carrier == Carrier::Base64 {
        return STANDARD.decode(line).ok();
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = line.chunks(2).map(|pair| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect()
}

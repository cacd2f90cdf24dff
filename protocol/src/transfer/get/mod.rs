mod carrier;
mod held;
mod on_board;

use alloc::{string::String, vec::Vec};
use core::{fmt, ops::ControlFlow};

use super::{hash::Hash, source::Sink, sum};
use crate::{
    Argument, Board, DigestKind, Error, Fault, FaultKind, Needs, Operation, Progress, Refused, Reply, Script,
    Stdin,
    answer::{Answer, senseless},
    ops::{check_path, explain},
};
use carrier::{Carrier, decode, take_escaped};
use held::{Check, Held};
use on_board::CHANGED;
pub(super) use on_board::{AGAIN, CRC, PREFIX, READ, SUM};
#[cfg(feature = "testing")]
pub(super) use on_board::{BASE64, BYTES, HEX};

/// How many bytes of the file are checked together. It is all that a get keeps.
const BLOCK: usize = 4096;

/// Gets a file from the board, in one script; every value of byte arrives as it is, and the digest is compared.
///
/// The sink is given blocks of at most 4 KiB, each when the board's check over everything up to its end agrees. The get
/// ends only when the digest of the whole agrees too: what the sink has before that may still turn out to be wrong, and is
/// then declared void ([`Sink::start`]).
///
/// Run again after a fault, or with a sink that holds something ([`Sink::held`]), it goes on from there if the board
/// agrees that its file begins so, else from the start. A file that grows meanwhile is got as it was at the start; one that
/// changes otherwise is [`Refused::Changed`], as far as its size and its time of change, in seconds on most boards, tell.
pub struct Get<S> {
    sink: S,
    path: String,
    carrier: Carrier,
    state: State,
    /// What the sink has; none before the first run.
    held: Option<Held>,
    block: Vec<u8>,
    line: Answer,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// The size comes first, and whether what is held stays.
    Size,
    /// The rest of a block.
    Block { size: u64, escaped: bool },
    /// The check over everything up to the end of the block.
    Check { size: u64 },
    /// The digest comes last.
    Hash { size: u64 },
    /// All is here, but the file has changed: is its beginning what is here?
    Again { size: u64 },
}

impl<S: Sink> Get<S> {
    /// Returns the operation that gets the file at `path` into `sink`.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`] if no board can have such a path.
    pub fn new(path: &str, sink: S) -> Result<Self, Error> {
        check_path(path)?;
        let (carrier, state) = (Carrier::Bytes, State::Size);
        let line = Answer::past_dots(1024);
        Ok(Self { sink, path: path.into(), carrier, state, held: None, block: Vec::new(), line })
    }

    /// Ends the operation and gives the sink back.
    pub fn into_sink(self) -> S {
        self.sink
    }

    /// Finds out what the sink has: this get remembers, or it is read back.
    fn hold(&mut self, kind: DigestKind, check: Check) -> Result<Held, Error> {
        let known = self.held.take().filter(|held| {
            held.kind == kind && core::mem::discriminant(&held.check) == core::mem::discriminant(&check)
        });
        match known {
            Some(held) if held.length <= self.sink.held()? => Ok(held),
            _ => Held::read_back(&mut self.sink, kind, check),
        }
    }

    fn take_size(&mut self) -> Result<(), Error> {
        let [size, from] = self.line.values()?;
        let held = self.held.as_mut().ok_or_else(|| self.line.senseless())?;
        let numbers = size.as_u64().zip(from.as_u64());
        let agreed = |&(size, from): &(u64, u64)| from == 0 || from == held.length && from <= size;
        let (size, from) = numbers.filter(agreed).ok_or_else(|| self.line.senseless())?;
        self.line.clear();
        if from == 0 {
            *held = Held::nothing(held.kind, held.check.afresh());
        }
        self.sink.start(size, from)?;
        self.state = if from == size { State::Hash { size } } else { State::Block { size, escaped: false } };
        Ok(())
    }

    /// Takes bytes of a block, and moves on after the last.
    fn take_block(&mut self, size: u64, mut escaped: bool, bytes: &mut &[u8]) -> Result<(), Error> {
        let start = self.held.as_ref().map_or(0, |held| held.length);
        let length = (BLOCK as u64 - start % BLOCK as u64).min(size - start) as usize;
        match self.carrier {
            Carrier::Bytes => take_escaped(bytes, &mut escaped, length - self.block.len(), &mut self.block)?,
            Carrier::Base64 | Carrier::Hex => {
                if self.line.take_line(bytes)? {
                    let data = decode(self.carrier, self.line.text().trim_ascii())
                        .filter(|data| self.block.len() + data.len() <= length)
                        .ok_or_else(|| self.line.senseless())?;
                    self.line.clear();
                    self.block.extend_from_slice(&data);
                }
            }
        }
        let whole = self.block.len() == length;
        self.state = if whole { State::Check { size } } else { State::Block { size, escaped } };
        Ok(())
    }

    /// Compares the check over everything up to the block's end, and hands the block on.
    fn take_check(&mut self, size: u64) -> Result<(), Error> {
        let said = self.line.value()?;
        let held = self.held.as_mut().ok_or_else(|| self.line.senseless())?;
        let mut check = held.check.clone();
        check.update(&self.block);
        if said.as_u64() != Some(u64::from(check.value())) {
            return Err(differs("comparing a block's check with the board's", self.line.text()));
        }
        self.line.clear();
        self.sink.write(&self.block)?;
        held.add(&self.block);
        let whole = held.length == size;
        self.block.clear();
        self.state = if whole { State::Hash { size } } else { State::Block { size, escaped: false } };
        Ok(())
    }

    /// Compares the digest of everything; where it differs nothing that is here is worth keeping.
    fn compare(&mut self, theirs: &str) -> Result<(), Error> {
        let Some(held) = &self.held else { return Err(self.line.senseless()) };
        if Hash::parse(held.kind, theirs)? == held.hasher.finish() {
            return Ok(());
        }
        self.void();
        Err(differs("comparing the digest of what arrived with the board's", theirs.as_bytes()))
    }

    /// Says that what the sink has is void. Why it is void is to be told, whatever the sink answers.
    fn void(&mut self) {
        self.held = None;
        let _ = self.sink.start(0, 0);
    }

    /// The file changed: nothing that is here is worth keeping.
    fn changed<T>(&mut self) -> Result<T, Error> {
        self.void();
        Err(Refused::Changed.into())
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
        self.block.clear();
        let about = board.about().cloned().unwrap_or_default();
        let path = Argument::Str(&self.path);
        script.require(sum::of(about.digest));
        if let (State::Again { size }, Some(held)) = (self.state, &self.held)
            && held.kind == about.digest
        {
            script.call(&AGAIN, &[path, Argument::Int(size)]);
            return Ok(());
        }
        self.state = State::Size;
        self.carrier = Carrier::of(&about);
        let (writes, checks) = (self.carrier.helper(), if about.crc32 { &CRC } else { &SUM });
        let held = self.hold(about.digest, Check::new(about.crc32))?;
        script.require(writes);
        script.require(checks);
        if held.length > 0 {
            script.require(&PREFIX);
        }
        let (path, from) = (Argument::Str(&self.path), Argument::Int(held.length));
        let (writes, checks) = (Argument::Str(writes.name), Argument::Str(checks.name));
        let check = if held.length == 0 { 0 } else { u64::from(held.check.value()) };
        script.call(&READ, &[path, writes, checks, from, Argument::Int(check)]);
        self.held = Some(held);
        Ok(())
    }

    fn output(&mut self, mut bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        while !bytes.is_empty() {
            match self.state {
                State::Size => {
                    if self.line.take_line(&mut bytes)? {
                        self.take_size()?;
                    }
                }
                State::Block { size, escaped } => self.take_block(size, escaped, &mut bytes)?,
                State::Check { size } => {
                    if self.line.take_line(&mut bytes)? {
                        self.take_check(size)?;
                    }
                }
                State::Hash { .. } | State::Again { .. } => self.line.add(core::mem::take(&mut bytes))?,
            }
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<u64>, Error> {
        match reply.finished() {
            Err(Error::Exception(exception)) if exception.message == CHANGED => return self.changed(),
            ended => ended.map_err(|error| explain(error, &["stat"]))?,
        }
        match self.state {
            State::Hash { size } => {
                let [hash, same] = self.line.values()?;
                let hash = hash.as_str().ok_or_else(|| self.line.senseless())?;
                self.compare(hash)?;
                if !same.is_true() {
                    self.state = State::Again { size };
                    return Ok(ControlFlow::Continue(()));
                }
                Ok(ControlFlow::Break(size))
            }
            State::Again { size } => {
                self.state = State::Size;
                let text = self.line.text().trim_ascii();
                let theirs = core::str::from_utf8(text).map_err(|_| senseless(text))?;
                let Some(held) = &self.held else { return Err(self.line.senseless()) };
                if Hash::parse(held.kind, theirs)? != held.hasher.finish() {
                    return self.changed();
                }
                Ok(ControlFlow::Break(size))
            }
            State::Size | State::Block { .. } | State::Check { .. } => Err(self.line.senseless()),
        }
    }

    fn progress(&self) -> Option<Progress> {
        let done = self.held.as_ref().map_or(0, |held| held.length) + self.block.len() as u64;
        match self.state {
            State::Size => None,
            State::Block { size, .. }
            | State::Check { size }
            | State::Hash { size }
            | State::Again { size } => Some(Progress { done, total: Some(size) }),
        }
    }
}

impl<S> fmt::Debug for Get<S> {
    /// Never shows the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get").field("path", &self.path).field("state", &self.state).finish_non_exhaustive()
    }
}

/// Returns the fault that says that what arrived is not what was sent.
fn differs(phase: &'static str, heard: &[u8]) -> Error {
    Fault { kind: FaultKind::Answer, phase, heard: heard.into() }.into()
}

//! What the board's answers mean for the files on their way.

use super::{
    all::{Files, Next, One, Placed, PutAll, Status},
    current::Stage,
    flight::{Call, Flight, Line},
    setbacks::Setbacks,
    stream::Stream,
};
use crate::{
    Error, Exception, Refused, Value,
    ops::{NO_MEMORY, explain},
};

/// The smallest literal that is tried.
const SMALLEST: usize = 32;
/// How a look prints `EISDIR`.
const DIRECTORY: i64 = -21;

impl<F: Files> PutAll<F> {
    /// From here on everything is sent afresh that the board did not confirm.
    pub(super) fn rewind(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.stream = Stream::Off;
        if !matches!(self.next, Next::Abort { .. }) {
            self.next = Next::File(0);
        }
    }

    /// This is what became of the file on its way.
    pub(super) fn settle(&mut self, file: usize, status: Status) {
        match &status {
            Status::Waiting => {}
            Status::Done(placed) => self.files.settled(file, Ok(*placed)),
            Status::Failed(error) => self.files.settled(file, Err(error)),
        }
        self.jobs[file].status = status;
        self.settled = self.settled.saturating_add(self.jobs[file].size);
        self.acknowledged = 0;
    }

    /// This file failed; what it left on the board is to be removed.
    pub(super) fn fail(&mut self, file: usize, error: Error) {
        self.settle(file, Status::Failed(error));
        self.setbacks = Setbacks::default();
        self.next = Next::Abort { file };
        self.rewind();
    }

    /// This file failed before anything of it was sent. What is there stays: where there is no rename, the old file.
    pub(super) fn refuse(&mut self, file: usize, error: Error) {
        self.settle(file, Status::Failed(error));
        self.next = Next::File(file + 1);
    }

    /// This file failed at `call`.
    fn give_up(&mut self, call: Option<Call>, file: usize, error: Error) {
        if matches!(call, Some(Call::Look { .. })) {
            self.refuse(file, error);
        } else {
            self.fail(file, error);
        }
    }

    fn lose(&mut self, file: usize) {
        self.lose_or(None, file, Refused::Digest.into());
    }

    /// Bytes were lost; where that goes on the file fails with `error`.
    fn lose_or(&mut self, call: Option<Call>, file: usize, error: Error) {
        self.lost = true;
        if self.setbacks.lost() { self.rewind() } else { self.give_up(call, file, error) }
    }

    /// The board's memory was lost.
    pub(super) fn forgotten(&mut self) {
        if let (Err(error), Some(file)) = (self.setbacks.reset(), self.waiting(0)) {
            self.settle(file, Status::Failed(error));
        }
        self.rewind();
    }

    /// The script of this flight ran, perhaps not to its end.
    pub(super) fn answered(&mut self, flight: &Flight, raised: Option<Exception>) -> Result<(), Error> {
        if let Some(exception) = raised.as_ref().filter(|exception| exception.is_interrupt()) {
            return Err(exception.clone().into());
        }
        let mut said = core::mem::take(&mut self.said);
        let sense = flight.read(self.answer.text(), raised.is_none(), &mut said);
        sense.ok_or_else(|| self.answer.senseless())?;
        for (call, line) in said.done.drain(..) {
            self.heard(call, line, flight.generation)?;
        }
        if let Some(exception) = raised.filter(|_| flight.generation == self.generation) {
            self.raised(flight, said.open, exception);
        }
        self.said = said;
        Ok(())
    }

    /// A call said this. What was sent before a loss counts only where a file is in place all the same, and of such a file
    /// nothing more.
    fn heard(&mut self, call: Call, line: Line, generation: u32) -> Result<(), Error> {
        let counts = generation == self.generation && call.file().is_none_or(|file| self.waits(file));
        match (call, line) {
            (
                Call::End { file } | Call::Whole { file, .. } | Call::Patch { file },
                Line::Value(Value::Bool(true)),
            ) => {
                self.placed(file, call);
            }
            (_, _) if !counts => {}
            // No file is open: the board was reset, and its helpers were defined again.
            (Call::Data { .. }, Line::Value(Value::Int(-1))) => self.forgotten(),
            (Call::End { file } | Call::Whole { file, .. }, Line::Value(Value::Bool(false)))
            | (Call::Data { file, .. }, Line::Value(_)) => self.lose(file),
            (Call::Data { file, to }, Line::Silent) => {
                self.acknowledged = to;
                self.setbacks.reached(file, to);
            }
            (Call::Free, Line::Value(value)) => {
                self.caps.free = Some(value.as_u64().ok_or_else(|| self.answer.senseless())?);
            }
            (Call::Look { file }, Line::Value(Value::Int(1))) => {
                self.settle(file, Status::Done(Placed::Same));
                self.next = Next::File(file + 1);
            }
            (Call::Look { file }, Line::Value(value)) => self.looked(file, value)?,
            (Call::Blocks { file }, Line::Value(value)) => self.compared(file, value)?,
            // The old file is not what it was thought to be.
            (Call::Patch { file }, Line::Value(Value::Bool(false))) => self.compares_no_more(file),
            (_, Line::Silent) => {}
            (_, Line::Value(_)) => return Err(self.answer.senseless()),
        }
        Ok(())
    }

    fn placed(&mut self, file: usize, call: Call) {
        if !self.waits(file) {
            return;
        }
        let job = &mut self.jobs[file];
        if let Call::Whole { size, .. } = call {
            job.size = size;
        }
        let (size, resumed) = (job.size, job.resumed);
        self.settle(file, Status::Done(Placed::Written { resumed }));
        self.setbacks.reached(file, size.saturating_add(1));
    }

    /// What is there: the target, the temporary file, the room.
    fn looked(&mut self, file: usize, value: Value) -> Result<(), Error> {
        let (kind, in_place) = (self.kind, self.in_place);
        let Next::Current(current) = &mut self.next else { return Ok(()) };
        let Some(found) = Found::read(value) else { return Err(self.answer.senseless()) };
        if found.target == DIRECTORY {
            let text = b"OSError: [Errno 21] EISDIR";
            self.refuse(file, explain(Exception::parse(text).into(), &[]));
            return Ok(());
        }
        let part = u64::try_from(found.part).unwrap_or_default();
        // A board that has no rename has no modes to go on with either.
        let resumes = !current.plan.direct && part > 0;
        if resumes {
            let mut source = One { files: &mut self.files, index: file };
            match current.resume(&mut source, kind, part, &found.digest) {
                Ok(true) => self.jobs[file].resumed = part,
                Ok(false) => {}
                Err(error) => {
                    self.fail(file, error);
                    return Ok(());
                }
            }
        }
        self.acknowledged = current.offset;
        let old = u64::try_from(found.target).unwrap_or_default();
        let fits = found.room.is_none_or(|room| room.takes(current.size, part));
        let removes = !fits && old > 0 && in_place;
        let fits = fits || (removes && found.room.is_none_or(|room| room.takes(current.size, part + old)));
        if fits || current.plan.direct {
            current.stage = Stage::Open { removes };
            return Ok(());
        }
        let room = found.room.map_or(0, |room| room.block.saturating_mul(room.free));
        let error = Refused::NoRoom { needs: current.size.saturating_sub(part), free: room, old };
        self.refuse(file, error.into());
        Ok(())
    }

    /// The script of this flight raised at `call`.
    fn raised(&mut self, flight: &Flight, call: Option<Call>, exception: Exception) {
        let Some(file) = call.and_then(Call::file).or_else(|| self.waiting(0)) else { return };
        if exception.lacks_helper() {
            self.forgotten();
        } else if !self.waits(file) {
            // What it left stays: the board cannot even remove it.
            self.rewind();
        } else if exception.is_damage() {
            self.lose(file);
        } else if matches!(call, Some(Call::Blocks { .. } | Call::Patch { .. })) {
            // There is no old file, say: it is put as any other.
            self.compares_no_more(file);
        } else if exception.kind == "MemoryError" {
            if self.shrink(&exception, flight.used) {
                self.asks_memory = true;
                self.rewind();
            } else {
                self.give_up(call, file, NO_MEMORY.into());
            }
        } else {
            let spoilt = is_spoilt(&exception);
            let error = explain(exception.into(), &["stat", "rename", "remove"]);
            if spoilt { self.lose_or(call, file, error) } else { self.give_up(call, file, error) }
        }
    }

    /// Asks less of the board's memory from now on than a script with so many bytes in its literals; returns whether there is
    /// less to ask.
    ///
    /// Without a frame the error came while the script was compiled: its literals were too long. Otherwise it is the
    /// window, if there is one. A board whose memory is full has none for the frame either, so the window is also what
    /// goes when literals cannot be shorter.
    fn shrink(&mut self, exception: &Exception, used: usize) -> bool {
        let literal = used.min(self.caps.literal);
        match self.stream.bits() {
            Some(bits) if exception.file.is_some() || literal <= SMALLEST => {
                self.caps.window_bits = if bits > 9 { bits - 1 } else { 0 };
            }
            _ if literal <= SMALLEST => return false,
            _ => self.caps.literal = (literal / 2).max(SMALLEST),
        }
        true
    }
}

/// Whether a call may not have arrived as it was sent: base64 that lost a character, bytes that lost their `b`, a name
/// that is another.
fn is_spoilt(exception: &Exception) -> bool {
    matches!(&*exception.kind, "ValueError" | "TypeError" | "NameError")
}

/// What a look found.
struct Found {
    /// The size of the target, or an error below 0.
    target: i64,
    /// The size of its temporary file, or an error below 0.
    part: i64,
    /// The first bytes of the temporary file's digest.
    digest: alloc::vec::Vec<u8>,
    room: Option<Room>,
}

/// The room of a file system: the size of a block, and how many are free.
#[derive(Clone, Copy)]
struct Room {
    block: u64,
    free: u64,
}

impl Room {
    /// Whether a file of `size` fits once so much of what is there is gone, or a part of it. A block more goes to what
    /// the file system notes of it.
    const fn takes(self, size: u64, there: u64) -> bool {
        let needs = size.div_ceil(self.block) + 1;
        needs <= self.free.saturating_add(there.div_ceil(self.block))
    }
}

impl Found {
    fn read(value: Value) -> Option<Self> {
        let values: [Value; 6] = value.into_sequence()?.try_into().ok()?;
        let [Value::Int(target), _, Value::Int(part), digest, block, free] = values else { return None };
        let byte = |value: &Value| value.as_u64().and_then(|byte| u8::try_from(byte).ok());
        let digest = digest.into_sequence()?.iter().map(byte).collect::<Option<_>>()?;
        let (block, free) = (block.as_u64()?, free.as_u64()?);
        let room = (block > 0).then_some(Room { block, free });
        Some(Self { target, part, digest, room })
    }
}

//! What is sent next: one script after the other, each as full as the plan allows.

use alloc::{boxed::Box, vec::Vec};

use super::{
    all::{Files, Job, Next, One, PutAll, Status},
    current::{Current, Stage},
    flight::{Call, Flight},
    on_board::{ABORT, APPEND, END, FREE, INFLATE, LOOK, ONCE, OPEN, STREAM, WHOLE, WRITE},
};
use crate::{
    Argument, Board, DigestKind, Error, Quoting, Refused, Script,
    helper::BASE64,
    transfer::{
        plan::{Encoding, First, Load, Plan, Scripts},
        sum, temporary,
    },
};

/// How many bytes come out of the stream in one script at most: the board is silent while it writes them, and a slow flash
/// takes seconds.
const INFLATED: usize = 32 * 1024;
/// How many calls there are in one script at most: files may be empty, and calls take memory, too.
const CALLS: usize = 32;

/// The script that is being filled.
pub(super) struct Draft<'a> {
    pub(super) board: &'a Board,
    pub(super) script: &'a mut Script,
    pub(super) calls: Vec<Call>,
    /// How many bytes its literals hold.
    pub(super) used: usize,
    /// How many bytes come out of the stream.
    inflated: usize,
}

/// A file that goes in one call.
struct Small<'a> {
    index: usize,
    target: &'a str,
    temporary: &'a str,
    content: &'a [u8],
    digest: &'a [u8],
}

/// Whether more may go into the script.
pub(super) enum Then {
    More,
    Stop,
}

impl<F: Files> PutAll<F> {
    /// Fills the next script.
    pub(super) fn fill(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        let mut calls = self.landed.pop().map(|flight| flight.calls).unwrap_or_default();
        calls.clear();
        let mut draft = Draft { board, script, calls, used: 0, inflated: 0 };
        if core::mem::take(&mut self.asks_memory) {
            draft.call(Call::Free, &FREE, &[]);
        } else {
            // In plain raw mode scripts are short: a call for each.
            let most = if board.is_plain() { 1 } else { CALLS };
            while draft.calls.len() < most && matches!(self.step(&mut draft), Then::More) {}
        }
        if draft.calls.is_empty() {
            // Nothing could be sent: a source failed, say. A script must run all the same.
            draft.script.code(b"__import__('gc').collect()\n")?;
        }
        match &self.next {
            // What comes next depends on the answer.
            _ if matches!(draft.calls[..], [Call::Free]) => draft.script.more(),
            Next::Current(current) if matches!(current.stage, Stage::Looked | Stage::Compared(_)) => {
                if self.waiting(current.index + 1).is_some() {
                    draft.script.more();
                }
            }
            Next::File(from) if self.waiting(*from).is_none() => {}
            Next::File(_) | Next::Current(_) | Next::Abort { .. } => draft.script.independent(),
        }
        if core::mem::take(&mut self.lost) {
            draft.script.windowed();
        }
        let Draft { calls, used, .. } = draft;
        self.flights.push_back(Flight { calls, generation: self.generation, used });
        Ok(())
    }

    fn step(&mut self, draft: &mut Draft<'_>) -> Then {
        match core::mem::replace(&mut self.next, Next::File(0)) {
            Next::Abort { file } => {
                draft.script.call(&ABORT, &[Argument::Str(&self.jobs[file].temporary)]);
                draft.calls.push(Call::Remove { file });
                Then::Stop
            }
            Next::File(from) => {
                self.next = Next::File(self.jobs.len());
                let Some(file) = self.waiting(from) else { return Then::Stop };
                match self.begin_file(file, draft) {
                    Ok(then) => then,
                    Err(error) => {
                        // Nothing of it was sent.
                        self.settle(file, Status::Failed(error));
                        self.next = Next::File(file + 1);
                        Then::More
                    }
                }
            }
            // It is in place by what was sent before a loss, or out of pieces of the old one.
            Next::Current(current) if !self.waits(current.index) => {
                self.next = Next::File(current.index + 1);
                Then::More
            }
            Next::Current(mut current) => {
                let file = current.index;
                let then = self.go_on(&mut current, draft);
                let ended = matches!(draft.calls.last(), Some(Call::End { file: ended }) if *ended == file);
                self.next = if ended { Next::File(file + 1) } else { Next::Current(current) };
                then.unwrap_or_else(|error| {
                    self.fail(file, error);
                    Then::Stop
                })
            }
        }
    }

    /// Begins a file; puts it whole if it is small.
    fn begin_file(&mut self, file: usize, draft: &mut Draft<'_>) -> Result<Then, Error> {
        let size = self.files.size(file)?;
        let (kind, mut sample) = (self.kind, Vec::new());
        let target = self.jobs[file].target.clone();
        let hash = Current::digest(&mut self.file(file), size, kind, &target, &mut sample)?;
        let load = Load { size, sample: &sample, streams: self.stream.bits().is_some() };
        let mut plan = Plan::within(draft.board, &self.choices, self.caps, &load);
        if plan.scripts == Scripts::One && plan.window_bits.is_none() && !plan.direct {
            let length = usize::try_from(size).unwrap_or(usize::MAX);
            if draft.used > 0 && draft.used + length > plan.literal {
                self.next = Next::File(file);
                return Ok(Then::Stop);
            }
            if self.files.size(file)? != size {
                return Err(Refused::Changed.into());
            }
            self.planned(file, size, &plan);
            let alone = self.jobs.iter().filter(|job| matches!(job.status, Status::Waiting)).count() == 1;
            self.jobs[file].temporary = temporary::brief(&target);
            let small = Small {
                index: file,
                target: &target,
                temporary: &self.jobs[file].temporary,
                content: &sample,
                digest: &hash.bytes(),
            };
            draft.whole(&small, &plan, self.kind, alone);
            self.next = Next::File(file + 1);
            return Ok(Then::More);
        }
        let looks = plan.scripts == Scripts::Chunks && (self.files.looks(file) || self.setbacks.any());
        let comparison = if looks { self.comparison(file, size, &plan, draft.board)? } else { None };
        plan.begins(match (&comparison, looks) {
            (Some(Stage::Patch(_)), _) => First::Patch,
            (Some(_), _) => First::Comparison,
            (None, true) => First::Look,
            (None, false) => First::Data,
        });
        self.planned(file, size, &plan);
        let stage = comparison.unwrap_or(if looks { Stage::Look } else { Stage::Open { removes: false } });
        self.jobs[file].temporary = match (plan.direct, plan.scripts) {
            (true, _) => target.clone(),
            (false, Scripts::One) => temporary::brief(&target),
            (false, Scripts::Chunks) => temporary::lasting(&target),
        };
        let current = Current::new(file, size, (self.kind, hash), plan, &target, stage);
        self.next = Next::Current(Box::new(current));
        Ok(Then::More)
    }

    fn planned(&mut self, file: usize, size: u64, plan: &Plan) {
        self.files.planned(file, plan);
        (self.jobs[file].size, self.jobs[file].resumed) = (size, 0);
    }

    fn go_on(&mut self, current: &mut Current, draft: &mut Draft<'_>) -> Result<Then, Error> {
        let file = current.index;
        let Job { target, temporary, .. } = &self.jobs[file];
        let (target, temporary) = (Argument::Str(target), Argument::Str(temporary));
        match core::mem::replace(&mut current.stage, Stage::Data) {
            Stage::Compare(delta) | Stage::Compared(delta) => Ok(self.compare(current, delta, draft)),
            Stage::Patch(delta) => Ok(self.patch(current, delta, draft)),
            Stage::Look | Stage::Looked => {
                draft.script.require(sum::of(self.kind));
                let digest = current.hash.bytes();
                let (size, digest) = (Argument::Int(current.size), Argument::Bytes(&digest));
                draft.call(Call::Look { file }, &LOOK, &[target, temporary, size, digest]);
                current.stage = Stage::Looked;
                Ok(Then::Stop)
            }
            Stage::Open { removes } => {
                if removes {
                    draft.script.call(&ABORT, &[target]);
                    draft.calls.push(Call::Remove { file });
                }
                let arguments = [target, temporary, Argument::Int(current.offset)];
                draft.call(Call::Open { file }, &OPEN, &arguments);
                // All that it will take is defined at once.
                let deflates = current.plan.window_bits.is_some();
                let helpers = [sum::of(self.kind), &END, if deflates { &INFLATE } else { &WRITE }];
                helpers.into_iter().for_each(|helper| draft.script.require(helper));
                current.stage = Stage::Data;
                Ok(Then::More)
            }
            Stage::Data if current.left() == 0 => {
                current.check(&mut self.file(file))?;
                draft.script.require(sum::of(self.kind));
                let digest = current.hash.bytes();
                draft.call(
                    Call::End { file },
                    &END,
                    &[Argument::Int(current.size), Argument::Bytes(&digest)],
                );
                Ok(Then::More)
            }
            Stage::Data => self.data(current, draft),
            rest @ Stage::Rest { .. } => {
                current.stage = rest;
                Ok(self.rest(current, draft))
            }
        }
    }

    /// The next bytes of the file.
    fn data(&mut self, current: &mut Current, draft: &mut Draft<'_>) -> Result<Then, Error> {
        let room = current.plan.literal.saturating_sub(draft.used);
        if (draft.used > 0 && room <= current.plan.literal / 4) || draft.inflated >= INFLATED {
            return Ok(Then::Stop);
        }
        let Some(bits) = current.plan.window_bits else {
            let offset = current.offset;
            self.read(current, room)?;
            let call = Call::Data { file: current.index, to: current.offset };
            let (offset, length) = (Argument::Int(offset), Argument::Int(self.piece.len() as u64));
            draft.literal(&current.plan, call, &WRITE, &[offset, length], &self.piece, None);
            return Ok(Then::More);
        };
        if self.stream.bits() != Some(bits) {
            self.start(bits, current, draft);
        }
        let most = self.stream.takes(room).min(INFLATED - draft.inflated);
        self.read(current, most)?;
        let (to, length) = (current.offset, self.piece.len() as u64);
        self.stream.chunk(&self.piece, &mut self.deflated);
        if self.deflated.len() >= self.piece.len() {
            // It does not shrink after all.
            current.plan.window_bits = None;
        }
        current.stage = Stage::Rest { to, length, sent: 0 };
        draft.inflated += self.piece.len();
        Ok(self.rest(current, draft))
    }

    /// Reads the next bytes of the file, `most` at most.
    fn read(&mut self, current: &mut Current, most: usize) -> Result<(), Error> {
        let mut source = One { files: &mut self.files, index: current.index };
        current.read(&mut source, most, &mut self.piece)
    }

    fn start(&mut self, bits: u8, current: &Current, draft: &mut Draft<'_>) {
        self.stream.start(bits, &mut self.deflated);
        let call = Call::Stream { file: current.index };
        // What scripts need while they compile, roughly.
        let room = current.plan.literal as u64 + 2048;
        let arguments = [Argument::Int(bits.into()), Argument::Int(room)];
        draft.literal(&current.plan, call, &STREAM, &arguments, &self.deflated, None);
    }

    /// What was deflated, in two scripts where it is too long for one.
    fn rest(&self, current: &mut Current, draft: &mut Draft<'_>) -> Then {
        let Stage::Rest { to, length, sent } = core::mem::replace(&mut current.stage, Stage::Data) else {
            return Then::More;
        };
        let (file, bytes) = (current.index, self.deflated.get(sent..).unwrap_or_default());
        let room = current.plan.literal.saturating_sub(draft.used).max(1);
        if bytes.len() > room {
            let (call, arguments) = (Call::Append { file }, [Argument::Int(room as u64)]);
            draft.literal(&current.plan, call, &APPEND, &arguments, &bytes[..room], None);
            current.stage = Stage::Rest { to, length, sent: sent + room };
            return Then::Stop;
        }
        let arguments = [to - length, length, bytes.len() as u64].map(Argument::Int);
        draft.literal(&current.plan, Call::Data { file, to }, &INFLATE, &arguments, bytes, None);
        Then::More
    }
}

impl Draft<'_> {
    pub(super) fn call(&mut self, call: Call, helper: &'static crate::Helper, arguments: &[Argument<'_>]) {
        self.script.call_bare(helper, arguments.iter().copied());
        self.calls.push(call);
    }

    /// Puts a small file, all in one call; where it is the only one, in a script that needs nothing on the board.
    fn whole(&mut self, file: &Small<'_>, plan: &Plan, kind: DigestKind, alone: bool) {
        let call = Call::Whole { file: file.index, size: file.content.len() as u64 };
        let official = self.board.about().is_some_and(|about| about.name == "micropython");
        let bare = alone && self.calls.is_empty() && self.script.is_bare();
        let (target, digest) = (Argument::Str(file.target), Argument::Bytes(file.digest));
        if bare && official && kind == DigestKind::Sha256 && plan.literals == Encoding::Dense {
            let content = Argument::Bytes(file.content);
            self.script.whole(&ONCE, &[target, Argument::Str(file.temporary), content, digest]);
            self.used += file.content.len();
            self.calls.push(call);
        } else {
            self.script.require(sum::of(kind));
            self.literal(plan, call, &WHOLE, &[target], file.content, Some(digest));
        }
    }

    /// Appends a call with bytes behind its first arguments, written as the plan says.
    fn literal(
        &mut self,
        plan: &Plan,
        call: Call,
        helper: &'static crate::Helper,
        arguments: &[Argument<'_>],
        bytes: &[u8],
        last: Option<Argument<'_>>,
    ) {
        self.used += bytes.len();
        let literal = match plan.literals {
            Encoding::Base64 => {
                self.script.require(&BASE64);
                Argument::Base64(bytes)
            }
            Encoding::Ascii => {
                self.script.quote_as(Quoting::Ascii);
                Argument::Bytes(bytes)
            }
            Encoding::Dense | Encoding::Deflate => Argument::Bytes(bytes),
        };
        self.script.call_bare(helper, arguments.iter().copied().chain([literal]).chain(last));
        self.calls.push(call);
    }
}

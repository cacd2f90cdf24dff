//! Only what changed travels: the old file is compared with the new one, and the board makes the new one of it.

use alloc::vec::Vec;

use super::{
    all::{Comparing, Files, Job, Next, Placed, PutAll, Status},
    current::{Current, Stage},
    delta::{Delta, Piece, SIZES, Verdict},
    flight::Call,
    next::{Draft, Then},
    on_board::{BLOCKS, PATCH},
};
use crate::{
    Argument, Board, DigestKind, Error, Value,
    transfer::{plan::Plan, source::read_exact},
};

/// A file is made of so many pieces at most.
const PIECES: usize = 64;

impl<F: Files> PutAll<F> {
    /// Returns how to begin: with a comparison, if the board can make files of pieces and it is worth it.
    pub(super) fn comparison(
        &mut self,
        file: usize,
        size: u64,
        plan: &Plan,
        board: &Board,
    ) -> Result<Option<Stage>, Error> {
        let comparing = self.jobs[file].comparing;
        let worth = SIZES.contains(&size) && !plan.direct && takes(board, self.kind);
        if comparing == Comparing::No || !worth {
            return Ok(None);
        }
        if comparing == Comparing::Known {
            let known = self.files.known(file).filter(|old| old.len() as u64 <= SIZES.end);
            let new = if known.is_some() { self.whole(file, size)? } else { Vec::new() };
            if let Some(old) = known.filter(|old| *old != new) {
                let delta = Delta::known(new, &old);
                if fits(&delta, plan) {
                    return Ok(Some(Stage::Patch(delta)));
                }
                self.jobs[file].comparing = Comparing::No;
                return Ok(None);
            }
            self.jobs[file].comparing = Comparing::Ask;
        }
        Ok(Some(Stage::Compare(Delta::ask())))
    }

    fn whole(&mut self, file: usize, size: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = alloc::vec![0; usize::try_from(size).unwrap_or_default()];
        read_exact(&mut self.file(file), 0, &mut bytes)?;
        Ok(bytes)
    }

    /// The comparison came to nothing: the file is put as any other.
    pub(super) fn compares_no_more(&mut self, file: usize) {
        let Next::Current(current) = &mut self.next else { return };
        if self.jobs[file].comparing == Comparing::Known {
            self.jobs[file].comparing = Comparing::Ask;
            self.next = Next::File(file);
        } else {
            self.jobs[file].comparing = Comparing::No;
            current.stage = Stage::Look;
        }
    }

    /// The board told the checksums of blocks. So there is an old file, and only now the new one is read whole: of most puts
    /// there is none.
    pub(super) fn compared(&mut self, file: usize, value: Value) -> Result<(), Error> {
        let Next::Current(current) = &mut self.next else { return Ok(()) };
        let stage = core::mem::replace(&mut current.stage, Stage::Look);
        let (Stage::Compared(mut delta), size) = (stage, current.size) else { return Ok(()) };
        if delta.is_first() {
            match self.whole(file, size) {
                Ok(new) => delta.begin(new),
                Err(error) => {
                    self.refuse(file, error);
                    return Ok(());
                }
            }
        }
        let Next::Current(current) = &mut self.next else { return Ok(()) };
        match delta.answer(value, &current.hash.bytes()).ok_or_else(|| self.answer.senseless())? {
            Verdict::Ask => current.stage = Stage::Compare(delta),
            Verdict::Known if fits(&delta, &current.plan) => current.stage = Stage::Patch(delta),
            Verdict::Known => self.jobs[file].comparing = Comparing::No,
            Verdict::Same => {
                self.settle(file, Status::Done(Placed::Same));
                self.next = Next::File(file + 1);
            }
        }
        Ok(())
    }

    pub(super) fn compare(&self, current: &mut Current, mut delta: Delta, draft: &mut Draft<'_>) -> Then {
        let [from, to, block] = delta.question().map(Argument::Int);
        let target = Argument::Str(&self.jobs[current.index].target);
        draft.call(Call::Blocks { file: current.index }, &BLOCKS, &[target, from, to, block]);
        current.stage = Stage::Compared(delta);
        Then::Stop
    }

    /// One script makes the file. It needs the name of the helpers for itself, so nothing may go with it.
    pub(super) fn patch(&mut self, current: &mut Current, delta: Delta, draft: &mut Draft<'_>) -> Then {
        if !draft.calls.is_empty() {
            current.stage = Stage::Patch(delta);
            return Then::Stop;
        }
        let Job { target, temporary, .. } = &self.jobs[current.index];
        let pieces = delta.pieces();
        let pieces: Vec<_> =
            pieces.iter().map(|Piece { offset, length, bytes }| (*offset, *length, *bytes)).collect();
        let digest = current.hash.bytes();
        let target = Argument::Str(target);
        let literals =
            [target, Argument::Str(temporary), Argument::Pieces(&pieces), Argument::Bytes(&digest)];
        draft.script.whole(&PATCH, &literals);
        #[cfg(feature = "deflate")]
        draft.script.pack(draft.board.quoting());
        draft.script.patience(crate::Patience::For(core::time::Duration::from_secs(60)));
        draft.used += delta.missing();
        draft.calls.push(Call::Patch { file: current.index });
        current.stage = Stage::Looked;
        Then::Stop
    }
}

/// Whether the board makes files of pieces: scripts for that travel packed.
fn takes(board: &Board, kind: DigestKind) -> bool {
    let official = board.about().is_some_and(|about| about.name == "micropython" && about.crc32);
    official && kind == DigestKind::Sha256 && packs(board)
}

#[cfg(feature = "deflate")]
fn packs(board: &Board) -> bool {
    crate::packed::takes(board)
}

#[cfg(not(feature = "deflate"))]
const fn packs(_board: &Board) -> bool {
    false
}

/// Whether the patch goes in one script, and saves enough.
fn fits(delta: &Delta, plan: &Plan) -> bool {
    delta.missing() <= plan.literal && delta.pieces().len() <= PIECES
}

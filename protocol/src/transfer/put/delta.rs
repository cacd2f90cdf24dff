//! What of a new file the old one holds.

use alloc::{collections::BTreeMap, vec, vec::Vec};
use core::ops::Range;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{Value, transfer::roll::Roll};

/// Files from this size on are compared with what is there, and up to the other: the host holds such a file whole.
pub(super) const SIZES: Range<u64> = 16 * 1024..1024 * 1024 + 1;
/// The blocks of the first question, of the second, and those of an old file that the host knows.
const COARSE: usize = 8192;
const FINE: usize = 256;
const KNOWN: usize = 32;
/// How long a digest is.
const DIGEST: usize = 16;
/// In so many of its coarse blocks the old file is looked at closer.
const QUESTIONS: usize = 4;

/// The comparison of a new file with an old one.
pub(super) struct Delta {
    /// Empty until there is an old one to compare it with.
    new: Vec<u8>,
    old_size: u64,
    /// What is found: in order of the new file, without overlaps.
    found: Vec<Found>,
    /// Coarse blocks of the old file to be looked at closer.
    questions: Vec<u64>,
    asked: Option<u64>,
}

/// A part of the new file that the old one holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    new: usize,
    old: u64,
    length: usize,
}

/// A part of the old file, and the new bytes that follow it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) bytes: &'a [u8],
}

/// What an answer leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another question.
    Ask,
    /// All is known that is to be known.
    Known,
    /// The old file is the new one.
    Same,
}

impl Delta {
    /// Compares with an old file that is to be asked about; the new one is wanted with the first answer
    /// ([`begin`](Self::begin)).
    pub(super) const fn ask() -> Self {
        Self { new: Vec::new(), old_size: 0, found: Vec::new(), questions: Vec::new(), asked: None }
    }

    /// Whether the new file is wanted.
    pub(super) const fn is_first(&self) -> bool {
        self.new.is_empty()
    }

    /// Takes the new file, which is not empty.
    pub(super) fn begin(&mut self, new: Vec<u8>) {
        self.new = new;
    }

    /// Compares with what the old file is thought to be.
    pub(super) fn known(new: Vec<u8>, old: &[u8]) -> Self {
        let mut delta = Self { new, old_size: old.len() as u64, ..Self::ask() };
        let blocks = old.chunks_exact(KNOWN).map(crc32fast::hash).zip((0..).step_by(KNOWN));
        delta.search(KNOWN, blocks);
        delta.found.retain(|found| {
            let at = usize::try_from(found.old).unwrap_or(usize::MAX);
            old.get(at..at + found.length) == Some(&delta.new[found.new..found.new + found.length])
        });
        delta.grow(old);
        delta
    }

    /// Returns the next question: from which offset to which, and the size of blocks.
    pub(super) fn question(&mut self) -> [u64; 3] {
        self.asked = self.questions.pop();
        match self.asked {
            None => [0, SIZES.end - 1, COARSE as u64],
            Some(offset) => [offset, offset + COARSE as u64, FINE as u64],
        }
    }

    /// Takes the answer: the size of the old file, the checksums of its blocks and their digest, which is `digest` where the
    /// old file is the new one; nothing if it makes no sense.
    pub(super) fn answer(&mut self, value: Value, digest: &[u8]) -> Option<Verdict> {
        let [size, sums]: [Value; 2] = value.into_sequence()?.try_into().ok()?;
        let (size, Value::Bytes(sums)) = (size.as_u64()?, sums) else { return None };
        let sums = STANDARD.decode(sums.trim_ascii()).ok()?;
        let digests = if self.asked.is_some_and(|offset| offset > 0) { 0 } else { DIGEST };
        let (sums, found) = sums.split_at_checked(sums.len().checked_sub(digests)?)?;
        let sum = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes);
        let sums: Vec<u32> = sums.chunks(4).map(sum).collect::<Option<_>>()?;
        if let Some(offset) = self.asked {
            self.search(FINE, sums.into_iter().zip((offset..).step_by(FINE)));
        } else {
            self.old_size = size;
            if size == self.new.len() as u64 && found == digest {
                return Some(Verdict::Same);
            }
            self.search(COARSE, sums.iter().copied().zip((0..).step_by(COARSE)));
            self.search_end(sums.last().copied());
            let blocks = (0..size).step_by(COARSE).take(sums.len());
            let holds = |found: &Found, at: u64| (found.old..found.old + found.length as u64).contains(&at);
            let missing = |at: &u64| !self.found.iter().any(|found| holds(found, *at));
            self.questions = blocks.filter(missing).collect();
            if self.questions.len() > QUESTIONS {
                self.questions.clear();
            }
        }
        Some(if self.questions.is_empty() { Verdict::Known } else { Verdict::Ask })
    }

    /// Finds blocks of the old file in the parts of the new one that are not found yet.
    fn search(&mut self, block: usize, sums: impl Iterator<Item = (u32, u64)>) {
        let mut wanted: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        // A short block at the end is no block.
        for (sum, offset) in sums.filter(|(_, offset)| offset + block as u64 <= self.old_size) {
            wanted.entry(sum).or_default().push(offset);
        }
        let roll = Roll::new(block);
        let mut found = core::mem::take(&mut self.found);
        let mut next: Option<u64> = None;
        for gap in gaps(&found, self.new.len()) {
            roll.search(&self.new[gap.clone()], &wanted, |at, offsets| {
                let goes_on = offsets.iter().find(|offset| Some(**offset) == next);
                let old = *goes_on.or_else(|| offsets.first()).unwrap_or(&0);
                next = Some(old + block as u64);
                found.push(Found { new: gap.start + at, old, length: block });
                true
            });
        }
        found.sort_unstable_by_key(|found| found.new);
        self.found = found;
        self.join();
    }

    /// The last block of the old file may be short: it is looked for at the end of the new one.
    fn search_end(&mut self, sum: Option<u32>) {
        let short = usize::try_from(self.old_size).unwrap_or_default() % COARSE;
        let free = self.found.last().map_or(0, |found| found.new + found.length);
        let Some(new) = self.new.len().checked_sub(short).filter(|new| *new >= free && short > 0) else {
            return;
        };
        if sum == Some(crc32fast::hash(&self.new[new..])) {
            self.found.push(Found { new, old: self.old_size - short as u64, length: short });
            self.join();
        }
    }

    /// Makes one of what goes on.
    fn join(&mut self) {
        let mut joined: Vec<Found> = Vec::new();
        for found in self.found.drain(..) {
            match joined.last_mut() {
                Some(last)
                    if last.new + last.length == found.new && last.old + last.length as u64 == found.old =>
                {
                    last.length += found.length;
                }
                Some(_) | None => joined.push(found),
            }
        }
        self.found = joined;
    }

    /// Lets what is found take in the equal bytes around it.
    fn grow(&mut self, old: &[u8]) {
        let mut free = 0;
        for at in 0..self.found.len() {
            let end = self.found.get(at + 1).map_or(self.new.len(), |next| next.new);
            let found = &mut self.found[at];
            let mut from = usize::try_from(found.old).unwrap_or_default();
            while found.new > free && from > 0 && self.new[found.new - 1] == old[from - 1] {
                (found.new, from, found.length) = (found.new - 1, from - 1, found.length + 1);
            }
            found.old = from as u64;
            while found.new + found.length < end
                && old.get(from + found.length) == Some(&self.new[found.new + found.length])
            {
                found.length += 1;
            }
            free = found.new + found.length;
        }
        self.join();
    }

    /// Returns how many bytes the old file does not hold.
    pub(super) fn missing(&self) -> usize {
        self.new.len() - self.found.iter().map(|found| found.length).sum::<usize>()
    }

    /// Returns the new file as pieces of the old one and new bytes.
    pub(super) fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = vec![Piece { offset: 0, length: 0, bytes: &[] }];
        let ends = self.found.iter().skip(1).map(|found| found.new).chain([self.new.len()]);
        pieces[0].bytes = &self.new[..self.found.first().map_or(self.new.len(), |first| first.new)];
        for (found, end) in self.found.iter().zip(ends) {
            let bytes = &self.new[found.new + found.length..end];
            pieces.push(Piece { offset: found.old, length: found.length as u64, bytes });
        }
        pieces.retain(|piece| piece.length > 0 || !piece.bytes.is_empty());
        pieces
    }
}

/// Returns what lies between.
fn gaps(found: &[Found], length: usize) -> Vec<Range<usize>> {
    let mut gaps = Vec::new();
    let mut from = 0;
    for found in found {
        gaps.push(from..found.new);
        from = found.new + found.length;
    }
    gaps.push(from..length);
    gaps
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;
    use crate::{DigestKind, Hash};

    fn applied(pieces: &[Piece<'_>], old: &[u8]) -> Vec<u8> {
        let mut new = Vec::new();
        for piece in pieces {
            let at = usize::try_from(piece.offset).expect("small");
            new.extend_from_slice(&old[at..at + usize::try_from(piece.length).expect("small")]);
            new.extend_from_slice(piece.bytes);
        }
        new
    }

    /// What the board answers.
    fn answer(old: &[u8], [offset, end, block]: [u64; 3]) -> Value {
        let from = usize::try_from(offset).expect("small").min(old.len());
        let end = old.len().min(usize::try_from(end).expect("small")).max(from);
        let sums = old[from..end].chunks(usize::try_from(block).expect("small"));
        let sums: Vec<u8> = sums.flat_map(|block| crc32fast::hash(block).to_be_bytes()).collect();
        let digest = if from == 0 { digest(&old[..end]) } else { Vec::new() };
        let sums = STANDARD.encode([sums, digest].concat()) + "\n";
        Value::Sequence(vec![Value::Int(old.len() as i64), Value::Bytes(sums.into_bytes())])
    }

    fn digest(bytes: &[u8]) -> Vec<u8> {
        Hash::of(DigestKind::Sha256, bytes).bytes()
    }

    fn asked(new: &[u8], old: &[u8]) -> Delta {
        let mut delta = Delta::ask();
        delta.begin(new.to_vec());
        for _ in 0..=QUESTIONS {
            let question = delta.question();
            if delta.answer(answer(old, question), &digest(new)) != Some(Verdict::Ask) {
                break;
            }
        }
        delta
    }

    fn text(lines: usize) -> Vec<u8> {
        (0..lines).flat_map(|line| format!("line {line}: {}\n", line * line % 977).into_bytes()).collect()
    }

    #[test]
    fn a_line_in_the_middle_costs_its_block() {
        let old = text(6000);
        let mut new = old.clone();
        new.splice(50_000..50_010, *b"a line that was not there\n");
        let delta = asked(&new, &old);
        assert_eq!(applied(&delta.pieces(), &old), new);
        assert!(delta.missing() < 1100, "{}", delta.missing());
        let delta = Delta::known(new.clone(), &old);
        assert_eq!(applied(&delta.pieces(), &old), new);
        assert!(delta.missing() <= 26, "{}", delta.missing());
    }

    #[test]
    fn the_same_is_the_same() {
        let old = text(2000);
        let mut delta = Delta::ask();
        delta.begin(old.clone());
        let question = delta.question();
        assert_eq!(delta.answer(answer(&old, question), &digest(&old)), Some(Verdict::Same));
        assert_eq!(delta.answer(Value::Int(1), &[]), None);
        assert_eq!(
            delta.answer(Value::Sequence(vec![Value::Int(1), Value::Bytes(b"12".to_vec())]), &[]),
            None
        );
    }

    proptest! {
        /// Whatever was changed, the pieces make the new file; but that the board's block may be another one with the same
        /// check, which text with numbers in it meets: then the digest of the file that they make tells.
        #[test]
        fn pieces_make_the_file(
            lines in 0..3000_usize,
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..400_usize, prop::collection::vec(any::<u8>(), 0..300)), 0..6),
        ) {
            let old = text(lines);
            let mut new = old.clone();
            for (at, removed, inserted) in edits {
                let at = at.index(new.len() + 1);
                new.splice(at..new.len().min(at + removed), inserted);
            }
            let delta = Delta::known(new.clone(), &old);
            prop_assert_eq!(applied(&delta.pieces(), &old), &new[..]);
            let delta = asked(&new, &old);
            let made = applied(&delta.pieces(), &old);
            prop_assert_eq!(made.len(), new.len());
            let mut at = 0;
            for piece in delta.pieces() {
                let length = usize::try_from(piece.length).expect("small");
                // The last block of the old file may be short; of the coarse ones the fine ones are a part.
                for from in (0..length).step_by(FINE) {
                    let block = at + from..at + length.min(from + FINE);
                    let (is, was) = (&made[block.clone()], &new[block]);
                    let coarse = at + from / COARSE * COARSE..at + length.min(from / COARSE * COARSE + COARSE);
                    let alike = |one: &[u8], two: &[u8]| crc32fast::hash(one) == crc32fast::hash(two);
                    prop_assert!(is == was || alike(is, was) || alike(&made[coarse.clone()], &new[coarse]));
                }
                at += length;
                prop_assert_eq!(piece.bytes, &new[at..at + piece.bytes.len()]);
                at += piece.bytes.len();
            }
        }
    }
}

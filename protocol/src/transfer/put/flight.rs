//! A script that was sent: what each of its calls does, and what the board's lines say about them.

use alloc::vec::Vec;

use crate::Value;

/// What one call does; `file` is the index of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// Asks for the free memory.
    Free,
    /// Looks at what is there.
    Look { file: usize },
    /// Starts the deflate stream.
    Stream { file: usize },
    /// Opens the temporary file.
    Open { file: usize },
    /// Carries a part of a literal only.
    Append { file: usize },
    /// Carries the file's bytes up to an offset.
    Data { file: usize, to: u64 },
    /// Ends the file: digest and rename.
    End { file: usize },
    /// Does all of a small file.
    Whole { file: usize, size: u64 },
    /// Asks for the checksums of the old file's blocks.
    Blocks { file: usize },
    /// Makes the file out of pieces of the old one.
    Patch { file: usize },
    /// Removes what is left of a file that failed, or what is in the way.
    Remove { file: usize },
}

impl Call {
    pub(super) const fn file(self) -> Option<usize> {
        match self {
            Self::Free => None,
            Self::Look { file }
            | Self::Stream { file }
            | Self::Open { file }
            | Self::Append { file }
            | Self::Data { file, .. }
            | Self::End { file }
            | Self::Whole { file, .. }
            | Self::Blocks { file }
            | Self::Patch { file }
            | Self::Remove { file } => Some(file),
        }
    }
}

/// A script on its way.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) calls: Vec<Call>,
    /// What a loss in a script before it makes void.
    pub(super) generation: u32,
    /// How many bytes its literals hold.
    pub(super) used: usize,
}

/// What the board said about a script.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// What its calls said, in their order; those that say nothing when all is well are there too.
    pub(super) done: Vec<(Call, Line)>,
    /// The first call of which it is not known that it ran.
    pub(super) open: Option<Call>,
}

impl Said {
    /// These calls ran, and said nothing.
    fn silent(&mut self, calls: &[Call]) {
        self.done.extend(calls.iter().map(|call| (*call, Line::Silent)));
    }
}

/// What a call said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing: it did what it should.
    Silent,
    /// Its answer.
    Value(Value),
}

impl Flight {
    /// Reads what the script printed into `said`; `ended` says whether it ran to its end. Nothing if it makes no sense.
    pub(super) fn read(&self, printed: &[u8], ended: bool, said: &mut Said) -> Option<()> {
        let lines = printed.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let mut lines = lines.filter(|line| !line.is_empty()).peekable();
        said.open = None;
        said.done.clear();
        // From here on no call has said anything.
        let mut silent = 0;
        for (at, &call) in self.calls.iter().enumerate() {
            let speaks = match call {
                Call::Free
                | Call::Look { .. }
                | Call::End { .. }
                | Call::Whole { .. }
                | Call::Blocks { .. }
                | Call::Patch { .. } => true,
                Call::Data { .. } => lines.peek().is_some_and(|line| is_number(line)),
                Call::Stream { .. } | Call::Open { .. } | Call::Append { .. } | Call::Remove { .. } => false,
            };
            if !speaks {
                continue;
            }
            let Some(line) = lines.next() else {
                said.open = Some(self.calls[silent]);
                // What ended in an exception said all that it could.
                return (!ended).then_some(());
            };
            said.silent(&self.calls[silent..at]);
            said.done.push((call, Line::Value(Value::read_all(line).ok()?)));
            silent = at + 1;
        }
        if ended {
            said.silent(&self.calls[silent..]);
        } else {
            said.open = self.calls.get(silent).or_else(|| self.calls.last()).copied();
        }
        lines.next().is_none().then_some(())
    }
}

/// Whether it is the number that a call prints where its bytes did not fit; only `Look` prints one besides.
fn is_number(line: &[u8]) -> bool {
    let digits = line.strip_prefix(b"-").unwrap_or(line);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

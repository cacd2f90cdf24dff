use alloc::collections::VecDeque;

use crate::testing::Input;

/// The board's input buffer.
#[derive(Debug)]
pub(crate) struct Ring {
    kind: Input,
    bytes: VecDeque<u8>,
    highest: usize,
    dropped: u64,
}

/// What became of a byte that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It was stored, or dropped without a word.
    Yes,
    /// It stays on the link.
    No,
}

impl Ring {
    pub(crate) const fn new(kind: Input) -> Self {
        Self { kind, bytes: VecDeque::new(), highest: 0, dropped: 0 }
    }

    /// Says whether the next byte will be looked at: a buffer that pushes back does not even see a `^C` when full.
    pub(crate) fn looks(&self) -> bool {
        match self.kind {
            Input::Overflows(_) => true,
            Input::PushesBack(size) => self.bytes.len() < size,
        }
    }

    pub(crate) fn put(&mut self, byte: u8) -> Taken {
        let (Input::Overflows(size) | Input::PushesBack(size)) = self.kind;
        if self.bytes.len() < size {
            self.bytes.push_back(byte);
            self.highest = self.highest.max(self.bytes.len());
            return Taken::Yes;
        }
        match self.kind {
            Input::PushesBack(_) => Taken::No,
            Input::Overflows(_) => {
                self.dropped += 1;
                Taken::Yes
            }
        }
    }

    /// What a `^C` does to the bytes that wait, when it interrupts code.
    pub(crate) fn interrupted(&mut self) {
        match self.kind {
            Input::Overflows(_) => {}
            Input::PushesBack(_) => self.bytes.clear(),
        }
    }

    pub(crate) fn take(&mut self) -> Option<u8> {
        self.bytes.pop_front()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns how many bytes wait that a paste would take as source.
    pub(crate) fn source_waiting(&self) -> usize {
        self.bytes.iter().take_while(|byte| !matches!(byte, 3 | 4)).count()
    }

    pub(crate) fn ends_source(&self) -> bool {
        self.bytes.iter().any(|byte| matches!(byte, 3 | 4))
    }

    pub(crate) const fn highest(&self) -> usize {
        self.highest
    }

    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }
}

//! What the host costs and what the simulated boards cost, told apart: all of it runs on one thread.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use peak_alloc::PeakAlloc;

/// Counts memory, by the process's allocator, and time. What happens inside [`of_boards`](Self::of_boards) is the boards',
/// all else the host's: engine, driver, tokio.
pub(crate) struct Ledger {
    began: Instant,
    /// What was in use before.
    base: usize,
    /// Bytes that the boards use.
    boards: Cell<usize>,
    boards_most: Cell<usize>,
    host_most: Cell<usize>,
    boards_time: Cell<Duration>,
}

/// What it came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// The most bytes that were in use at once.
    pub(crate) memory: usize,
    /// How long this thread was at it, in real time: on a machine that does something else besides, too long.
    pub(crate) time: Duration,
}

impl Ledger {
    /// Begins to count.
    pub(crate) fn new() -> Self {
        PeakAlloc.reset_peak_usage();
        Self {
            began: Instant::now(),
            base: PeakAlloc.current_usage(),
            boards: Cell::new(0),
            boards_most: Cell::new(0),
            host_most: Cell::new(0),
            boards_time: Cell::new(Duration::ZERO),
        }
    }

    /// Does what boards and links do.
    pub(crate) fn of_boards<T>(&self, work: impl FnOnce() -> T) -> T {
        self.close_host();
        let (before, began) = (PeakAlloc.current_usage(), Instant::now());
        let done = work();
        // What other threads of the process free meanwhile is not theirs.
        let boards = (self.boards.get() + PeakAlloc.current_usage()).saturating_sub(before);
        self.boards.set(boards);
        self.boards_most.set(self.boards_most.get().max(boards));
        self.boards_time.set(self.boards_time.get() + began.elapsed());
        PeakAlloc.reset_peak_usage();
        done
    }

    /// Counts what the host used since the boards' last turn: theirs did not change meanwhile.
    fn close_host(&self) {
        let host = PeakAlloc.peak_usage().saturating_sub(self.base + self.boards.get());
        self.host_most.set(self.host_most.get().max(host));
    }

    /// What the host's side cost so far.
    pub(crate) fn host(&self) -> Cost {
        self.close_host();
        Cost {
            memory: self.host_most.get(),
            time: self.began.elapsed().saturating_sub(self.boards_time.get()),
        }
    }

    /// What the boards' side cost so far.
    pub(crate) const fn boards(&self) -> Cost {
        Cost { memory: self.boards_most.get(), time: self.boards_time.get() }
    }
}

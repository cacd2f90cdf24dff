use alloc::vec::Vec;

use crate::{
    Instant,
    helper::Helper,
    testing::{
        Disk, Firmware, Machine, Program,
        console::Core,
        input::{Ring, Taken},
        mode::Mode,
        run::Run,
    },
};

/// How many bytes of output wait for the link before the board stands still.
pub(crate) const OUTPUT_LIMIT: usize = 4096;

/// A simulated board on virtual time.
///
/// Bytes go in with [`received`](Self::received) and come out with [`take_output`](Self::take_output);
/// [`poll`](Self::poll) lets it do what is due and says when it wants to be polled next. While 4 KiB of output wait, the
/// board stands still, as behind a link that nobody reads: poll again after taking it.
#[derive(Debug)]
pub struct Device {
    pub(super) mode: Mode,
    pub(super) input: Ring,
    pub(super) core: Core,
    /// Until then it looks at nothing.
    pub(super) stalled: Instant,
}

/// What a board did, as far as tests want to know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The most bytes that waited in the input buffer.
    pub highest_fill: usize,
    /// Bytes that the input buffer dropped.
    pub dropped: u64,
    /// Scripts that were compiled, whether they ran or not.
    pub scripts: u32,
    /// Offers of raw paste that were accepted.
    pub pastes: u32,
    /// More source arrived in a paste than two windows and one for each grant.
    pub credit_exceeded: bool,
    /// The most source bytes of a paste that had arrived and not been read.
    pub highest_unread: usize,
    /// `^D` that arrived on an empty line, each a soft reset.
    pub lone_ctrl_d: u32,
    /// Soft resets, by `^D` or by a script.
    pub soft_resets: u32,
    /// Hard resets.
    pub hard_resets: u32,
    /// `^C` that arrived while code ran.
    pub interrupts: u32,
}

impl Device {
    /// Returns a board that was switched on long ago: at its friendly prompt, or running `main.py`.
    #[must_use]
    pub fn new(firmware: Firmware) -> Self {
        Self::with_helpers(firmware, crate::testing::helpers())
    }

    /// Returns such a board that knows these helpers instead of the engine's own.
    #[must_use]
    pub(crate) fn with_helpers(firmware: Firmware, helpers: &'static [&'static Helper]) -> Self {
        let mode =
            Run::main(&firmware.main, firmware.swallows_ctrl_c).map_or_else(Mode::friendly, Mode::Running);
        let input = Ring::new(firmware.input);
        Self { mode, input, core: Core::new(firmware, helpers), stalled: Instant::EPOCH }
    }

    /// Teaches it what a test's own code does.
    pub fn register(&mut self, program: Program) {
        self.core.programs.push(program);
    }

    /// Bytes arrive, in one packet; returns how many it took. The rest stays on the link: offer it again later.
    pub fn received(&mut self, now: Instant, bytes: &[u8]) -> usize {
        for (taken, &byte) in bytes.iter().enumerate() {
            self.advance(now);
            if matches!(self.mode, Mode::Booting { .. }) {
                continue;
            }
            if !self.input.looks() {
                return taken;
            }
            if byte == 3
                && let Mode::Running(run) = &mut self.mode
            {
                run.interrupt();
                self.input.interrupted();
                self.core.statistics.interrupts += 1;
                if self.core.firmware().ctrl_c_flushes {
                    self.input.clear();
                    break;
                }
                continue;
            }
            if let Mode::Paste(paste) = &mut self.mode {
                paste.arrives(byte, &mut self.core);
            }
            if self.input.put(byte) == Taken::No {
                return taken;
            }
        }
        self.advance(now);
        bytes.len()
    }

    /// Does what is due; returns when it wants to be polled next, if time alone can bring something.
    pub fn poll(&mut self, now: Instant) -> Option<Instant> {
        self.advance(now)
    }

    /// Takes what it has to send.
    #[must_use]
    pub fn take_output(&mut self) -> Vec<u8> {
        core::mem::take(self.core.machine.output())
    }

    /// Takes at most `limit` bytes of what it has to send.
    #[must_use]
    pub fn take_output_up_to(&mut self, limit: usize) -> Vec<u8> {
        let output = self.core.machine.output();
        output.drain(..limit.min(output.len())).collect()
    }

    /// Returns how many bytes wait to be taken.
    #[must_use]
    pub fn output_waiting(&self) -> usize {
        self.core.machine.backlog()
    }

    /// Presses the reset button: everything but the disk is gone, and `main.py` runs.
    pub fn reset(&mut self, now: Instant) {
        self.core.machine.output().clear();
        self.hard_reset(now);
        self.advance(now);
    }

    /// Lets it look at nothing until then, as a long collection or a flash write does. Its input buffer fills.
    pub fn stall(&mut self, until: Instant) {
        self.stalled = self.stalled.max(until);
    }

    /// Says whether the firmware has stopped for good.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        matches!(self.mode, Mode::Stopped)
    }

    /// Says whether code runs, `main.py` included.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        matches!(self.mode, Mode::Running(_))
    }

    /// Says whether it is at its friendly prompt, with an empty line.
    #[must_use]
    pub fn is_friendly(&self) -> bool {
        matches!(&self.mode, Mode::Friendly(friendly) if friendly.is_empty()) && self.input.is_empty()
    }

    /// Returns its files.
    #[must_use]
    pub const fn disk(&self) -> &Disk {
        &self.core.machine.disk
    }

    /// Returns its files, to change them.
    pub const fn disk_mut(&mut self) -> &mut Disk {
        &mut self.core.machine.disk
    }

    /// Returns what the helpers' twins see.
    pub const fn machine(&mut self) -> &mut Machine {
        &mut self.core.machine
    }

    /// Returns how often it was reset, softly or not.
    #[must_use]
    pub const fn resets(&self) -> u32 {
        self.core.statistics.soft_resets + self.core.statistics.hard_resets
    }

    /// Returns what it did so far.
    #[must_use]
    pub const fn statistics(&self) -> Statistics {
        Statistics {
            highest_fill: self.input.highest(),
            dropped: self.input.dropped(),
            ..self.core.statistics
        }
    }
}

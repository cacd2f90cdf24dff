use alloc::{collections::VecDeque, vec::Vec};

use crate::{
    Instant,
    helper::Helper,
    testing::{
        Disk, Firmware, Machine, Program,
        console::Core,
        friendly::Friendly,
        input::{Ring, Taken},
        paste::Paste,
        raw,
        run::{Ending, Outcome, Progress, Run},
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
    mode: Mode,
    input: Ring,
    core: Core,
    /// Until then it looks at nothing.
    stalled: Instant,
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

#[derive(Debug)]
pub(crate) enum Mode {
    /// A hard reset; what it prints, and when.
    Booting {
        until: Instant,
        chatter: VecDeque<(Instant, Vec<u8>)>,
    },
    /// `main.py` comes next.
    Starting,
    Friendly(Friendly),
    /// The raw REPL, with the line that it has collected.
    Raw(Vec<u8>),
    Paste(Paste),
    Running(Run),
    /// Not a byte any more.
    Stopped,
}

impl Mode {
    pub(crate) fn friendly() -> Self {
        Self::Friendly(Friendly::new())
    }
}

impl Device {
    /// Returns a board that was switched on long ago: at its friendly prompt, or running `main.py`.
    #[must_use]
    pub fn new(firmware: Firmware) -> Self {
        Self::with_helpers(firmware, crate::testing::helpers())
    }

    /// Returns such a board that knows these helpers instead of the engine's own.
    #[must_use]
    pub fn with_helpers(firmware: Firmware, helpers: &'static [&'static Helper]) -> Self {
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

    fn hard_reset(&mut self, now: Instant) {
        self.core.forget_all();
        self.core.statistics.hard_resets += 1;
        self.input.clear();
        self.stalled = now;
        let (boot, chatter) = (self.core.firmware().boot, self.core.firmware().chatter.clone());
        let lines = chatter.split_inclusive(|&byte| byte == b'\n').collect::<Vec<_>>();
        let each = boot / u32::try_from(lines.len()).unwrap_or(u32::MAX).max(1);
        let times = (0u32..).map(|line| now + each * line);
        let chatter = times.zip(lines).map(|(time, line)| (time, line.to_vec())).collect();
        self.mode = Mode::Booting { until: now + boot, chatter };
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

    fn advance(&mut self, now: Instant) -> Option<Instant> {
        loop {
            if self.core.machine.backlog() >= OUTPUT_LIMIT {
                return None;
            }
            if now < self.stalled {
                return Some(self.stalled);
            }
            match core::mem::replace(&mut self.mode, Mode::Starting) {
                Mode::Starting => self.start(),
                Mode::Running(mut run) => match run.advance(now, &mut self.core, &mut self.input) {
                    Progress::Done(outcome) => self.end(run.ending, outcome, now),
                    Progress::Wait(until) => {
                        self.mode = Mode::Running(run);
                        return until;
                    }
                },
                Mode::Booting { until, mut chatter } => {
                    while chatter.front().is_some_and(|(time, _)| *time <= now) {
                        chatter.pop_front().into_iter().for_each(|(_, line)| self.core.say(&line));
                    }
                    if now < until {
                        let next = chatter.front().map_or(until, |(time, _)| *time);
                        self.mode = Mode::Booting { until, chatter };
                        return Some(next);
                    }
                }
                mode @ (Mode::Friendly(_) | Mode::Raw(_) | Mode::Paste(_)) => {
                    let Some(byte) = self.input.take() else {
                        self.mode = mode;
                        return None;
                    };
                    self.stalled = now + self.core.firmware().consume;
                    self.mode = self.byte(mode, byte);
                }
                Mode::Stopped => {
                    self.mode = Mode::Stopped;
                    return None;
                }
            }
        }
    }

    fn byte(&mut self, mode: Mode, byte: u8) -> Mode {
        match mode {
            Mode::Friendly(friendly) => friendly.byte(byte, &mut self.core),
            Mode::Raw(line) => raw::byte(line, byte, &mut self.core, &self.input),
            Mode::Paste(paste) => paste.byte(byte, &mut self.core),
            mode @ (Mode::Booting { .. } | Mode::Starting | Mode::Running(_) | Mode::Stopped) => mode,
        }
    }

    fn start(&mut self) {
        let firmware = self.core.firmware();
        self.mode = match Run::main(&firmware.main, firmware.swallows_ctrl_c) {
            Some(run) => Mode::Running(run),
            None => {
                self.core.friendly_banner();
                Mode::friendly()
            }
        };
    }

    fn end(&mut self, ending: Ending, outcome: Outcome, now: Instant) {
        if outcome == Outcome::HardReset {
            return self.hard_reset(now);
        }
        self.core.end(ending, &outcome);
        self.mode = match (ending, outcome) {
            (Ending::Raw, Outcome::Exit) => raw::soft_reset(&mut self.core),
            (Ending::Friendly | Ending::Main, Outcome::Exit) => {
                self.core.soft_reset();
                Mode::Starting
            }
            (Ending::Raw, _) => {
                self.core.say(b">");
                Mode::Raw(Vec::new())
            }
            (Ending::Friendly, _) => {
                self.core.prompt();
                Mode::friendly()
            }
            (Ending::Main, _) => {
                self.core.friendly_banner();
                Mode::friendly()
            }
        };
    }
}

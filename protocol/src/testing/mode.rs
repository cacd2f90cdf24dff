//! What the board is at, and how it goes from one thing to the next.

use alloc::{collections::VecDeque, vec::Vec};

use crate::{
    Instant,
    testing::{
        Device,
        device::OUTPUT_LIMIT,
        friendly::Friendly,
        paste::Paste,
        raw,
        run::{Ending, Outcome, Progress, Run},
    },
};

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
    /// Does what is due; returns when time alone brings something next.
    pub(super) fn advance(&mut self, now: Instant) -> Option<Instant> {
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
        match outcome {
            Outcome::HardReset => return self.hard_reset(now),
            Outcome::Bootloader => {
                self.core.forget_all();
                self.mode = Mode::Stopped;
                return;
            }
            Outcome::Clean | Outcome::Raised(..) | Outcome::Exit => {}
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

    pub(super) fn hard_reset(&mut self, now: Instant) {
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
}

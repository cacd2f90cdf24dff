use alloc::{
    collections::VecDeque,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

use crate::{
    Instant,
    testing::{Act, Main, Raised, code::Step, console::Core, device::OUTPUT_LIMIT, input::Ring},
};

/// A script that runs.
#[derive(Debug)]
pub(crate) struct Run {
    steps: VecDeque<Step>,
    waiting: Waiting,
    pub(crate) ending: Ending,
    /// The line that was read last.
    read: Vec<u8>,
    line: u32,
    swallows: u32,
    interrupted: bool,
}

/// What stands behind a script's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// `^D`, the traceback, `^D`, `>`.
    Raw,
    /// The traceback, the prompt.
    Friendly,
    /// The traceback, the banner, the prompt.
    Main,
}

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    Raised(Raised, u32),
    Exit,
    HardReset,
    Bootloader,
}

#[derive(Debug)]
pub(crate) enum Progress {
    /// It goes on then, or when a byte comes.
    Wait(Option<Instant>),
    Done(Outcome),
}

#[derive(Debug)]
enum Waiting {
    No,
    /// A `^C` waits for the end of it.
    Busy(Instant),
    Sleep(Instant),
    Line(Vec<u8>),
    Bytes(usize),
    Forever,
    Printing {
        text: String,
        every: Duration,
        next: Option<Instant>,
    },
}

impl Run {
    pub(crate) const fn new(steps: VecDeque<Step>, ending: Ending) -> Self {
        Self {
            steps,
            waiting: Waiting::No,
            ending,
            read: Vec::new(),
            line: 1,
            swallows: 0,
            interrupted: false,
        }
    }

    /// Returns the run of `main.py`, if there is one.
    pub(crate) fn main(main: &Main, swallows: u32) -> Option<Self> {
        let act = match main {
            Main::Prompt => return None,
            Main::Silent => Act::RunForever,
            Main::Prints { text, every } => Act::PrintForever { text: text.clone(), every: *every },
        };
        let run = Self::new([Step::Act(act)].into(), Ending::Main);
        Some(Self { swallows, ..run })
    }

    /// A `^C` came.
    pub(crate) const fn interrupt(&mut self) {
        match self.swallows.checked_sub(1) {
            Some(left) => self.swallows = left,
            None => self.interrupted = true,
        }
    }

    pub(crate) fn advance(&mut self, now: Instant, core: &mut Core, input: &mut Ring) -> Progress {
        loop {
            if core.machine.backlog() >= OUTPUT_LIMIT {
                return Progress::Wait(None);
            }
            match self.wait(now, core, input) {
                Ok(None) => {}
                Ok(Some(progress)) => return progress,
                Err(raised) => return Progress::Done(Outcome::Raised(raised, self.line)),
            }
            let Some(step) = self.steps.pop_front() else { return Progress::Done(Outcome::Clean) };
            match self.step(step, now, core) {
                Ok(None) => {}
                Ok(Some(outcome)) => return Progress::Done(outcome),
                Err((raised, line)) => return Progress::Done(Outcome::Raised(raised, line)),
            }
        }
    }

    /// Waits for what it waits for; nothing when the next step may run.
    fn wait(&mut self, now: Instant, core: &mut Core, input: &mut Ring) -> Result<Option<Progress>, Raised> {
        if let Waiting::Busy(until) = self.waiting
            && now < until
        {
            return Ok(Some(Progress::Wait(Some(until))));
        }
        if self.interrupted {
            return Err(Raised::new("KeyboardInterrupt", ""));
        }
        match &mut self.waiting {
            Waiting::No | Waiting::Busy(_) => {}
            Waiting::Sleep(until) if now < *until => return Ok(Some(Progress::Wait(Some(*until)))),
            Waiting::Sleep(_) => {}
            Waiting::Forever => return Ok(Some(Progress::Wait(None))),
            Waiting::Printing { text, every, next } => {
                let next = next.get_or_insert(now);
                while *next <= now && core.machine.backlog() < OUTPUT_LIMIT {
                    core.machine.print(text);
                    *next += (*every).max(Duration::from_micros(1));
                }
                return Ok(Some(Progress::Wait(Some(*next).filter(|next| *next > now))));
            }
            Waiting::Line(line) => match read_line(line, core, input)? {
                Some(line) => self.read = line,
                None => return Ok(Some(Progress::Wait(None))),
            },
            Waiting::Bytes(left) => {
                while *left > 0 {
                    let Some(byte) = input.take() else { return Ok(Some(Progress::Wait(None))) };
                    self.read.push(byte);
                    *left -= 1;
                }
            }
        }
        self.waiting = Waiting::No;
        Ok(None)
    }

    fn step(&mut self, step: Step, now: Instant, core: &mut Core) -> Result<Option<Outcome>, (Raised, u32)> {
        match step {
            Step::Act(act) => return self.act(act, now, core),
            Step::Reset(act) if core.firmware().can.reset => return self.act(act, now, core),
            Step::Reset(_) => {
                return Err((Raised::new("ImportError", "no module named 'microcontroller'"), 4));
            }
            Step::Call { line, .. } | Step::Undecodable { line } | Step::Define { line, .. } => {
                self.line = line
            }
            Step::Mark { .. } | Step::Forget | Step::Whole { .. } => {}
        }
        let result = core.run(step);
        self.busy(now, core);
        result.map(|()| None)
    }

    fn busy(&mut self, now: Instant, core: &mut Core) {
        let busy = core.machine.take_busy();
        if !busy.is_zero() {
            self.waiting = Waiting::Busy(now + busy);
        }
    }

    fn act(&mut self, act: Act, now: Instant, core: &mut Core) -> Result<Option<Outcome>, (Raised, u32)> {
        match act {
            Act::Print(text) => core.machine.print(&text),
            Act::Write(bytes) => core.machine.write(&bytes),
            Act::ReadLine(prompt) => {
                core.say(prompt.as_bytes());
                self.waiting = Waiting::Line(Vec::new());
            }
            Act::PrintReadLine => {
                core.machine.print_bytes(&self.read);
                core.machine.print("\n");
            }
            Act::ReadBytes(count) => {
                self.read.clear();
                self.waiting = Waiting::Bytes(count);
            }
            Act::Sleep(time) => self.waiting = Waiting::Sleep(now + time),
            Act::Busy(time) => self.waiting = Waiting::Busy(now + time),
            Act::RunForever => self.waiting = Waiting::Forever,
            Act::PrintForever { text, every } => self.waiting = Waiting::Printing { text, every, next: None },
            Act::SwallowInterrupts(times) => self.swallows = times,
            Act::Raise { kind, message, line } => return Err((Raised { kind, message }, line)),
            Act::Line(line) => self.line = line,
            Act::Native(native) => {
                let result = native(&mut core.machine).map_err(|raised| (raised, self.line));
                self.busy(now, core);
                result?;
            }
            Act::Exit => return Ok(Some(Outcome::Exit)),
            Act::HardReset => return Ok(Some(Outcome::HardReset)),
            Act::Bootloader => return Ok(Some(Outcome::Bootloader)),
            // `compile` refused such a program.
            Act::SyntaxError { line, .. } => {
                return Err((Raised::new("SyntaxError", line.to_string()), line));
            }
        }
        Ok(None)
    }
}

/// `input()`: echoes what is typed; `\r` ends it, `^D` on an empty line is the end of the file.
fn read_line(line: &mut Vec<u8>, core: &mut Core, input: &mut Ring) -> Result<Option<Vec<u8>>, Raised> {
    while let Some(byte) = input.take() {
        match byte {
            b'\r' => {
                core.say(b"\r\n");
                return Ok(Some(core::mem::take(line)));
            }
            4 if line.is_empty() => return Err(Raised::new("EOFError", "")),
            3 => return Err(Raised::new("KeyboardInterrupt", "")),
            8 | 0x7f if line.pop().is_some() => core.say(b"\x08\x1b[K"),
            0x20..0x7f => {
                line.push(byte);
                core.say(&[byte]);
            }
            _ => {}
        }
    }
    Ok(None)
}

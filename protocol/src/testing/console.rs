use alloc::{collections::VecDeque, vec::Vec};

use crate::{
    helper::Helper,
    literal::Value,
    testing::{
        Act, Firmware, Machine, Program, Raised, Statistics,
        code::{self, Rejected, Step},
        lexer::Lexer,
        run::{Ending, Outcome},
        traceback::{Origin, traceback},
    },
};

/// What answers an entry into the raw REPL.
pub(crate) const RAW_BANNER: &[u8] = b"raw REPL; CTRL-B to exit\r\n>";

/// All of the board but its mode and its input: what scripts change, and the way out.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) machine: Machine,
    pub(crate) programs: Vec<Program>,
    pub(crate) helpers: &'static [&'static Helper],
    pub(crate) class: Option<Class>,
    pub(crate) statistics: Statistics,
}

/// The class `_rp`.
#[derive(Debug, Default)]
pub(crate) struct Class {
    pub(crate) nonce: i64,
    pub(crate) helpers: Vec<&'static Helper>,
}

/// How a script comes to the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// Read as it is compiled.
    Paste,
    /// Kept whole first.
    Line,
}

impl Core {
    pub(crate) fn new(firmware: Firmware, helpers: &'static [&'static Helper]) -> Self {
        Self {
            machine: Machine::new(firmware),
            programs: Vec::new(),
            helpers,
            class: None,
            statistics: Statistics::default(),
        }
    }

    pub(crate) const fn firmware(&self) -> &Firmware {
        self.machine.firmware()
    }

    /// Writes as the REPL itself writes: nothing is cooked.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.machine.write(bytes);
    }

    pub(crate) fn prompt(&mut self) {
        let ps1 = self.firmware().ps1.clone();
        self.say(ps1.as_bytes());
    }

    pub(crate) fn friendly_banner(&mut self) {
        let banner = self.firmware().friendly_banner();
        self.say(banner.as_bytes());
        self.prompt();
    }

    pub(crate) fn report(&mut self, raised: &Raised, origin: &Origin) {
        self.machine.print(&traceback(raised, origin));
    }

    /// Forgets what a soft reset forgets, and says so.
    pub(crate) fn soft_reset(&mut self) {
        let text = self.firmware().soft_reset.clone();
        self.say(text.as_bytes());
        self.forget_all();
        self.statistics.soft_resets += 1;
    }

    pub(crate) fn forget_all(&mut self) {
        self.class = None;
        self.machine.reset();
    }

    /// Compiles a script, or says how the board would refuse it.
    pub(crate) fn compile(
        &mut self,
        source: &[u8],
        carrier: Carrier,
    ) -> Result<VecDeque<Step>, (Raised, Origin)> {
        self.statistics.scripts += 1;
        let mut lexer = Lexer::new();
        let lexed = source.iter().try_for_each(|&byte| lexer.byte(byte)).and_then(|()| lexer.end());
        lexed.map_err(syntax_error)?;
        let line = match carrier {
            Carrier::Paste => 0,
            Carrier::Line => source.len(),
        };
        self.fits(line, lexer.literals())?;
        let steps =
            code::compile(source, &self.programs, self.helpers).map_err(|rejected| match rejected {
                Rejected::Syntax(line) => syntax_error(line),
                Rejected::Unknown => not_implemented(),
            })?;
        Ok(steps.into())
    }

    /// The law of [`Firmware::heap`]: four times the literals, and a line that is kept whole.
    pub(crate) fn fits(&self, line: usize, literals: usize) -> Result<(), (Raised, Origin)> {
        if line + 4 * literals > self.firmware().heap {
            return Err((Raised::memory_error(literals + 1), Origin::Reading));
        }
        Ok(())
    }

    /// Looks whether a registered program's text is refused at this very byte.
    pub(crate) fn refused(&self, source: &[u8]) -> Option<(Raised, Origin)> {
        let begun = self.programs.iter().filter(|program| program.source.as_bytes().starts_with(source));
        for act in begun.flat_map(|program| &program.acts) {
            if let Act::SyntaxError { line, after_bytes } = act
                && *after_bytes == source.len()
            {
                return Some(syntax_error(*line));
            }
        }
        None
    }

    /// Runs a step that takes no time of its own.
    pub(crate) fn run(&mut self, step: Step) -> Result<(), (Raised, u32)> {
        match step {
            Step::Mark { product } => {
                let nonce = self.class.as_ref().map_or(0, |class| class.nonce);
                self.machine.print(&alloc::format!("{product} {nonce}\n"));
            }
            Step::Define { line, nonce, helpers } => {
                self.define(nonce, &helpers).map_err(|raised| (raised, line))?
            }
            Step::Call { line, name, arguments } => {
                let helper = self.find(&name).map_err(|raised| (raised, line))?;
                (helper.twin)(&mut self.machine, &arguments).map_err(|raised| (raised, line))?;
            }
            Step::Undecodable { line } => return Err((Raised::new("ValueError", "incorrect padding"), line)),
            Step::Whole { whole, arguments } => {
                self.machine.forget();
                self.class = Some(Class { nonce: 0, helpers: Vec::new() });
                (whole.twin)(&mut self.machine, &arguments).map_err(|raised| (raised, 1))?;
            }
            Step::Forget => {
                self.class = None;
                self.machine.forget();
            }
            Step::Act(_) | Step::Reset(_) => {}
        }
        Ok(())
    }

    fn define(&mut self, nonce: Option<i64>, helpers: &[&'static Helper]) -> Result<(), Raised> {
        if let Some(nonce) = nonce {
            self.machine.forget();
            self.class = Some(Class { nonce, helpers: Vec::new() });
        }
        let class = self.class.as_mut().ok_or_else(no_class)?;
        for helper in helpers {
            class.helpers.push(helper);
            let attributes = helper.source.lines().filter_map(attribute);
            self.machine.state.extend(attributes.map(|(name, value)| (name.into(), value)));
            self.machine.state.insert(helper.name.into(), Value::Str(helper.source.into()));
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Result<&'static Helper, Raised> {
        let class = self.class.as_ref().ok_or_else(no_class)?;
        let helper = class.helpers.iter().rfind(|helper| helper.name == name).copied();
        helper.ok_or_else(|| Raised::no_attribute("type object '_rp'", name))
    }

    /// Says how a script ended, up to the prompt.
    pub(crate) fn end(&mut self, ending: Ending, outcome: &Outcome) {
        let origin = |line: &u32| match ending {
            Ending::Main => Origin::Running("main.py", *line),
            Ending::Raw | Ending::Friendly => Origin::Running("<stdin>", *line),
        };
        let raw = ending == Ending::Raw;
        if raw {
            self.say(b"\x04");
        }
        match outcome {
            Outcome::Raised(raised, line) => self.report(raised, &origin(line)),
            Outcome::Clean | Outcome::Exit | Outcome::HardReset | Outcome::Bootloader => {}
        }
        if raw {
            self.say(b"\x04");
        }
    }
}

pub(crate) fn syntax_error(line: u32) -> (Raised, Origin) {
    (Raised::new("SyntaxError", "invalid syntax"), Origin::Compiling(line))
}

fn not_implemented() -> (Raised, Origin) {
    let message = "the simulated board runs no Python; use --port micropython:";
    (Raised::new("NotImplementedError", message), Origin::Running("<stdin>", 1))
}

fn no_class() -> Raised {
    Raised::new("NameError", "name '_rp' isn't defined")
}

/// Reads a line of a class body that sets an attribute to a literal.
fn attribute(line: &str) -> Option<(&str, Value)> {
    let (name, value) = line.strip_prefix(' ')?.split_once('=')?;
    let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    named.then_some((name, Value::read_all(value.as_bytes()).ok()?))
}

use alloc::{format, vec::Vec};

use crate::testing::{
    console::{Carrier, Core, RAW_BANNER},
    mode::Mode,
    run::{Ending, Run},
};

/// The friendly REPL. It has no history, no completion, no arrow keys and no automatic indentation.
#[derive(Debug)]
pub(crate) enum Friendly {
    /// A line is edited; `earlier` are the lines that it continues.
    Line { earlier: Vec<u8>, edit: Edit },
    /// `^E`: everything up to `^D` is source.
    Paste(Vec<u8>),
}

#[derive(Debug, Default)]
pub(crate) struct Edit {
    line: Vec<u8>,
    cursor: usize,
}

impl Friendly {
    pub(crate) fn new() -> Self {
        Self::Line { earlier: Vec::new(), edit: Edit::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Line { earlier, edit } if earlier.is_empty() && edit.line.is_empty())
    }

    /// What the friendly REPL makes of a byte.
    pub(crate) fn byte(self, byte: u8, core: &mut Core) -> Mode {
        match (self, byte) {
            (Self::Paste(_), 3) => cancel(core),
            (Self::Paste(source), 4) => {
                core.say(b"\r\n");
                run(&source, core)
            }
            (Self::Paste(mut source), byte) => {
                source.push(byte);
                core.say(if byte == b'\r' { b"\r\n=== " } else { core::slice::from_ref(&byte) });
                Mode::Friendly(Self::Paste(source))
            }
            (Self::Line { .. }, 3) => cancel(core),
            (Self::Line { earlier, edit }, 1 | 2 | 4 | 5) if edit.line.is_empty() => {
                control(earlier, byte, core)
            }
            (Self::Line { earlier, edit }, b'\r') => {
                core.say(b"\r\n");
                line(earlier, &edit.line, core)
            }
            (Self::Line { earlier, mut edit }, byte) => {
                edit.byte(byte, core);
                Mode::Friendly(Self::Line { earlier, edit })
            }
        }
    }
}

fn cancel(core: &mut Core) -> Mode {
    core.say(b"\r\n");
    core.prompt();
    Mode::friendly()
}

/// A control character on an empty line.
fn control(earlier: Vec<u8>, byte: u8, core: &mut Core) -> Mode {
    if !earlier.is_empty() {
        // Where a statement is continued only `^D` means something: it ends the statement. The others end the line.
        return if byte == 4 { run(&earlier, core) } else { line(earlier, b"", core) };
    }
    match byte {
        1 => {
            core.say(b"\r\n");
            core.say(RAW_BANNER);
            Mode::Raw(Vec::new())
        }
        2 => {
            core.say(b"\r\n");
            core.friendly_banner();
            Mode::friendly()
        }
        4 => {
            core.statistics.lone_ctrl_d += 1;
            core.say(b"\r\n");
            core.soft_reset();
            Mode::Starting
        }
        _ => {
            core.say(b"\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ");
            Mode::Friendly(Friendly::Paste(Vec::new()))
        }
    }
}

fn line(mut source: Vec<u8>, line: &[u8], core: &mut Core) -> Mode {
    if source.is_empty() && line.is_empty() {
        core.prompt();
        return Mode::friendly();
    }
    if !source.is_empty() {
        source.push(b'\n');
    }
    source.extend_from_slice(line);
    if continues(&source) {
        core.say(b"... ");
        return Mode::Friendly(Friendly::Line { earlier: source, edit: Edit::default() });
    }
    run(&source, core)
}

/// Says whether the statement goes on: an open bracket, or a compound statement without its empty line.
fn continues(source: &[u8]) -> bool {
    let opened = source.iter().filter(|byte| b"([{".contains(byte)).count();
    let closed = source.iter().filter(|byte| b")]}".contains(byte)).count();
    let compound = ["if", "while", "for", "try", "with", "def", "class", "async"];
    let word = source.split(|byte| !byte.is_ascii_lowercase()).next().unwrap_or_default();
    let compound = source.first() == Some(&b'@') || compound.iter().any(|keyword| keyword.as_bytes() == word);
    opened > closed || (compound && !source.ends_with(b"\n"))
}

fn run(source: &[u8], core: &mut Core) -> Mode {
    match core.compile(source, Carrier::Line) {
        Ok(steps) => Mode::Running(Run::new(steps, Ending::Friendly)),
        Err((raised, origin)) => {
            core.report(&raised, &origin);
            core.prompt();
            Mode::friendly()
        }
    }
}

impl Edit {
    fn byte(&mut self, byte: u8, core: &mut Core) {
        match byte {
            1 => {
                back(self.cursor, core);
                self.cursor = 0;
            }
            2 if self.cursor > 0 => {
                back(1, core);
                self.cursor -= 1;
            }
            4 if self.cursor < self.line.len() => self.delete(core),
            5 => {
                core.say(&self.line[self.cursor..]);
                self.cursor = self.line.len();
            }
            8 | 0x7f if self.cursor > 0 => {
                back(1, core);
                self.cursor -= 1;
                self.delete(core);
            }
            0x20..0x7f => {
                self.line.insert(self.cursor, byte);
                core.say(&self.line[self.cursor..]);
                self.cursor += 1;
                back(self.line.len() - self.cursor, core);
            }
            _ => {}
        }
    }

    fn delete(&mut self, core: &mut Core) {
        self.line.remove(self.cursor);
        core.say(b"\x1b[K");
        core.say(&self.line[self.cursor..]);
        back(self.line.len() - self.cursor, core);
    }
}

fn back(columns: usize, core: &mut Core) {
    match columns {
        0..=4 => core.say(&b"\x08\x08\x08\x08"[..columns]),
        _ => core.say(format!("\x1b[{columns}D").as_bytes()),
    }
}

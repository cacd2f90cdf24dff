//! What a script is to a board that runs no Python.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::{
    helper::{BASE64, Helper, Whole},
    literal::{Malformed, Value},
    ops::{BOOTLOADER, HARD},
    packed::{AFTER, BEFORE},
    testing::{Act, Program, helpers},
};

/// A piece of a script that was understood.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// `print(A*B,getattr(globals().get('_rp'),'_n',0))`.
    Mark { product: i64 },
    /// `class _rp:` with its nonce, or `class _rp(_rp):` without, and the helpers in it.
    Define { line: u32, nonce: Option<i64>, helpers: Vec<&'static Helper> },
    /// A script that stands for itself.
    Whole { whole: &'static Whole, arguments: Vec<Value> },
    /// `_rp.NAME(..)`.
    Call { line: u32, name: String, arguments: Vec<Value> },
    /// The same with base64 that does not decode.
    Undecodable { line: u32 },
    /// `globals().pop('_rp',None)`.
    Forget,
    /// Part of a registered program.
    Act(Act),
    /// The same, where the firmware has `machine.reset`.
    Reset(Act),
}

/// Why a script does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejected {
    /// The compiler would refuse this line.
    Syntax(u32),
    /// It may be Python, and nobody here can tell.
    Unknown,
}

/// Compiles a whole script: nothing runs unless all of it was understood.
pub(crate) fn compile(
    source: &[u8],
    programs: &[Program],
    known: &[&'static Helper],
) -> Result<Vec<Step>, Rejected> {
    if let Some(program) = programs.iter().find(|program| program.source.as_bytes() == source) {
        return program.acts.iter().cloned().map(act).collect();
    }
    let source = lexed(source);
    if let Some(text) = source.strip_prefix(BEFORE.as_bytes()) {
        return compile(&unpacked(text)?, programs, known);
    }
    if let Some(step) = helpers::wholes().iter().find_map(|whole| stands_for_itself(whole, &source)) {
        return Ok(Vec::from([step]));
    }
    match &*source {
        HARD => return Ok(Vec::from([Step::Reset(Act::HardReset)])),
        BOOTLOADER => return Ok(Vec::from([Step::Reset(Act::Bootloader)])),
        _ => {}
    }
    let mut reader = Reader { rest: &source, line: 1 };
    let mut steps = Vec::new();
    while !reader.rest.is_empty() {
        if let Some(step) = statement(&mut reader, known)? {
            steps.push(step);
        }
    }
    Ok(steps)
}

fn act(act: Act) -> Result<Step, Rejected> {
    if let Act::SyntaxError { line, .. } = act {
        return Err(Rejected::Syntax(line));
    }
    Ok(Step::Act(act))
}

/// The lexer takes every kind of newline for one, and reads NUL as 1.
fn lexed(source: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(0, b'\r', source).is_none() {
        return Cow::Borrowed(source);
    }
    let mut lexed = Vec::with_capacity(source.len());
    let mut after_return = false;
    for &byte in source {
        match byte {
            0 => lexed.push(1),
            b'\r' => lexed.push(b'\n'),
            b'\n' if after_return => {}
            byte => lexed.push(byte),
        }
        after_return = byte == b'\r';
    }
    Cow::Owned(lexed)
}

struct Reader<'a> {
    rest: &'a [u8],
    line: u32,
}

impl<'a> Reader<'a> {
    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.line += u32::try_from(memchr::memchr_iter(b'\n', skipped).count()).unwrap_or(u32::MAX);
        self.rest = rest;
    }

    fn eat(&mut self, text: &str) -> bool {
        let eaten = self.rest.starts_with(text.as_bytes());
        if eaten {
            self.skip(text.len());
        }
        eaten
    }

    /// The current line, without its newline.
    fn current(&self) -> &'a [u8] {
        &self.rest[..memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len())]
    }

    fn next_line(&mut self) {
        self.skip((self.current().len() + 1).min(self.rest.len()));
    }
}

fn statement(reader: &mut Reader<'_>, known: &[&'static Helper]) -> Result<Option<Step>, Rejected> {
    let line = reader.line;
    let text = reader.current().trim_ascii_end();
    if text.is_empty() || text.trim_ascii_start().starts_with(b"#") {
        reader.next_line();
        return Ok(None);
    }
    if reader.eat("class _rp") {
        return definition(reader, line, known).map(Some);
    }
    if text.starts_with(b"_rp.") {
        let step = call(text, line).map_err(|Malformed| Rejected::Syntax(line))?;
        reader.next_line();
        return Ok(Some(step));
    }
    let step = match text {
        b"globals().pop('_rp',None)" => Some(Step::Forget),
        b"__import__('gc').collect()" => None,
        _ => Some(Step::Mark { product: mark(text).ok_or(Rejected::Unknown)? }),
    };
    reader.next_line();
    Ok(step)
}

fn definition(reader: &mut Reader<'_>, line: u32, known: &[&'static Helper]) -> Result<Step, Rejected> {
    let nonce = if reader.eat(":\n _n=") {
        let (nonce, rest) =
            Value::read(reader.current()).map_err(|Malformed| Rejected::Syntax(reader.line))?;
        let (Value::Int(nonce), []) = (nonce, rest) else { return Err(Rejected::Unknown) };
        reader.next_line();
        Some(nonce)
    } else if reader.eat("(_rp):\n") {
        None
    } else {
        return Err(Rejected::Unknown);
    };
    let mut helpers = Vec::new();
    while reader.rest.first() == Some(&b' ') {
        // The longest text wins: one helper's source may begin as another's does.
        let fitting = known.iter().filter(|helper| reader.rest.starts_with(helper.source.as_bytes()));
        let helper = fitting.max_by_key(|helper| helper.source.len()).ok_or(Rejected::Unknown)?;
        reader.skip(helper.source.len());
        helpers.push(*helper);
    }
    Ok(Step::Define { line, nonce, helpers })
}

/// Inflates a packed script.
fn unpacked(text: &[u8]) -> Result<Vec<u8>, Rejected> {
    use std::io::Read;

    let (value, rest) = Value::read(text).map_err(|Malformed| Rejected::Syntax(1))?;
    let (Value::Bytes(deflated), true) = (value, rest == AFTER.as_bytes()) else {
        return Err(Rejected::Unknown);
    };
    let mut source = Vec::new();
    let inflated = flate2::read::DeflateDecoder::new(&deflated[..]).take(64 * 1024).read_to_end(&mut source);
    inflated.map_err(|_| Rejected::Unknown)?;
    Ok(source)
}

/// Reads a script whose text is known, with literals in between.
fn stands_for_itself(whole: &'static Whole, source: &[u8]) -> Option<Step> {
    let (first, others) = whole.pieces.split_first()?;
    let mut rest = source.strip_prefix(first.as_bytes())?;
    let mut arguments = Vec::new();
    for piece in others {
        let (value, after) = Value::read(rest).ok()?;
        arguments.push(value);
        rest = after.strip_prefix(piece.as_bytes())?;
    }
    rest.is_empty().then_some(Step::Whole { whole, arguments })
}

/// Reads `_rp.NAME(LITERAL,..)`.
fn call(text: &[u8], line: u32) -> Result<Step, Malformed> {
    let text = text.strip_prefix(b"_rp.").ok_or(Malformed)?;
    let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let (name, text) = text.split_at(length);
    let mut text = text.strip_prefix(b"(").ok_or(Malformed)?;
    let mut arguments = Vec::new();
    loop {
        text = text.trim_ascii_start();
        if text == b")" {
            let name = core::str::from_utf8(name).map_err(|_| Malformed)?;
            let arguments: Option<_> = arguments.into_iter().collect();
            let call = arguments.map(|arguments| Step::Call { line, name: name.into(), arguments });
            return Ok(call.unwrap_or(Step::Undecodable { line }));
        }
        let (value, rest) = argument(text)?;
        arguments.push(value);
        text = rest.trim_ascii_start();
        text = match text.strip_prefix(b",") {
            Some(rest) => rest,
            None if text == b")" => text,
            None => return Err(Malformed),
        };
    }
}

/// Reads a literal, or bytes in base64: `_rp.B('..')`; nothing if they do not decode.
fn argument(text: &[u8]) -> Result<(Option<Value>, &[u8]), Malformed> {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let call = [b"_rp.", BASE64.name.as_bytes(), b"("].concat();
    let Some(text) = text.strip_prefix(&call[..]) else {
        return Value::read(text).map(|(value, rest)| (Some(value), rest));
    };
    let (value, rest) = Value::read(text)?;
    let bytes = STANDARD.decode(value.as_str().ok_or(Malformed)?).ok();
    Ok((bytes.map(Value::Bytes), rest.strip_prefix(b")").ok_or(Malformed)?))
}

/// Reads `print(A*B,getattr(globals().get('_rp'),'_n',0))`; returns the product.
fn mark(text: &[u8]) -> Option<i64> {
    let factors = text.strip_prefix(b"print(")?.strip_suffix(b",getattr(globals().get('_rp'),'_n',0))")?;
    let (Value::Int(a), rest) = Value::read(factors).ok()? else { return None };
    let (Value::Int(b), []) = Value::read(rest.strip_prefix(b"*")?).ok()? else { return None };
    a.checked_mul(b)
}

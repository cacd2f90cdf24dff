use alloc::{
    string::{FromUtf8Error, String},
    vec::Vec,
};
use core::ops::ControlFlow;

use crate::{Board, Error, Exec, Operation, Reply, Script, Stdin};

/// Evaluates one expression and results in its `repr`, as the board wrote it (64 KiB at most).
///
/// [`Value::read_all`](crate::Value::read_all) reads it if it is a literal.
#[derive(Debug)]
pub struct Eval {
    captured: super::Captured,
}

impl Eval {
    /// Returns the operation that evaluates `expression`.
    ///
    /// # Errors
    ///
    /// [`Refused::Byte`](crate::Refused::Byte) if the expression holds `^C`, `^D` or NUL.
    pub fn new(expression: &str) -> Result<Self, Error> {
        // A comment would take the parentheses with it.
        let end: &[u8] = if expression.contains('#') { b"\n))\n" } else { b"))\n" };
        let code: Vec<u8> = [b"print(repr(", expression.as_bytes(), end].concat();
        Ok(Self { captured: Exec::captured(code, 64 * 1024)? })
    }
}

impl Operation for Eval {
    type Output = String;

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.captured.script(board, script)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        self.captured.output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<String>, Error> {
        let ControlFlow::Break(mut text) = self.captured.reply(reply)? else {
            return Ok(ControlFlow::Continue(()));
        };
        text.truncate(text.trim_ascii_end().len());
        let lossy = |error: FromUtf8Error| String::from_utf8_lossy(error.as_bytes()).into_owned();
        Ok(ControlFlow::Break(String::from_utf8(text).unwrap_or_else(lossy)))
    }
}

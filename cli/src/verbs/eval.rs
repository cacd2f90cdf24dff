//! `eval`.

use std::io::{self, Write};

use clap::Args;
use rawpaste::{Error, Patience, Refused};
use serde_json::Value;

use super::exec::{Ended, Input, ended, execute};
use crate::{
    link::{Board, Link},
    report::{Failure, Result, print_json},
};

/// Print the value of an expression on the board
///
/// With --json, what the expression prints itself goes to standard error.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste eval '6*7'\n  rawpaste eval --json '__import__(\"os\").listdir()'"
)]
pub(crate) struct Eval {
    /// Print JSON; a value in it that JSON does not have, such as bytes, is the text of its repr
    #[arg(long)]
    json: bool,
    /// The expression
    #[arg(allow_hyphen_values = true)]
    expression: String,
}

impl Eval {
    /// Prints it.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let link = board.open()?;
        if self.json {
            return print_json(&evaluate(link, &self.expression)?);
        }
        // A comment would take the parenthesis with it.
        let code = format!("print({}\n)", self.expression);
        execute(link, code.into_bytes(), Input::Nothing)
    }
}

/// A function of itself and a value, which makes JSON of the value. The board's json makes text of strings alone: of what it
/// does not know it makes what is no JSON, and of bytes a string like any other. `v-v` tells infinity and NaN from numbers;
/// firmware without floats has no name for them.
const TO_JSON: &str = "lambda j,v:\
    '['+','.join([j(j,e)for e in v])+']'if isinstance(v,(list,tuple))else \
    '{'+','.join([j(j,k if isinstance(k,str)else repr(k))+':'+j(j,v[k])for k in v])+'}'if isinstance(v,dict)else \
    {None:'null',True:'true',False:'false'}[v]if v is None or isinstance(v,bool)else \
    repr(v)if isinstance(v,(int,getattr(__import__('builtins'),'float',int)))and v-v==0 else \
    __import__('json').dumps(v if isinstance(v,str)else repr(v))";

/// How much the value and what the expression prints may be together: an expression that prints for ever must not fill this
/// machine.
const LIMIT: usize = 16 << 20;

/// Asks for the value; what the expression prints goes to standard error, and so does what it raises.
fn evaluate(link: &mut Link, expression: &str) -> Result<Value> {
    let doing = format!("evaluate on {}", link.place());
    // The expression stands in the first line, as without JSON, so that the traceback is the same. The value has a line of its
    // own, the last.
    let code = format!("(lambda j,v:print('\\n'+j(j,v)))({TO_JSON},({expression}\n))");
    let mut printed = Vec::new();
    let keep = |bytes: &[u8]| {
        if printed.len() + bytes.len() > LIMIT {
            return Err(Error::from(Refused::TooMuch { what: "bytes of output", limit: LIMIT }));
        }
        printed.extend_from_slice(bytes);
        Ok(())
    };
    let exec =
        rawpaste::Exec::new(code.into_bytes(), keep).map_err(|error| Failure::of(&error.into(), &doing))?;
    let done = link.attend_once(exec.patience(Patience::Forever), |_| {});
    let value = if done.is_ok() { take_last_line(&mut printed) } else { None };
    // There is nobody to tell if that fails.
    let _ = io::stderr().write_all(&printed);
    let ended = ended(link, done, &doing)?;
    let Some(value) = value.filter(|_| ended == Ended::Whole) else {
        return Err(Failure::trouble(format!(
            "cannot {doing}: the expression ended in a reset of the board, and has no value"
        ))
        .next("where it is to reset the board, leave --json out"));
    };
    // A str of a board may be no UTF-8.
    serde_json::from_str(&String::from_utf8_lossy(&value)).map_err(|error| {
        Failure::trouble(format!("cannot {doing}: the value makes no JSON: {error}"))
            .next("see it without --json; JSON is read 128 levels deep")
    })
}

/// Takes the last line off, with the end of the one before.
fn take_last_line(printed: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = printed.trim_ascii_end().len();
    let start = printed[..end].iter().rposition(|byte| *byte == b'\n')?;
    let line = printed[start + 1..end].to_vec();
    printed.truncate(start);
    if printed.last() == Some(&b'\r') {
        printed.pop();
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_the_last_line() {
        for (printed, value, rest) in [
            ("\r\n42\r\n", Some("42"), ""),
            ("\n42\n", Some("42"), ""),
            ("one\r\ntwo\r\n42\r\n", Some("42"), "one\r\ntwo"),
            ("one\r\n\r\n42\r\n", Some("42"), "one\r\n"),
            ("", None, ""),
            ("cut", None, "cut"),
        ] {
            let mut bytes = printed.as_bytes().to_vec();
            let line = take_last_line(&mut bytes);
            assert_eq!(line.as_deref(), value.map(str::as_bytes), "{printed:?}");
            assert_eq!(bytes, rest.as_bytes(), "{printed:?}");
        }
    }
}

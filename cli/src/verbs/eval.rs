//! `eval`.

use clap::Args;
use rawpaste::Value;
use serde_json::json;

use super::exec::{Input, execute};
use crate::{
    link::Board,
    report::{Failure, Result, print_json},
};

/// Print the value of an expression on the board
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste eval '6*7'\n  rawpaste eval --json '__import__(\"os\").listdir()'"
)]
pub(crate) struct Eval {
    /// Print JSON; what has none is its repr
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
        if !self.json {
            // A comment would take the parenthesis with it.
            let code = format!("print({}\n)", self.expression);
            return execute(link, code.into_bytes(), Input::Nothing);
        }
        let doing = format!("evaluate on {}", link.place());
        // The board's json knows more kinds than a literal has, and writes what it does not know as it is.
        let both = format!("(lambda v:[__import__('json').dumps(v),repr(v)])({}\n)", self.expression);
        let eval = rawpaste::Eval::new(&both).map_err(|error| Failure::of(&error.into(), &doing))?;
        let text = link.run_once(eval, &doing)?;
        let Ok(Value::Sequence(said)) = Value::read_all(text.as_bytes()) else {
            return print_json(&json!(text));
        };
        let said: Vec<_> = said.iter().filter_map(Value::as_str).collect();
        let value = said.first().and_then(|text| serde_json::from_str(text).ok());
        print_json(&value.unwrap_or_else(|| json!(said.last().unwrap_or(&&*text))))
    }
}

use alloc::{
    format,
    string::{String, ToString},
};

use crate::testing::Raised;

/// Where an exception was raised, which decides how its traceback begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// While the source was read: `MemoryError` and `KeyboardInterrupt` have no traceback then.
    Reading,
    /// By the compiler, in this line.
    Compiling(u32),
    /// By running code, in this line of `file`.
    Running(&'static str, u32),
}

/// Returns what the board prints of an exception, newlines not cooked yet.
pub(crate) fn traceback(raised: &Raised, origin: &Origin) -> String {
    let head = match origin {
        Origin::Reading => String::new(),
        Origin::Compiling(line) => {
            format!("Traceback (most recent call last):\n  File \"<stdin>\", line {line}\n")
        }
        Origin::Running(file, line) => {
            format!("Traceback (most recent call last):\n  File \"{file}\", line {line}, in <module>\n")
        }
    };
    head + &raised.to_string() + "\n"
}

//! How a command ended: what happened, where, and what to do next.

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};

use rawpaste::{DriveError, Error, Exception, Fault, FaultKind, Refused, acts_on_a_terminal};

use crate::{
    device,
    entry::{self, Told},
    progress,
};

/// What every part of the command answers.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// The exit codes, the graver the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All that was wanted was done.
    Done = 0,
    /// The board's code raised.
    Raised = 1,
    /// The command cannot be understood as it was given.
    Usage = 2,
    /// The link, the board or a file of this machine.
    Trouble = 3,
}

/// Why a command was not done.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// Empty if it was told already.
    text: String,
    /// What to do next, one of these.
    next: Vec<String>,
}

impl Failure {
    /// A command that cannot be understood as it was given.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, text: text.into(), next: Vec::new() }
    }

    /// Trouble with the link, the board or a file.
    pub(crate) fn trouble(text: impl Into<String>) -> Self {
        Self { exit: Exit::Trouble, text: text.into(), next: Vec::new() }
    }

    /// One that needs no more words.
    pub(crate) const fn told(exit: Exit) -> Self {
        Self { exit, text: String::new(), next: Vec::new() }
    }

    /// Trouble with a file of this machine.
    pub(crate) fn file(doing: &str, name: &str, error: &io::Error) -> Self {
        Self::trouble(format!("cannot {doing} {}: {}", Visible(name), Visible(&error.to_string())))
    }

    /// The same, with this exit code.
    pub(crate) const fn with(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Its exit code.
    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened and what to do next, as a part of something longer; nothing if it was told already.
    pub(crate) fn in_full(&self) -> String {
        let next: String = self.next.iter().map(|next| format!("\n    next: {next}")).collect();
        self.text.clone() + &next
    }

    /// What happened, without what to do next; nothing if it was told already.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The same.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// What is shown, line by line.
    #[cfg(test)]
    pub(crate) fn into_lines(self) -> Vec<String> {
        let next = self.next.into_iter().map(|next| format!("next: {next}"));
        self.text.lines().map(Into::into).chain(next).collect()
    }

    /// Says what to do next.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = vec![next.into()];
        self
    }

    /// Says what to do next, if nothing was said yet.
    pub(crate) fn or_next(mut self, next: &str) -> Self {
        if self.next.is_empty() {
            self.next.push(next.into());
        }
        self
    }

    /// Says more about it.
    pub(crate) fn also(mut self, text: &str) -> Self {
        self.text.push_str("\n  ");
        self.text.push_str(text);
        self
    }

    /// What an operation ended with; `doing` completes "cannot ...".
    pub(crate) fn of(error: &DriveError<io::Error>, doing: &str) -> Self {
        match error {
            DriveError::Engine(Error::Exception(exception)) => Self::of_exception(exception, doing),
            DriveError::Engine(Error::Refused(refused @ Refused::Path { .. })) => {
                Self::usage(format!("cannot {doing}: {refused}")).next("name another path")
            }
            DriveError::Engine(Error::Fault(fault)) => Self::of_fault(fault, doing),
            DriveError::Engine(error) => Self::trouble(format!("cannot {doing}: {error}")),
            DriveError::Transport(error) => {
                let text = error.to_string();
                // The first two are of connections to other machines alone.
                let next = if error.kind() == io::ErrorKind::ConnectionAborted {
                    "see that the other machine, its server and the board there still run, and run the command again"
                } else if error.kind() == io::ErrorKind::Unsupported {
                    "run the command again with that port"
                } else {
                    "look at the cable, find the board's name again, and run the command again"
                };
                Self::trouble(format!("cannot {doing}: the port failed: {}", Visible(text.trim()))).next(next)
            }
        }
    }

    fn of_fault(fault: &Fault, doing: &str) -> Self {
        let FaultKind::NoEntry(attempts) = fault.kind else {
            return Self::trouble(format!("cannot {doing}: {fault}"));
        };
        let Told { why, steps } = entry::tell(attempts, &fault.heard, device::ports);
        let failure = Self::trouble(format!("cannot {doing}: {why}"));
        Self { next: steps.into(), ..failure }
    }

    fn of_exception(exception: &Exception, doing: &str) -> Self {
        if exception.is_interrupt() {
            return Self::trouble(format!("cannot {doing}: interrupted")).next("run the command again");
        }
        // What is done begins with its verb.
        let verb = doing.split(' ').next().unwrap_or_default();
        let whole = "`rawpaste rm -r` removes a folder with all that is in it";
        let (what, next) = match exception.errno {
            Some(2) if matches!(verb, "put" | "make" | "touch" | "move" | "copy") => (
                "there is no such file or folder on the board",
                "`rawpaste mkdir -p :FOLDER` makes a folder that is missing; `rawpaste ls :` shows what is there",
            ),
            Some(2) => {
                ("there is no such file or folder on the board", "`rawpaste ls :` shows what is there")
            }
            Some(1 | 13) if verb == "remove" => {
                ("the board does not permit it, for a folder since something is in it, say", whole)
            }
            Some(39) if verb == "remove" => ("the folder is not empty", whole),
            Some(21) if verb == "remove" => ("it is a folder", whole),
            Some(21) if verb == "get" => (
                "it is a folder",
                "`rawpaste get -r :FOLDER` gets it with all that is in it; `rawpaste ls` lists it",
            ),
            Some(1 | 13) => (
                "the board does not permit it",
                "see whether its file system can be written to: `rawpaste df`",
            ),
            Some(17) => ("there is one of this name on the board", "remove it first, or name another"),
            Some(20) => ("a part of the path is a file, not a folder", "`rawpaste ls :` shows what is there"),
            Some(21) => {
                ("it is a folder", "name a file, or end the path with / to put something into the folder")
            }
            Some(28) => {
                ("the board has no room for it", "`rawpaste rm :PATH` makes room, `rawpaste info` shows it")
            }
            Some(39) => ("the folder is not empty", "remove what is in it first"),
            _ => {
                return Self::trouble(format!("cannot {doing}: the board raised:\n{exception}"))
                    .next("run it again; if it stays, reset the board");
            }
        };
        Self::trouble(format!("cannot {doing}: {what}")).next(next)
    }

    /// Tells it, and answers the exit code.
    pub(crate) fn show(&self) -> ExitCode {
        if !self.text.is_empty() {
            say(&format!("rawpaste: {}", self.text));
        }
        for (at, next) in self.next.iter().enumerate() {
            say(&format!("  {}: {next}", if at == 0 { "next" } else { "  or" }));
        }
        ExitCode::from(self.exit as u8)
    }
}

/// Writes a line to standard error; there is nobody to tell if that fails.
pub(crate) fn say(line: &str) {
    let _ = progress::aside(|| writeln!(io::stderr(), "{line}"));
}

/// Whether only what was asked for is to be said, and what went wrong.
static QUIET: AtomicBool = AtomicBool::new(false);

/// From now on only what was asked for is said, and what went wrong.
pub(crate) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether it is so.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Writes a line on what is to be known besides to standard error.
pub(crate) fn note(line: &str) {
    if !is_quiet() {
        say(line);
    }
}

/// Writes what was done to standard output.
pub(crate) fn tell(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    if is_quiet() { Ok(()) } else { print(write) }
}

/// Writes to standard output. Where somebody closed it, who has read enough, what is under way goes on.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let write = || {
        let mut out = io::stdout().lock();
        write(&mut out).and_then(|()| out.flush())
    };
    match progress::aside(write) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| closed_output(&error)),
    }
}

/// Writes a value to standard output, for machines.
pub(crate) fn print_json(value: &serde_json::Value) -> Result<()> {
    print(|out| writeln!(out, "{}", json_text(value)))
}

/// Returns the value as JSON of several lines, with what would act on a terminal escaped: serde_json does that to the control
/// characters of ASCII alone.
fn json_text(value: &serde_json::Value) -> String {
    let mut text = String::new();
    for character in format!("{value:#}").chars() {
        // A line's end stands between values only, and all others inside of strings only.
        if character != '\n' && acts_on_a_terminal(character) {
            text.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            text.push(character);
        }
    }
    text
}

/// What it means for a program's output that standard output takes no more.
pub(crate) fn closed_output(error: &io::Error) -> Failure {
    // Whoever read it has had enough, as `head` does.
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::told(Exit::Done);
    }
    Failure::trouble(format!("cannot write to standard output: {error}"))
}

/// Text from a board or a file system, with what would act on a terminal escaped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visible<'a>(pub(crate) &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if acts_on_a_terminal(character) {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that acts on a terminal, and no more, is escaped; what is read back is the same.
    #[test]
    fn json_does_not_act_on_a_terminal() {
        let all: String = ('\0'..=char::MAX).filter(|character| acts_on_a_terminal(*character)).collect();
        assert_eq!(all.chars().count(), 65 + 3 + 5 + 4);
        let value = serde_json::json!({ "caf\u{e9}\u{9b}2J": ["\u{1f40d}\u{202e}\"\\", all], "n": 1 });
        let text = json_text(&value);
        assert!(!text.chars().any(|character| character != '\n' && acts_on_a_terminal(character)), "{text}");
        assert!(text.contains("\"caf\u{e9}\\u009b2J\""), "{text}");
        assert!(
            text.contains("\u{1f40d}\\u202e\\\"\\\\") && text.contains("\\u007f") && text.contains("\\u061c"),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
    }

    #[test]
    fn what_is_shown_does_not_act_on_a_terminal() {
        let shown = Visible("a\u{1b}[2J\u{9b}\u{7f}\u{61c}\u{202e}\n\u{e9}").to_string();
        assert_eq!(shown, "a\\u{1b}[2J\\u{9b}\\u{7f}\\u{61c}\\u{202e}\\n\u{e9}");
    }
}

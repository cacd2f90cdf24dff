//! The REPL: the host's terminal on one side, the board's bytes on the other.
//!
//! [`keys`] reads what is typed, [`typing`] says when it may go, [`screen`] takes what comes; [`script`] is `^T`.

mod keys;
mod screen;
mod script;
mod typing;

use std::{
    io::{self, Read, Write},
    ops::ControlFlow,
    path::PathBuf,
    time::{Duration, Instant},
};

use rawpaste_blocking::Port;

use crate::{
    link::{Link, TICK},
    report::{Failure, Result, closed_output, say},
    terminal::{self, Raw},
};
use keys::{From, Key, Keys};
pub(crate) use screen::Screen;
use typing::Typing;

/// After the end of the standard input, a board that is silent for so long is done.
const SILENCE: Duration = Duration::from_secs(10);
/// And one that is silent for so long behind its prompt.
const AT_PROMPT: Duration = Duration::from_millis(100);
/// How a prompt ends, unless a program set another.
const PROMPT: &[u8] = b">>> ";
/// How long a port that vanished may still have its name.
const VANISHING: Duration = Duration::from_millis(250);

/// Talks to the board until somebody leaves. It is left as it is then.
pub(crate) fn run(link: &mut Link, terminal: bool, screen: Screen, script: Option<PathBuf>) -> Result<()> {
    let from = if terminal { From::Terminal } else { From::Pipe };
    if terminal {
        let restarts = if script.is_some() { "soft-resets and runs the script" } else { "soft-resets" };
        say(&format!("{}: ^] leaves, ^C interrupts, ^T {restarts}, Enter shows the prompt", link.place()));
    }
    let no_terminal = |error| {
        let failure = Failure::trouble(format!("cannot set the terminal: {error}"));
        // That is no console of Windows.
        if cfg!(windows) { failure.next("in Git Bash: winpty rawpaste repl") } else { failure }
    };
    let _raw = terminal.then(|| Raw::enter(terminal::Keys::All)).transpose().map_err(no_terminal)?;
    let console = Console { keys: Keys::read(from), from, ended: false, typing: Typing::new(), screen };
    let mut repl = Repl { link, console, script };
    let mut then = repl.go_to_prompt();
    loop {
        then = match then {
            Then::Attach => repl.attach()?,
            Then::Restart => repl.restart()?,
            Then::Run => repl.run_script()?,
            Then::Wait { runs } => repl.wait(runs)?,
            Then::Leave => {
                repl.link.let_be();
                if terminal {
                    // What comes next begins at the left edge.
                    say("");
                }
                return repl.console.screen.end();
            }
            Then::Stop => {
                repl.link.let_be();
                return Err(Failure::trouble("stopped by a signal; the board was left as it is"));
            }
        }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// Bytes pass.
    Attach,
    /// A soft reset, and the script if there is one.
    Restart,
    /// The script.
    Run,
    /// The board is away; whether the script is to run when it is back.
    Wait { runs: bool },
    /// Somebody leaves.
    Leave,
    /// A signal came.
    Stop,
}

struct Repl<'a> {
    link: &'a mut Link,
    console: Console,
    script: Option<PathBuf>,
}

/// The person's side.
struct Console {
    keys: Keys,
    from: From,
    /// Nothing more is typed.
    ended: bool,
    typing: Typing,
    screen: Screen,
}

impl Repl<'_> {
    /// Passes bytes both ways.
    fn attach(&mut self) -> Result<Then> {
        let (mut buffer, mut tail) = ([0; 4096], Vec::new());
        let mut stirred = Instant::now();
        loop {
            if let Some(then) = self.console.asks(self.link.is_stopped()) {
                // What was typed before goes before.
                if let Some(keys) = self.console.typing.piece(Instant::now()) {
                    self.parts_with(&keys);
                }
                return Ok(then);
            }
            let port = self.link.port();
            if port.set_timeout(TICK).is_err() {
                return Ok(Then::Wait { runs: false });
            }
            if let Some(piece) = self.console.typing.piece(Instant::now()) {
                match in_time(port.write(&piece)) {
                    Ok(Some(0)) | Err(_) => return Ok(Then::Wait { runs: false }),
                    Ok(Some(n)) => {
                        stirred = Instant::now();
                        self.console.typing.went(n, stirred);
                        tail.clear();
                    }
                    Ok(None) => {}
                }
            }
            match in_time(port.read(&mut buffer)) {
                Ok(Some(0)) | Err(_) => return Ok(Then::Wait { runs: false }),
                Ok(Some(n)) => {
                    self.console.show(&buffer[..n]).map_err(|error| closed_output(&error))?;
                    stirred = Instant::now();
                    tail.extend_from_slice(&buffer[..n]);
                    tail.drain(..tail.len().saturating_sub(PROMPT.len()));
                }
                Ok(None) => {}
            }
            let silence = if tail == PROMPT { AT_PROMPT } else { SILENCE };
            if self.console.is_done() && stirred.elapsed() >= silence {
                return Ok(Then::Leave);
            }
        }
    }

    /// The last bytes to the board; one that takes none stays as it is.
    fn parts_with(&mut self, bytes: &[u8]) {
        let port = self.link.port();
        let _ = port.set_timeout(TICK).and_then(|()| port.write(bytes));
    }

    /// Waits for a board that vanished.
    fn wait(&mut self, runs: bool) -> Result<Then> {
        let Self { link, console, .. } = self;
        link.unplug();
        if console.from == From::Pipe {
            if console.is_done() {
                say("rawpaste: the board disconnected");
                return Ok(Then::Leave);
            }
            return Err(Failure::trouble("the board disconnected before all was typed")
                .next("type nothing behind what resets the board"));
        }
        if link.may_come_back() {
            say("\nrawpaste: board disconnected; waiting for it to come back (^] leaves)");
        }
        console.typing.clear();
        let began = Instant::now();
        while began.elapsed() < VANISHING {
            if let Some(then) = console.leaves(link.is_stopped()) {
                return Ok(then);
            }
            std::thread::sleep(TICK);
        }
        let mut then = None;
        let back = link.wait_for_it(|stopped| breaks(&mut then, console.leaves(stopped)));
        if let Some(then) = then {
            return Ok(then);
        }
        back?;
        say(&format!("rawpaste: {} is back", link.place()));
        Ok(if runs { Then::Run } else { Then::Attach })
    }
}

impl Console {
    /// Takes what was typed; answers what a key of this command, or a signal, asks for.
    fn asks(&mut self, stopped: bool) -> Option<Then> {
        if stopped {
            return Some(Then::Stop);
        }
        while self.typing.has_room() && !self.ended {
            match self.keys.next()? {
                Key::Typed(bytes) => self.type_in(&bytes),
                Key::Leave => return Some(Then::Leave),
                Key::Restart => return Some(Then::Restart),
                Key::End => self.ended = true,
            }
        }
        // A terminal that is gone.
        (self.ended && self.from == From::Terminal).then_some(Then::Leave)
    }

    fn type_in(&mut self, bytes: &[u8]) {
        match bytes.iter().rposition(|byte| *byte == 3) {
            Some(last) if self.from == From::Terminal && self.typing.give_up_paste() => {
                self.typing.push(&bytes[last..]);
            }
            Some(_) | None => self.typing.push(bytes),
        }
    }

    /// Whether a key or a signal asks for the end, where no other means anything.
    fn leaves(&mut self, stopped: bool) -> Option<Then> {
        let then = self.asks(stopped).filter(|then| *then != Then::Restart);
        self.typing.clear();
        then
    }

    /// Shows what the board sent.
    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.typing.heard(bytes);
        self.screen.show(bytes)
    }

    /// Whether all was typed, and there is no more.
    fn is_done(&self) -> bool {
        self.ended && self.typing.is_empty()
    }
}

/// To wait in vain is no error.
pub(crate) fn in_time(moved: io::Result<usize>) -> io::Result<Option<usize>> {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    match moved {
        Ok(n) => Ok(Some(n)),
        Err(error) if matches!(error.kind(), TimedOut | WouldBlock | Interrupted) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Notes why to break off.
fn breaks(then: &mut Option<Then>, asked: Option<Then>) -> ControlFlow<()> {
    *then = asked;
    if asked.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

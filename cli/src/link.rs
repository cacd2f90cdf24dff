//! A board for the time of a command: opened, used, and left at its friendly prompt.

mod asking;
mod away;
mod passing;

use std::{
    cell::Cell,
    io,
    ops::ControlFlow,
    path::PathBuf,
    process,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rawpaste::{Config, DigestKind, DriveError, Error, Exec, FaultKind, Leave, Operation, Reset, Session};
use rawpaste_blocking::{Connection, Keyboard, Port};
use tracing::debug;

pub(crate) use away::restart_at_the_end;

use crate::{
    comeback::Known,
    interrupt, path,
    path::BoardPath,
    port::{self, Opened, Target},
    progress::Doing,
    report::{Exit, Failure, Result, note, say},
    verbose::{self, Told},
};

pub(crate) use passing::TICK;

type AnyPort = Box<dyn Port + Send>;

/// The connection to a board.
pub(crate) struct Link {
    connection: Connection<AnyPort>,
    known: Known,
    root: Option<PathBuf>,
    trouble: Arc<Mutex<Option<io::Error>>>,
    typed: Sender<Vec<u8>>,
    keyboard: Keyboard,
    state: State,
    /// Whether entering stopped a program, which was said.
    stopped: bool,
}

/// How the link is. It says what is done before the board is used again, and what when it is left:
///
/// | state | before it is used | when it is left |
/// |---|---|---|
/// | `AsItIs`, `Detached` | it is entered | nothing |
/// | `Known` | nothing | it is put at its friendly prompt |
/// | `Interrupted` | nobody uses it | the same |
/// | `Unknown` | it is entered | the same, with little patience |
/// | `Away` | its port is waited for | nothing |
/// | `Deaf`, `Gone` | nobody uses it | nothing |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing was done yet, or what was done is to stay: it was reset, or somebody talked to it.
    AsItIs,
    /// The session knows where it is.
    Known,
    /// It does, and ^C ended what was under way: whoever pressed it wants nothing more to be done.
    Interrupted,
    /// It holds input that no script read, or something failed: it has to find its way back.
    Unknown,
    /// It runs a program that nobody waits for.
    Detached,
    /// It could not be entered: to try once more is of no use.
    Deaf,
    /// Its port was closed here, since it vanished or will.
    Away,
    /// There is no board any more.
    Gone,
}

/// The board that was asked for. It is opened when it is first needed, so that a file of this machine that is not there
/// costs no board a reset.
pub(crate) struct Board {
    target: Target,
    link: Option<Link>,
}

/// Does `work` with the board, and leaves the board at its friendly prompt however that ended. The first failure is
/// the one that is told.
pub(crate) fn with_board(target: Target, work: impl FnOnce(&mut Board) -> Result<()>) -> Result<()> {
    let mut board = Board { target, link: None };
    let done = work(&mut board);
    match board.link {
        Some(link) => link.end(done),
        None => done,
    }
}

/// Opens one of many boards, does `work`, and leaves it at its friendly prompt however that ended. The first failure is the
/// one that is told.
pub(crate) fn on_board<T>(
    target: Target,
    interrupts: Receiver<()>,
    work: impl FnOnce(&mut Link) -> Result<T>,
) -> Result<T> {
    let opened = target.open()?;
    let mut link = Link::new(target, opened, interrupts);
    let done = work(&mut link);
    link.end(done)
}

impl Board {
    /// Where it is; completes "on ...".
    pub(crate) const fn place(&self) -> &Target {
        &self.target
    }

    /// Returns the connection to it, opened if it is not yet.
    pub(crate) fn open(&mut self) -> Result<&mut Link> {
        let link = match self.link.take() {
            Some(link) => link,
            None => {
                debug!("opening {}", self.target);
                let opened = self.target.open()?;
                Link::new(self.target.clone(), opened, interrupt::listen()?.1)
            }
        };
        Ok(self.link.insert(link))
    }
}

impl Link {
    fn new(target: Target, opened: Opened, interrupts: Receiver<()>) -> Self {
        let known = Known::of(&target);
        let (sender, typed) = channel();
        let keyboard = Keyboard { typed, interrupts };
        let mut config = config();
        target.tune(&mut config);
        let connection = Connection::new(told(opened.port), Session::new(config));
        let (root, trouble) = (opened.root, opened.trouble);
        Self {
            connection,
            known,
            root,
            trouble,
            typed: sender,
            keyboard,
            state: State::AsItIs,
            stopped: false,
        }
    }

    /// Where the board is; completes "on ...".
    pub(crate) const fn place(&self) -> &Target {
        self.known.target()
    }

    /// Returns the path as it goes to the board, unless it leaves the folder that is the board's.
    pub(crate) fn path<'a>(&self, path: &'a BoardPath) -> Result<&'a str> {
        match &self.root {
            Some(root) => path::confine(path, root),
            None => Ok(path.as_str()),
        }
    }

    /// Where to send what is typed into the running script.
    pub(crate) fn typed(&self) -> Sender<Vec<u8>> {
        self.typed.clone()
    }

    /// Says that the board may hold input that no script read.
    pub(crate) fn disturb(&mut self) {
        if !matches!(self.state, State::Deaf | State::Away | State::Gone) {
            self.state = State::Unknown;
        }
    }

    /// Whether it makes sense to do more on the board.
    pub(crate) fn goes_on(&self) -> bool {
        match self.state {
            State::AsItIs | State::Known | State::Unknown | State::Detached | State::Away => true,
            State::Interrupted | State::Deaf | State::Gone => false,
        }
    }

    /// The kind of digest that the board computes.
    pub(crate) fn digest_kind(&self) -> DigestKind {
        self.connection.session().board().about().map(|about| about.digest).unwrap_or_default()
    }

    /// Runs an operation; `doing` completes "cannot ...".
    pub(crate) fn run<O: Operation>(&mut self, operation: O, doing: &str) -> Result<O::Output> {
        self.attend_slowly(operation, doing).map_err(|error| Failure::of(&error, doing))
    }

    /// Runs an operation, and where it takes long says what is done; its error as it is.
    pub(crate) fn attend_slowly<O: Operation>(
        &mut self,
        operation: O,
        doing: &str,
    ) -> std::result::Result<O::Output, rawpaste_blocking::Error> {
        let _line = Doing::new(doing);
        self.attend(operation, |_| {})
    }

    /// Takes note of how an operation ended.
    fn ended<T>(&mut self, result: &std::result::Result<T, rawpaste_blocking::Error>) {
        if matches!(self.state, State::AsItIs | State::Detached) {
            self.state = State::Known;
        }
        match result {
            Err(DriveError::Engine(Error::Exception(exception))) if exception.is_interrupt() => {
                if self.state == State::Known {
                    self.state = State::Interrupted;
                }
            }
            Ok(_) | Err(DriveError::Engine(Error::Exception(_) | Error::Refused(_))) => {}
            Err(DriveError::Engine(Error::Fault(fault))) if fault.kind != FaultKind::Closed => {
                let deaf = matches!(fault.kind, FaultKind::NoEntry(_));
                self.state = if deaf { State::Deaf } else { State::Unknown };
            }
            Err(DriveError::Transport(error)) if error.kind() == io::ErrorKind::Interrupted => {
                self.state = State::Unknown;
            }
            Err(DriveError::Engine(_) | DriveError::Transport(_)) => self.state = State::Gone,
        }
    }

    /// Runs code on the board until it says that it is under way, and goes on without it.
    pub(crate) fn detach(&mut self, code: &[u8], doing: &str) -> Result<()> {
        let started = Cell::new(false);
        // It is printed when the whole compiled.
        let code = [b"print('_')\n", code].concat();
        let exec = Exec::new(code, |_| {
            started.set(true);
            Ok(())
        });
        let exec = exec.map_err(|error| Failure::of(&error.into(), doing))?;
        self.plug_in().map_err(|error| Failure::of(&error, doing))?;
        let mut stopped = false;
        let done = self.drive(exec, |_, asked| {
            stopped = asked;
            if asked || started.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match done {
            _ if started.get() => {
                // The raw REPL reads it when the program ends.
                let port = self.connection.port_mut();
                let typed = port.set_timeout(Duration::from_secs(1)).and_then(|()| port.write_all(b"\x02"));
                self.state = State::Detached;
                typed.map_err(|error| Failure::of(&DriveError::Transport(error), doing))
            }
            _ if stopped => Err(Failure::trouble(format!("cannot {doing}: interrupted"))),
            Err(DriveError::Engine(Error::Exception(exception))) => {
                say(&without_line_before(&exception.to_string()));
                Err(Failure::told(Exit::Raised))
            }
            done => done.map(drop).map_err(|error| Failure::of(&error, doing)),
        }
    }

    /// Leaves the board in order; answers what was done, or the first failure.
    fn end<T>(self, done: Result<T>) -> Result<T> {
        let (place, trouble) = (self.place().to_string(), Arc::clone(&self.trouble));
        let left = self.leave();
        if let Some(error) = trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(port::folder_failed(&place, &error));
        }
        done.and_then(|done| left.map(|()| done))
    }

    fn leave(self) -> Result<()> {
        let mut connection = self.connection;
        match self.state {
            State::AsItIs | State::Detached | State::Deaf | State::Away | State::Gone => return Ok(()),
            State::Known | State::Interrupted => {}
            State::Unknown => {
                let (port, session) = connection.into_parts();
                let mut config = config();
                (config.patience, config.entry) = (Duration::from_secs(2), Duration::from_secs(3));
                connection = Connection::new(port, Session::with_board(config, session.board().clone()));
            }
        }
        if away::restarts() {
            let reset = connection.run(Reset::soft()).map(drop);
            return reset.map_err(|error| Failure::of(&error, "let the board run its program again"));
        }
        connection.run(Leave::default()).map_err(|error| Failure::of(&error, "leave the board at its prompt"))
    }
}

/// A traceback's text for code that had a line more in front.
fn without_line_before(text: &str) -> String {
    const LINE: &str = "File \"<stdin>\", line ";
    let mut pieces = text.split(LINE);
    let mut counted = String::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let line = piece[..digits]
            .parse::<u64>()
            .map_or_else(|_| piece[..digits].into(), |line| line.saturating_sub(1).to_string());
        counted += &format!("{LINE}{line}{}", &piece[digits..]);
    }
    counted
}

/// The port, with what passes shown if that is asked for.
fn told(port: AnyPort) -> AnyPort {
    if verbose::is_shown() { Box::new(Told(port)) } else { port }
}

/// The engine's own, with a nonce for this process.
pub(crate) fn config() -> Config {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut config = Config::default();
    config.nonce = process::id().rotate_left(16) ^ (now.as_micros() as u32);
    config
}

/// Says how to keep the files of a simulated board that is about to go.
pub(crate) fn hint_at_folder(target: &Target) {
    if matches!(target.kind, port::Kind::Simulated(None)) {
        note(
            "hint: this simulated board ends with the command; with --port sim:DIR it keeps its files in a folder",
        );
    }
}

//! A board for the time of a command: opened, used, and left at its friendly prompt.

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

use rawpaste::{
    Config, DigestKind, DriveError, Error, Event, Exec, FaultKind, Kind, Leave, Operation, Run, Session, Stat,
};
use rawpaste_blocking::{Connection, Keyboard, Port};

use crate::{
    interrupt, path,
    path::BoardPath,
    port::{self, Opened, Target},
    report::{Exit, Failure, Result, note, say},
    verbose::{self, Told},
};

pub(crate) use passing::TICK;

type AnyPort = Box<dyn Port + Send>;

/// The connection to a board.
pub(crate) struct Link {
    connection: Connection<AnyPort>,
    target: Target,
    root: Option<PathBuf>,
    trouble: Arc<Mutex<Option<io::Error>>>,
    typed: Sender<Vec<u8>>,
    keyboard: Keyboard,
    state: State,
}

/// How the link is, as far as leaving the board goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing was done yet.
    Fresh,
    /// The session knows where it is.
    Known,
    /// It does, and ^C ended what was under way: whoever pressed it wants nothing more to be done.
    Interrupted,
    /// It has to find its way back, with little patience.
    Unknown,
    /// It runs a program that nobody waits for.
    Detached,
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
                let opened = self.target.open()?;
                Link::new(self.target.clone(), opened, interrupt::listen()?.1)
            }
        };
        Ok(self.link.insert(link))
    }
}

impl Link {
    fn new(target: Target, opened: Opened, interrupts: Receiver<()>) -> Self {
        let (sender, typed) = channel();
        let keyboard = Keyboard { typed, interrupts };
        let mut config = config();
        target.tune(&mut config);
        let port = if verbose::is_shown() { Box::new(Told(opened.port)) } else { opened.port };
        let connection = Connection::new(port, Session::new(config));
        let (root, trouble) = (opened.root, opened.trouble);
        Self { connection, target, root, trouble, typed: sender, keyboard, state: State::Fresh }
    }

    /// Where the board is; completes "on ...".
    pub(crate) const fn place(&self) -> &Target {
        &self.target
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
        if self.state != State::Gone {
            self.state = State::Unknown;
        }
    }

    /// Whether it makes sense to do more on the board.
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self.state, State::Fresh | State::Known | State::Unknown)
    }

    /// The kind of digest that the board computes.
    pub(crate) fn digest_kind(&self) -> DigestKind {
        self.connection.session().board().about().map(|about| about.digest).unwrap_or_default()
    }

    /// Runs an operation; `doing` completes "cannot ...".
    pub(crate) fn run<O: Operation>(&mut self, operation: O, doing: &str) -> Result<O::Output> {
        self.attend(operation, |_| {}).map_err(|error| Failure::of(&error, doing))
    }

    /// Asks what stands at a path, if anything does; `doing` completes "cannot ...".
    pub(crate) fn kind_of(&mut self, path: &BoardPath, doing: &str) -> Result<Option<Kind>> {
        let stat = Stat::new(self.path(path)?).map_err(|error| Failure::of(&error.into(), doing))?;
        match self.attend(stat, |_| {}) {
            Ok(status) => Ok(Some(status.kind)),
            Err(DriveError::Engine(Error::Exception(exception))) if exception.errno == Some(2) => Ok(None),
            Err(error) => Err(Failure::of(&error, doing)),
        }
    }

    /// Runs an operation, with its events and its error as they are.
    pub(crate) fn attend<O: Operation>(
        &mut self,
        operation: O,
        on_event: impl FnMut(Event<'_>),
    ) -> std::result::Result<O::Output, rawpaste_blocking::Error> {
        let result = self.connection.attend(operation, &self.keyboard, on_event);
        self.ended(&result);
        result
    }

    /// Takes note of how an operation ended.
    fn ended<T>(&mut self, result: &std::result::Result<T, rawpaste_blocking::Error>) {
        if self.state == State::Fresh {
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
                self.state = State::Unknown;
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
        self.state = State::Unknown;
        let outside = |_: &mut Run<'_, _>| {
            if started.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match self.connection.drive(exec, TICK, outside, |_| {}) {
            _ if started.get() => self.state = State::Detached,
            Err(DriveError::Engine(Error::Exception(exception))) => {
                self.state = State::Known;
                say(&exception.to_string());
                return Err(Failure::told(Exit::Raised));
            }
            done => {
                done.map_err(|error| Failure::of(&error, doing))?;
                self.state = State::Known;
            }
        }
        Ok(())
    }

    /// Leaves the board in order; answers what was done, or the first failure.
    fn end<T>(self, done: Result<T>) -> Result<T> {
        let (place, trouble) = (self.target.to_string(), Arc::clone(&self.trouble));
        let left = self.leave();
        if let Some(error) = trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(port::folder_failed(&place, &error));
        }
        done.and_then(|done| left.map(|()| done))
    }

    fn leave(self) -> Result<()> {
        let mut connection = self.connection;
        if matches!(self.state, State::Fresh | State::Detached | State::Gone) {
            return Ok(());
        }
        if self.state == State::Unknown {
            let (port, session) = connection.into_parts();
            let mut config = config();
            (config.patience, config.entry) = (Duration::from_secs(2), Duration::from_secs(3));
            connection = Connection::new(port, Session::with_board(config, session.board().clone()));
        }
        connection.run(Leave::default()).map_err(|error| Failure::of(&error, "leave the board at its prompt"))
    }
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

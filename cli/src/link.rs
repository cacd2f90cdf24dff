//! A board for the time of a command: opened, used, and left at its friendly prompt.

mod away;
mod passing;

use std::{
    io,
    path::PathBuf,
    process,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rawpaste::{
    Config, DigestKind, DriveError, Error, FaultKind, Kind, Leave, Operation, Reset, Session, Stat,
};
use rawpaste_blocking::{Connection, Keyboard, Port};

pub(crate) use away::restart_at_the_end;

use crate::{
    comeback::Known,
    device, interrupt, path,
    path::BoardPath,
    port::{self, Target},
    report::{Failure, Result, say},
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
    /// It could not be entered: to try once more is of no use.
    Deaf,
    /// There is no board any more.
    Gone,
}

/// The board that was asked for. It is opened when it is first needed, so that a file of this machine that is not there
/// costs no board a reset.
pub(crate) struct Board {
    target: Target,
    link: Option<Link>,
}

/// Finds the board, does `work`, and leaves the board at its friendly prompt however that ended. The first failure is
/// the one that is told.
pub(crate) fn with_board(target: Option<Target>, work: impl FnOnce(&mut Board) -> Result<()>) -> Result<()> {
    let target = target.ok_or_else(|| {
        Failure::usage("which board? give --port PORT, or set RAWPASTE_PORT").next(device::ports())
    })?;
    let mut board = Board { target, link: None };
    let done = work(&mut board);
    let place = board.target.to_string();
    let Some(link) = board.link else { return done };
    let trouble = Arc::clone(&link.trouble);
    let left = link.leave();
    if let Some(error) = trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(port::folder_failed(&place, &error));
    }
    done?;
    left
}

impl Board {
    /// Returns the connection to it, opened if it is not yet.
    pub(crate) fn open(&mut self) -> Result<&mut Link> {
        let link = match self.link.take() {
            Some(link) => link,
            None => Link::open(self.target.clone())?,
        };
        Ok(self.link.insert(link))
    }
}

impl Link {
    fn open(target: Target) -> Result<Self> {
        let opened = target.open()?;
        let known = Known::of(&target);
        let (_, interrupts) = interrupt::listen()?;
        let (sender, typed) = channel();
        let keyboard = Keyboard { typed, interrupts };
        let mut config = config();
        target.tune(&mut config);
        let connection = Connection::new(opened.port, Session::new(config));
        let (root, trouble) = (opened.root, opened.trouble);
        Ok(Self {
            connection,
            known,
            root,
            trouble,
            typed: sender,
            keyboard,
            state: State::Fresh,
            stopped: false,
        })
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
        if !matches!(self.state, State::Deaf | State::Gone) {
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
                let deaf = matches!(fault.kind, FaultKind::NoEntry(_));
                self.state = if deaf { State::Deaf } else { State::Unknown };
            }
            Err(DriveError::Transport(error)) if error.kind() == io::ErrorKind::Interrupted => {
                self.state = State::Unknown;
            }
            Err(DriveError::Engine(_) | DriveError::Transport(_)) => self.state = State::Gone,
        }
    }

    fn leave(self) -> Result<()> {
        let mut connection = self.connection;
        if matches!(self.state, State::Fresh | State::Deaf | State::Gone) {
            return Ok(());
        }
        if self.state == State::Unknown {
            let (port, session) = connection.into_parts();
            let mut config = config();
            (config.patience, config.entry) = (Duration::from_secs(2), Duration::from_secs(3));
            connection = Connection::new(port, Session::with_board(config, session.board().clone()));
        }
        if away::restarts() {
            let reset = connection.run(Reset::soft()).map(drop);
            return reset.map_err(|error| Failure::of(&error, "let the board run its program again"));
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
        say(
            "hint: this simulated board ends with the command; with --port sim:DIR it keeps its files in a folder",
        );
    }
}

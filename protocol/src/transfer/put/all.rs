use alloc::{boxed::Box, collections::VecDeque, string::String, vec::Vec};
use core::{fmt, ops::ControlFlow};

use super::{
    current::Current,
    flight::{Flight, Said},
    setbacks::Setbacks,
    stream::Stream,
};
use crate::{
    Board, DigestKind, Error, Needs, Operation, Progress, Refused, Reply, Script, Stdin,
    answer::Answer,
    ops::check_path,
    transfer::{
        plan::{Caps, Choices, Plan},
        source::Source,
        temporary,
    },
};

/// Where a [`PutAll`] takes its files from: each is named by its index, in the order of the paths, from 0.
///
/// They are asked for one after the other, so that one at a time need be open; after a loss an earlier one may be asked for
/// again. An error fails that file alone; [`Refused::Local`] carries a message.
pub trait Files {
    /// Returns the file's size in bytes.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn size(&mut self, index: usize) -> Result<u64, Error>;

    /// Reads at `offset`; fills `buffer` from its start and returns how many bytes there were, 0 at the end.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error>;

    /// Says whether to look first what the board has under this path: to send nothing where it is the same, and to go on
    /// from what a cut-off put left. Without a look there is one answer less to wait for.
    fn looks(&self, index: usize) -> bool {
        let _ = index;
        true
    }

    /// Returns what the board holds under this path as far as the host knows, up to 1 MiB, so that only what differs is sent.
    /// If it is not so, the board's digest tells.
    fn known(&mut self, index: usize) -> Option<Vec<u8>> {
        let _ = index;
        None
    }

    /// Is told how the file is going to travel; after a loss again.
    fn planned(&mut self, index: usize, plan: &Plan) {
        let _ = (index, plan);
    }

    /// Is told what became of the file, as soon as that is known.
    fn settled(&mut self, index: usize, result: Result<Placed, &Error>) {
        let _ = (index, result);
    }
}

/// One of the files, as a source.
pub(super) struct One<'a, F> {
    pub(super) files: &'a mut F,
    pub(super) index: usize,
}

impl<F: Files> Source for One<'_, F> {
    fn size(&mut self) -> Result<u64, Error> {
        self.files.size(self.index)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.files.read_at(self.index, offset, buffer)
    }
}

/// What became of a file that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Placed {
    /// It is in place.
    Written {
        /// How many of its bytes an earlier put had left there.
        resumed: u64,
    },
    /// The board had it already, and nothing was sent.
    Same,
}

/// Puts files on the board, one after the other; small ones share scripts. A file that fails leaves the others as they
/// are.
///
/// Each file is [`Put`](crate::Put) as one alone is; run again after a fault, it goes on with the file that was on its way.
/// Memory does not grow with the files' sizes. Its result has one of each file; an error of the run itself (a fault, `^C`) says
/// that it did not come to all, and those that it came to were told to [`Files::settled`].
///
/// ```
/// use rawpaste::{Choices, Error, Files, Plan, PutAll, Source};
///
/// /// Files in memory.
/// struct Memory(Vec<Vec<u8>>);
///
/// impl Files for Memory {
///     fn size(&mut self, index: usize) -> Result<u64, Error> {
///         Ok(self.0[index].len() as u64)
///     }
///
///     fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
///         self.0[index].read_at(offset, buffer)
///     }
///
///     fn planned(&mut self, index: usize, plan: &Plan) {
///         println!("file {index}:\n{plan}");
///     }
/// }
///
/// let mut choices = Choices::default();
/// choices.chunk = Some(1024);
/// let files = Memory(vec![b"import app\n".to_vec(), b"VERSION = 2\n".to_vec()]);
/// let put = PutAll::new(files, ["main.py", "app.py"])?.choices(choices);
/// // `connection.run(put)?` is `[Ok(Placed::Written { .. }), ..]`.
/// # let _ = put;
/// # Ok::<(), Error>(())
/// ```
pub struct PutAll<F> {
    pub(super) files: F,
    pub(super) jobs: Vec<Job>,
    pub(super) choices: Choices,
    pub(super) in_place: bool,
    pub(super) next: Next,
    pub(super) stream: Stream,
    pub(super) caps: Caps,
    /// Whether the free memory is to be asked for: only after a `MemoryError`.
    pub(super) asks_memory: bool,
    pub(super) flights: VecDeque<Flight>,
    /// Flights that landed, for the next ones: a put of any size allocates as often.
    pub(super) landed: Vec<Flight>,
    /// What the last script said; kept for the same reason, as the next two are.
    pub(super) said: Said,
    /// What was read of the file.
    pub(super) piece: Vec<u8>,
    /// What the stream made of it.
    pub(super) deflated: Vec<u8>,
    pub(super) generation: u32,
    pub(super) setbacks: Setbacks,
    pub(super) kind: DigestKind,
    pub(super) answer: Answer,
    /// The bytes of the files of which it is known what became of them.
    pub(super) settled: u64,
    /// How much of the file on its way the board acknowledged, or had before a loss.
    pub(super) acknowledged: u64,
    /// Whether bytes were lost, which the next script says.
    pub(super) lost: bool,
}

/// A file to be put.
#[derive(Debug)]
pub(super) struct Job {
    /// Its path on the board.
    pub(super) target: String,
    /// The name that its content has on the way, once that is decided.
    pub(super) temporary: String,
    pub(super) size: u64,
    /// How many of its bytes were there before it was put.
    pub(super) resumed: u64,
    /// How it may be compared with what is there.
    pub(super) comparing: Comparing,
    pub(super) status: Status,
}

/// How a file may be compared with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparing {
    /// With what the host knows of the old file.
    Known,
    /// By questions.
    Ask,
    /// Not at all: it was tried.
    No,
}

#[derive(Debug)]
pub(super) enum Status {
    Waiting,
    Done(Placed),
    Failed(Error),
}

/// What is to be sent next.
pub(super) enum Next {
    /// This file, from its beginning, or the first after it that waits.
    File(usize),
    /// More of the file on its way.
    Current(Box<Current>),
    /// The removal of what a file that failed left.
    Abort { file: usize },
}

impl<F: Files> PutAll<F> {
    /// Returns the operation that puts `files` at `paths`, each of which names the file itself.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`] if no board can have such a file, or its name begins with `.rp-`, as those of temporary files do.
    pub fn new(files: F, paths: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, Error> {
        let job = |path: String| {
            check(&path)?;
            Ok::<_, Error>(Job {
                target: path,
                temporary: String::new(),
                size: 0,
                resumed: 0,
                comparing: Comparing::Known,
                status: Status::Waiting,
            })
        };
        Ok(Self {
            files,
            jobs: paths.into_iter().map(|path| job(path.into())).collect::<Result<_, _>>()?,
            choices: Choices::default(),
            in_place: false,
            next: Next::File(0),
            stream: Stream::Off,
            caps: Caps::NONE,
            asks_memory: false,
            flights: VecDeque::new(),
            landed: Vec::new(),
            said: Said::default(),
            piece: Vec::new(),
            deflated: Vec::new(),
            generation: 0,
            setbacks: Setbacks::default(),
            kind: DigestKind::default(),
            answer: Answer::past_dots(4096),
            settled: 0,
            acknowledged: 0,
            lost: false,
        })
    }

    /// Forces choices that the [`Plan`] makes otherwise.
    #[must_use]
    pub fn choices(mut self, choices: Choices) -> Self {
        self.choices = choices;
        self
    }

    /// Says that where there is no room for both the old file goes first. Cut off then, the board has neither.
    #[must_use]
    pub const fn in_place(mut self, in_place: bool) -> Self {
        self.in_place = in_place;
        self
    }

    /// Ends the operation and gives the files back.
    pub fn into_files(self) -> F {
        self.files
    }

    /// Returns one of the files.
    pub(super) const fn file(&mut self, index: usize) -> One<'_, F> {
        One { files: &mut self.files, index }
    }

    /// Returns the first file from `from` on that waits.
    pub(super) fn waiting(&self, from: usize) -> Option<usize> {
        (from..self.jobs.len()).find(|at| self.waits(*at))
    }

    /// Returns whether nothing is known yet of what becomes of this file.
    pub(super) fn waits(&self, file: usize) -> bool {
        matches!(self.jobs[file].status, Status::Waiting)
    }

    /// A run begins: what an earlier one sent may have arrived or not.
    fn begin(&mut self, board: &Board) {
        self.kind = board.about().map(|about| about.digest).unwrap_or_default();
        self.flights.clear();
        self.answer.clear();
        if self.waiting(0).is_none() && !matches!(self.next, Next::Abort { .. }) {
            // The last run ended: this is another.
            for job in &mut self.jobs {
                (job.status, job.comparing) = (Status::Waiting, Comparing::Known);
            }
            (self.caps, self.setbacks, self.settled) = (Caps::NONE, Setbacks::default(), 0);
        }
        self.rewind();
    }

    fn results(&self) -> Vec<Result<Placed, Error>> {
        let result = |job: &Job| match &job.status {
            Status::Done(placed) => Ok(*placed),
            Status::Failed(error) => Err(error.clone()),
            Status::Waiting => Err(Refused::Ended.into()),
        };
        self.jobs.iter().map(result).collect()
    }
}

/// Checks that it is a path that a file may be put at.
fn check(path: &str) -> Result<(), Error> {
    check_path(path)?;
    let wrong = match &path[temporary::folder(path)..] {
        "" | "." | ".." => "does not name a file",
        name if name.starts_with(temporary::PREFIX) => "begins with .rp-, as the temporary files of puts do",
        _ => return Ok(()),
    };
    Err(Refused::Path { path: path.into(), wrong }.into())
}

impl<F: Files> Operation for PutAll<F> {
    /// What became of each file, in the order of the paths.
    type Output = Vec<Result<Placed, Error>>;

    fn needs(&self) -> Needs {
        Needs::DATA
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        if script.is_first() {
            self.begin(board);
        }
        self.fill(board, script)
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error> {
        let flight = self.flights.pop_front();
        match (&flight, reply) {
            // The script behind it is sent again, and answered.
            (_, Reply::Reset | Reply::Closed) => self.forgotten(),
            (Some(flight), Reply::Finished) => self.answered(flight, None)?,
            (Some(flight), Reply::Exception(exception)) => self.answered(flight, Some(exception))?,
            (None, reply) => reply.finished()?,
        }
        self.landed.extend(flight);
        self.answer.clear();
        let through = self.waiting(0).is_none() && !matches!(self.next, Next::Abort { .. });
        Ok(if through && self.flights.is_empty() {
            ControlFlow::Break(self.results())
        } else {
            ControlFlow::Continue(())
        })
    }

    fn progress(&self) -> Option<Progress> {
        let total = if let [only] = &self.jobs[..] { Some(only.size) } else { None };
        let begun = total.is_none_or(|_| self.generation > 0);
        begun.then_some(Progress { done: self.settled + self.acknowledged, total })
    }
}

impl<F> fmt::Debug for PutAll<F> {
    /// Never shows the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutAll")
            .field("jobs", &self.jobs)
            .field("flights", &self.flights)
            .finish_non_exhaustive()
    }
}

mod file;
mod on_board;
mod setbacks;

use core::{fmt, ops::ControlFlow};

use super::source::Source;
use crate::{
    Argument, Board, Error, Needs, Operation, Progress, Refused, Reply, Script, Stdin,
    answer::Answer,
    ops::{check_path, explain},
};
use file::{File, Names, Said};
use setbacks::Setbacks;

pub(super) use on_board::{ABORT, END, OPEN, WRITE};

const NO_RENAME: Refused = Refused::Unsupported {
    lacks: "no os.rename, so that a file cannot be put in place whole",
    instead: "write it with code of your own, a piece at a time",
};

/// Puts a file on the board: the target is the old file or the new one, at any moment.
///
/// What it sends goes to a temporary name beside the target; its digest is compared on the board, then it is renamed
/// over the target. Before that the source is read once more, so that a file that changed under the put is an error.
/// After a fault or a cancel the temporary file stays, and the same operation, run again, goes on from the last chunk
/// that the board acknowledged; after an exception or a refusal it is removed. On FAT the rename has a gap in which
/// neither file is there (MicroPython's `extmod/vfs_fat.c`).
pub struct Put<S> {
    source: S,
    names: Names,
    chunk: Option<usize>,
    state: State,
    answer: Answer,
    setbacks: Setbacks,
}

#[derive(Debug)]
enum State {
    /// Nothing is known to be on the board.
    Start,
    /// It is on its way.
    Writing(File),
    /// The put failed with this error: the temporary file is to be removed.
    Failed(Error),
    /// It is being removed.
    Aborting(Error),
    /// All of it, so many bytes, is in place.
    Done(u64),
}

impl<S: Source> Put<S> {
    /// Returns the operation that puts what `source` holds at `path`, which names the file itself.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`] if no board can have such a file.
    pub fn new(source: S, path: &str) -> Result<Self, Error> {
        check_path(path)?;
        let (names, answer) = (Names::of(path)?, Answer::past_dots(256));
        Ok(Self { source, names, chunk: None, state: State::Start, answer, setbacks: Setbacks::default() })
    }

    /// Sets how many bytes of the file one script carries; otherwise the session's
    /// [`Config::chunk`](crate::Config::chunk) does.
    #[must_use]
    pub const fn chunk(mut self, bytes: usize) -> Self {
        self.chunk = Some(bytes);
        self
    }

    /// Ends the operation and gives the source back.
    pub fn into_source(self) -> S {
        self.source
    }

    /// The script ran.
    fn wrote(&mut self, mut file: File) -> Result<ControlFlow<()>, Error> {
        let said = file.said(self.answer.text());
        let (state, setback) = match said {
            Some(Said::Placed) => {
                self.state = State::Done(file.size);
                self.setbacks = Setbacks::default();
                return Ok(ControlFlow::Break(()));
            }
            Some(Said::Taken) => {
                file.taken();
                self.setbacks.reached(file.offset);
                (State::Writing(file), Ok(()))
            }
            Some(Said::LostChunk) => (State::Writing(file), self.setbacks.lost()),
            Some(Said::LostFile) => (State::Start, self.setbacks.lost()),
            Some(Said::Forgotten) => (State::Start, self.setbacks.reset()),
            None => {
                self.state = State::Writing(file);
                return Err(self.answer.senseless());
            }
        };
        self.state = setback.map_or_else(State::Failed, |()| state);
        Ok(ControlFlow::Continue(()))
    }
}

impl<S: Source> Operation for Put<S> {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::DATA
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        match core::mem::replace(&mut self.state, State::Start) {
            // A run that ended while it removed the file, or with the file in place: this is another.
            State::Start | State::Aborting(_) | State::Done(_) => {
                let about = board.about().cloned().unwrap_or_default();
                if !about.rename {
                    return Err(NO_RENAME.into());
                }
                self.state = State::Writing(File::new(self.source.size()?, about.digest));
                self.script(board, script)
            }
            State::Writing(mut file) => {
                let (chunk, alone) = (board.chunk(self.chunk), board.is_plain());
                match file.write(&mut self.source, &self.names, chunk, alone, script) {
                    Ok(()) => {
                        self.state = State::Writing(file);
                        Ok(())
                    }
                    Err(error) => {
                        self.state = State::Failed(error);
                        script.restart();
                        self.script(board, script)
                    }
                }
            }
            State::Failed(error) => {
                script.call(&ABORT, &[Argument::Str(&self.names.temporary)]);
                self.state = State::Aborting(error);
                Ok(())
            }
        }
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        match core::mem::replace(&mut self.state, State::Start) {
            State::Aborting(error) => {
                self.setbacks = Setbacks::default();
                Err(error)
            }
            State::Writing(_) if matches!(reply, Reply::Reset | Reply::Closed) => {
                if let Err(error) = self.setbacks.reset() {
                    self.state = State::Failed(error);
                }
                Ok(ControlFlow::Continue(()))
            }
            State::Writing(file) => match reply.finished() {
                Ok(()) => self.wrote(file),
                Err(Error::Exception(exception)) if !exception.is_interrupt() => {
                    self.state = State::Failed(explain(exception.into(), &["stat", "rename", "remove"]));
                    Ok(ControlFlow::Continue(()))
                }
                // What is there stays, so that the put can go on from it.
                Err(error) => {
                    self.state = State::Writing(file);
                    Err(error)
                }
            },
            State::Start | State::Failed(_) | State::Done(_) => Ok(ControlFlow::Continue(())),
        }
    }

    fn progress(&self) -> Option<Progress> {
        let (done, size) = match &self.state {
            State::Writing(file) => (file.offset, file.size),
            State::Done(size) => (*size, *size),
            State::Start | State::Failed(_) | State::Aborting(_) => return None,
        };
        Some(Progress { done, total: Some(size) })
    }
}

impl<S> fmt::Debug for Put<S> {
    /// Never shows the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put")
            .field("path", &self.names.target)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

mod on_board;

use alloc::{format, string::String, vec, vec::Vec};
use core::ops::ControlFlow;

use super::{
    hash::{self, Hasher},
    source::{Source, read_exact},
};
use crate::{
    Argument, Board, DigestKind, Error, Needs, Operation, Progress, Refused, Reply, Script, Stdin, Value,
    answer::Answer,
    ops::{check_path, explain},
};

pub(super) use on_board::{ABORT, END, OPEN, WRITE};

/// How often a put begins again without getting any further before it gives up.
const TRIES: u32 = 3;

const NO_RENAME: Refused = Refused::Unsupported {
    lacks: "no os.rename, so that a file cannot be put in place whole",
    instead: "write it with code of your own, a piece at a time",
};

/// Puts a file on the board: the target is the old file or the new one, at any moment.
///
/// What it sends goes to a temporary name beside the target; its digest is compared on the board, then it is renamed
/// over the target. After a fault or a cancel the temporary file stays, and the same operation, run again, goes on from
/// the last chunk that the board acknowledged; after an exception or a refusal it is removed. On FAT the rename has a
/// gap in which neither file is there (MicroPython's `extmod/vfs_fat.c`).
#[derive(Debug)]
pub struct Put<S> {
    source: S,
    path: String,
    temporary: String,
    chunk: Option<usize>,
    state: State,
    answer: Answer,
    /// How often it began again since it got to `furthest`, the most that the board ever acknowledged.
    tries: u32,
    furthest: u64,
}

#[derive(Debug)]
enum State {
    /// Nothing is known to be on the board.
    Start,
    /// The board holds the first `offset` bytes.
    Writing(File),
    /// The put failed with this error: the temporary file is to be removed.
    Failed(Error),
    /// It is being removed.
    Aborting(Error),
    Done,
}

#[derive(Debug)]
struct File {
    size: u64,
    kind: DigestKind,
    /// Whether the temporary file is open on the board.
    opened: bool,
    /// How much of the file the board acknowledged, and its digest.
    offset: u64,
    hasher: Hasher,
    /// What was sent and not acknowledged yet.
    chunk: Vec<u8>,
    /// Whether the script that was sent ends the file.
    ends: bool,
}

impl File {
    fn new(size: u64, kind: DigestKind) -> Self {
        let (hasher, chunk) = (Hasher::new(kind), Vec::new());
        Self { size, kind, opened: false, offset: 0, hasher, chunk, ends: false }
    }
}

impl<S: Source> Put<S> {
    /// Returns the operation that puts what `source` holds at `path`, which names the file itself.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`] if no board can have such a file.
    pub fn new(source: S, path: &str) -> Result<Self, Error> {
        check_path(path)?;
        let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
        if name.is_empty() || name == "." || name == ".." {
            return Err(Refused::Path { path: path.into(), wrong: "does not name a file" }.into());
        }
        let slash = if path.contains('/') { "/" } else { "" };
        // Short, so that it fits where the name does, and the same for the same target.
        let temporary = format!("{folder}{slash}.rp-{:08x}", crc32fast::hash(name.as_bytes()));
        let answer = Answer::new(256);
        Ok(Self {
            source,
            path: path.into(),
            temporary,
            chunk: None,
            state: State::Start,
            answer,
            tries: 0,
            furthest: 0,
        })
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

    /// Writes the next script: it opens the file, carries a chunk, ends the file. A small file takes one script; in
    /// plain raw mode, where scripts are short, each call is one.
    fn write(&mut self, file: &mut File, board: &Board, script: &mut Script) -> Result<(), Error> {
        let alone = board.is_plain();
        (file.chunk, file.ends) = (Vec::new(), false);
        if !file.opened {
            script.call(&OPEN, &[Argument::Str(&self.temporary), Argument::Str(&self.path)]);
            if alone {
                return Ok(());
            }
        }
        let left = usize::try_from(file.size - file.offset).unwrap_or(usize::MAX);
        if left > 0 {
            file.chunk = vec![0; left.min(board.chunk(self.chunk))];
            read_exact(&mut self.source, file.offset, &mut file.chunk)?;
            let length = file.chunk.len() as u64;
            script.call(
                &WRITE,
                &[Argument::Int(file.offset), Argument::Int(length), Argument::Bytes(&file.chunk)],
            );
            if alone {
                return Ok(());
            }
        }
        if file.chunk.len() == left { self.end(file, script) } else { Ok(()) }
    }

    /// Ends the file, if the source is still what it was.
    fn end(&mut self, file: &mut File, script: &mut Script) -> Result<(), Error> {
        if self.source.size()? != file.size {
            return Err(Refused::Changed.into());
        }
        let mut hasher = file.hasher.clone();
        hasher.update(&file.chunk);
        let hash = format!("{}", hasher.finish());
        let (temporary, path) = (Argument::Str(&self.temporary), Argument::Str(&self.path));
        let kind = Argument::Str(hash::name(file.kind));
        script.call(&END, &[temporary, path, Argument::Int(file.size), kind, Argument::Str(&hash)]);
        file.ends = true;
        Ok(())
    }

    /// The script ran: the chunk arrived, or not.
    fn wrote(&mut self, mut file: File) -> Result<ControlFlow<()>, Error> {
        let printed = self.answer.text().trim_ascii();
        if printed == (if file.ends { &b"True"[..] } else { b"" }) {
            file.opened = true;
            file.offset += file.chunk.len() as u64;
            file.hasher.update(&file.chunk);
            if file.offset > self.furthest {
                (self.furthest, self.tries) = (file.offset, 0);
            }
            self.state = if file.ends { State::Done } else { State::Writing(file) };
            let done = matches!(self.state, State::Done);
            return Ok(if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        }
        // The board says where it is, or that the digest differs: bytes were lost, or it was reset.
        let first = printed.split(|byte| *byte == b'\n').next().unwrap_or_default();
        self.state = match Value::read_all(first) {
            Ok(Value::Int(at)) if u64::try_from(at) == Ok(file.offset) && !file.ends => State::Writing(file),
            Ok(Value::Int(_) | Value::Bool(false)) => State::Start,
            _ => return Err(self.answer.senseless()),
        };
        self.tries += 1;
        if self.tries == TRIES {
            self.state = State::Failed(Refused::Digest.into());
        }
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
            // A run that ended while it removed the file: this is another.
            State::Start | State::Aborting(_) => {
                let about = board.about().cloned().unwrap_or_default();
                if !about.rename {
                    return Err(NO_RENAME.into());
                }
                self.state = State::Writing(File::new(self.source.size()?, about.digest));
                self.script(board, script)
            }
            State::Writing(mut file) => {
                match self.write(&mut file, board, script) {
                    Ok(()) => self.state = State::Writing(file),
                    Err(error) => {
                        self.state = State::Failed(error);
                        script.restart();
                        return self.script(board, script);
                    }
                }
                Ok(())
            }
            State::Failed(error) => {
                script.call(&ABORT, &[Argument::Str(&self.temporary)]);
                self.state = State::Aborting(error);
                Ok(())
            }
            State::Done => Err(Refused::Ended.into()),
        }
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        match core::mem::replace(&mut self.state, State::Start) {
            State::Aborting(error) => Err(error),
            State::Writing(file) => match reply.finished() {
                Ok(()) => self.wrote(file),
                // What is there stays, so that the put can go on from it.
                Err(Error::Exception(exception)) if exception.is_interrupt() => {
                    self.state = State::Writing(file);
                    Err(exception.into())
                }
                Err(error) => {
                    self.state = State::Failed(explain(error, &self.path));
                    Ok(ControlFlow::Continue(()))
                }
            },
            State::Start | State::Failed(_) | State::Done => Ok(ControlFlow::Continue(())),
        }
    }

    fn progress(&self) -> Option<Progress> {
        match &self.state {
            State::Writing(file) => Some(Progress { done: file.offset, total: Some(file.size) }),
            State::Start | State::Failed(_) | State::Aborting(_) | State::Done => None,
        }
    }
}

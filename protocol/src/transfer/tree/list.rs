use alloc::string::String;
use core::{fmt, ops::ControlFlow};

use super::{
    Content, TreeEntry,
    on_board::LIST_TREE,
    path::{is_temporary, prefix, walk_order, wrong},
};
use crate::{
    Argument, Board, DigestKind, Error, Hash, Needs, Operation, Refused, Reply, Script, Stdin, Value,
    answer::Answer,
    ops::{check_path, explain},
    transfer::sum,
};

/// Lists all that is in a folder, in parts: neither side keeps more than a line, and the board the names of the folders
/// that it is in. Each entry is handed to the caller as it comes.
///
/// A folder comes before what is in it, and names in the order of their bytes, the greatest first. Temporary files of puts
/// are [`Content::Kept`]. Run again after a fault, it goes on after the last entry that it handed out.
pub struct ListTree<F> {
    prefix: String,
    each: F,
    digests: bool,
    kind: DigestKind,
    /// The last path that was handed out.
    after: String,
    /// How many entries this part brought.
    came: u64,
    more: Option<bool>,
    line: Answer,
}

impl<F: FnMut(TreeEntry) -> Result<(), Error>> ListTree<F> {
    /// The most entries that one script lists.
    pub const PART: u64 = 64;

    /// Returns the operation for the folder at `path` (an empty one is the board's current directory); `each` takes the
    /// entries, with the digests of files.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`] if no board can have such a path. While it runs, it is also refused what the board says that
    /// leads out of the folder.
    pub fn new(path: &str, each: F) -> Result<Self, Error> {
        check_path(path)?;
        Ok(Self {
            prefix: prefix(path),
            each,
            digests: true,
            kind: DigestKind::Adler32,
            after: String::new(),
            came: 0,
            more: None,
            line: Answer::new(8192),
        })
    }

    /// Leaves the digests out: the board reads no file then.
    #[must_use]
    pub fn without_digests(mut self) -> Self {
        self.digests = false;
        self
    }

    fn take_line(&mut self) -> Result<(), Error> {
        let senseless = || self.line.senseless();
        match (self.more, self.line.value()?) {
            (None, Value::Bool(more)) => self.more = Some(more),
            (None, Value::Sequence(values)) => {
                let [Value::Bytes(path), Value::Int(size), Value::Str(digest)] = &values[..] else {
                    return Err(senseless());
                };
                let path = core::str::from_utf8(path);
                let entry = self.entry(path.map_err(|_| senseless())?, *size, digest)?;
                self.after.clone_from(&entry.path);
                self.came += 1;
                (self.each)(entry)?;
            }
            (Some(_), _) | (None, Value::None | Value::Int(_) | Value::Str(_) | Value::Bytes(_)) => {
                return Err(senseless());
            }
        }
        self.line.clear();
        Ok(())
    }

    fn entry(&self, path: &str, size: i64, digest: &str) -> Result<TreeEntry, Error> {
        if let Some(wrong) = wrong(path) {
            return Err(Refused::Path { path: path.into(), wrong }.into());
        }
        // Only forward, so that it ends.
        if !self.after.is_empty() && walk_order(path, &self.after).is_le() {
            return Err(self.line.senseless());
        }
        let hash = (!digest.is_empty()).then(|| Hash::parse(self.kind, digest)).transpose()?;
        let content = match u64::try_from(size) {
            size if is_temporary(path) => Content::Kept { size: size.unwrap_or(0) },
            Ok(size) => Content::File { size, hash },
            Err(_) => Content::Folder,
        };
        Ok(TreeEntry { path: path.into(), content })
    }
}

impl<F: FnMut(TreeEntry) -> Result<(), Error>> Operation for ListTree<F> {
    type Output = ();

    fn needs(&self) -> Needs {
        if self.digests { Needs::ABOUT } else { Needs::default() }
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.kind = board.about().map(|about| about.digest).unwrap_or_default();
        (self.came, self.more) = (0, None);
        self.line.clear();
        if self.digests {
            script.require(sum::of(self.kind));
            script.require(&sum::FILE);
        }
        let digests = Argument::Int(self.digests.into());
        let (prefix, after) = (Argument::Str(&self.prefix), Argument::Str(&self.after));
        script.call(&LIST_TREE, &[prefix, after, digests, Argument::Int(Self::PART)]);
        Ok(())
    }

    fn output(&mut self, mut bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        while let Some(first) = bytes.first() {
            // Before a line, dots are signs of life; in it they are part of a name.
            if *first == b'.' && self.line.text().is_empty() {
                bytes = &bytes[1..];
                continue;
            }
            if self.line.take_line(&mut bytes)? {
                self.take_line()?;
            }
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        reply.finished().map_err(|error| explain(error, &["stat", "listdir"]))?;
        match self.more {
            Some(false) => {
                self.after.clear();
                Ok(ControlFlow::Break(()))
            }
            Some(true) if self.came == Self::PART => Ok(ControlFlow::Continue(())),
            _ => Err(self.line.senseless()),
        }
    }
}

impl<F> fmt::Debug for ListTree<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListTree")
            .field("prefix", &self.prefix)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}

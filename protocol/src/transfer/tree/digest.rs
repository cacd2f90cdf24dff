use alloc::string::String;
use core::ops::ControlFlow;

use super::{on_board::tree_digest, path::prefix};
use crate::{
    Argument, Board, DigestKind, Error, Hash, Needs, Operation, Reply, Script, Stdin,
    answer::{Answer, senseless},
    ops::{check_path, explain},
};

/// Asks for one digest of all that is in a folder: paths, sizes and contents, in one short script. Where it equals
/// [`hash_tree`](crate::hash_tree) of a tree here, the two are the same, and nothing else need travel.
///
/// What begins with `.rp-`, a put's temporary file, does not count; [`ListTree`](crate::ListTree) shows it.
#[derive(Debug)]
pub struct TreeDigest {
    prefix: String,
    asked: Option<DigestKind>,
    kind: DigestKind,
    answer: Answer,
}

impl TreeDigest {
    /// Returns the operation for the folder at `path`; an empty one is the board's current directory.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(path: &str) -> Result<Self, Error> {
        check_path(path)?;
        let (kind, answer) = (DigestKind::Adler32, Answer::past_dots(256));
        Ok(Self { prefix: prefix(path), asked: None, kind, answer })
    }

    /// Takes another kind of digest than the strongest that the board has; a board that lacks it raises.
    #[must_use]
    pub const fn kind(mut self, kind: DigestKind) -> Self {
        self.asked = Some(kind);
        self
    }
}

impl Operation for TreeDigest {
    /// The kind of digest, which is the one to compute here, and the digest; none if there is no such
    /// folder.
    type Output = (DigestKind, Option<Hash>);

    fn needs(&self) -> Needs {
        Needs::ABOUT
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        let best = || board.about().map(|about| about.digest).unwrap_or_default();
        self.kind = self.asked.unwrap_or_else(best);
        self.answer.clear();
        script.call(tree_digest(self.kind), &[Argument::Str(&self.prefix)]);
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error> {
        if let Reply::Exception(exception) = &reply
            && exception.errno == Some(2)
        {
            return Ok(ControlFlow::Break((self.kind, None)));
        }
        reply.finished().map_err(|error| explain(error, &["stat", "listdir"]))?;
        let text = self.answer.text().trim_ascii();
        let hex = core::str::from_utf8(text).map_err(|_| senseless(text))?;
        Ok(ControlFlow::Break((self.kind, Some(Hash::parse(self.kind, hex)?))))
    }
}

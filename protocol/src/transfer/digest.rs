use alloc::string::String;
use core::ops::ControlFlow;

use super::{hash::Hash, sum};
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{
    Argument, Board, DigestKind, Error, Helper, Needs, Operation, Reply, Script, Stdin, Value,
    answer::Answer,
    ops::{check_path, explain},
};

/// Prints the size and the digest of a file.
pub(super) static DIGEST: Helper = Helper {
    name: "d",
    source: " def d(p):\n  n,x=_rp.V(p,'',32)\n  print((n,''.join('%02x'%c for c in x)))\n",
    requires: &[&sum::FILE],
    #[cfg(feature = "testing")]
    twin,
};

/// Asks for the size and the digest of a file: the strongest that the board can compute
/// ([`About::digest`](crate::About::digest)).
#[derive(Debug)]
pub struct Digest {
    path: String,
    kind: DigestKind,
    answer: Answer,
}

impl Digest {
    /// Returns the operation for the file at `path`.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(path: &str) -> Result<Self, Error> {
        check_path(path)?;
        Ok(Self { path: path.into(), kind: DigestKind::Adler32, answer: Answer::past_dots(256) })
    }
}

impl Operation for Digest {
    type Output = (u64, Hash);

    fn needs(&self) -> Needs {
        Needs::ABOUT
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.kind = board.about().map(|about| about.digest).unwrap_or_default();
        self.answer.clear();
        script.require(sum::of(self.kind));
        script.call(&DIGEST, &[Argument::Str(&self.path)]);
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<(u64, Hash)>, Error> {
        reply.finished().map_err(|error| explain(error, &[]))?;
        let [size, hash]: [Value; 2] = self.answer.values()?;
        let (size, hash) = size.as_u64().zip(hash.as_str()).ok_or_else(|| self.answer.senseless())?;
        Ok(ControlFlow::Break((size, Hash::parse(self.kind, hash)?)))
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
    let (size, hash) = sum::of_file(machine, arguments::text(given, 0)?, "")?;
    machine.print(&alloc::format!("({size}, '{hash}')\n"));
    Ok(())
}

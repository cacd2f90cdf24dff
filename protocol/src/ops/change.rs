//! What `Remove`, `MakeDir` and `Rename` share: one call that may have run already when it is asked again.

use alloc::{string::String, vec::Vec};
use core::ops::ControlFlow;

use super::{check_path, explain};
use crate::{Argument, Error, Helper, Reply, Script};

/// A helper that takes paths, and whether it may have run before: it looks at what is on the board then, and what it
/// finds done is no error.
#[derive(Debug)]
pub(super) struct Change {
    helper: &'static Helper,
    paths: Vec<String>,
    /// The functions of `os` that the helper calls.
    calls: &'static [&'static str],
    /// Whether an earlier script may have done it: all but those of which the file system itself said that it did not.
    may_be_done: bool,
}

impl Change {
    pub(super) fn new(
        helper: &'static Helper,
        paths: &[&str],
        calls: &'static [&'static str],
    ) -> Result<Self, Error> {
        paths.iter().try_for_each(|path| check_path(path))?;
        let paths = paths.iter().map(|path| String::from(*path)).collect();
        Ok(Self { helper, paths, calls, may_be_done: false })
    }

    pub(super) fn script(&mut self, script: &mut Script) {
        let mut arguments: Vec<_> = self.paths.iter().map(|path| Argument::Str(path)).collect();
        if core::mem::replace(&mut self.may_be_done, true) {
            arguments.push(Argument::Int(1));
        }
        script.call(self.helper, &arguments);
    }

    pub(super) fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        // After an interrupt, a reset or a lack of memory it is open.
        if let Reply::Exception(exception) = &reply {
            self.may_be_done = exception.errno.is_none();
        }
        reply.finished().map_err(|error| explain(error, self.calls))?;
        Ok(ControlFlow::Break(()))
    }
}

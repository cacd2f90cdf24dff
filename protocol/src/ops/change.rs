//! What `Remove`, `MakeDir` and `Rename` share: one call that may have run already when it is asked again.

use alloc::{string::String, vec::Vec};
use core::ops::ControlFlow;

use super::{check_path, explain};
use crate::{Argument, Error, Helper, Reply, Script};

#[derive(Debug)]
pub(super) struct Change {
    helper: &'static Helper,
    paths: Vec<String>,
    /// The error that says that it was done before.
    done: u16,
    asked: u32,
}

impl Change {
    pub(super) fn new(helper: &'static Helper, paths: &[&str], done: u16) -> Result<Self, Error> {
        paths.iter().try_for_each(|path| check_path(path))?;
        Ok(Self { helper, paths: paths.iter().map(|path| String::from(*path)).collect(), done, asked: 0 })
    }

    pub(super) fn script(&mut self, script: &mut Script) {
        self.asked += 1;
        let paths: Vec<_> = self.paths.iter().map(|path| Argument::Str(path)).collect();
        script.call(self.helper, &paths);
    }

    pub(super) fn reply(&self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        let errno = if let Reply::Exception(exception) = &reply { exception.errno } else { None };
        if self.asked == 1 || errno != Some(self.done) {
            reply.finished().map_err(|error| explain(error, &self.paths[0]))?;
        }
        Ok(ControlFlow::Break(()))
    }
}

use alloc::{string::String, vec::Vec};
use core::{mem, ops::ControlFlow};

use super::{
    Status, check_path, explain,
    stat::{STAT, status},
};
use crate::{Argument, Board, Error, Operation, Reply, Script, Stdin, answer::Answer};

/// How many paths one script asks about: a board compiles the whole of it first.
const TOGETHER: usize = 16;

/// Asks what stands at each of many paths, several of them in one script.
///
/// Its result has one of each path, in their order: an `OSError` is that path's alone. An error of the run itself (a fault,
/// `^C`, another exception) says that it did not come to all.
#[derive(Debug)]
pub struct StatAll {
    paths: Vec<String>,
    /// Of the first paths, what earlier scripts said; and behind them what this one says.
    results: Vec<Result<Status, Error>>,
    /// How many are of earlier scripts.
    settled: usize,
    line: Answer,
}

impl StatAll {
    /// Returns the operation for `paths`; relative ones count from the board's current directory.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have one of them.
    pub fn new(paths: Vec<String>) -> Result<Self, Error> {
        paths.iter().try_for_each(|path| check_path(path))?;
        Ok(Self { paths, results: Vec::new(), settled: 0, line: Answer::new(256) })
    }

    /// How many paths this script asks about.
    fn asked(&self) -> usize {
        (self.paths.len() - self.settled).min(TOGETHER)
    }

    fn add_line(&mut self) -> Result<(), Error> {
        if self.results.len() == self.settled + self.asked() {
            return Err(self.line.senseless());
        }
        self.results.push(Ok(status(&self.line)?));
        self.line.clear();
        Ok(())
    }
}

impl Operation for StatAll {
    type Output = Vec<Result<Status, Error>>;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        // It may be sent again.
        self.results.truncate(self.settled);
        self.line.clear();
        let asked = self.asked();
        for path in &self.paths[self.settled..][..asked] {
            script.call(&STAT, &[Argument::Str(path)]);
        }
        if self.settled + asked < self.paths.len() {
            script.more();
        }
        Ok(())
    }

    fn output(&mut self, mut bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        while self.line.take_line(&mut bytes)? {
            self.add_line()?;
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error> {
        let all = self.settled + self.asked();
        match reply.finished() {
            Ok(()) if self.results.len() < all || !self.line.text().is_empty() => {
                return Err(self.line.senseless());
            }
            Ok(()) => {}
            // The script ended there, and the next goes on behind it.
            Err(Error::Exception(raised)) if raised.errno.is_some() && self.results.len() < all => {
                self.results.push(Err(explain(raised.into(), &["stat"])));
            }
            Err(error) => return Err(explain(error, &["stat"])),
        }
        self.settled = self.results.len();
        if self.settled < self.paths.len() {
            return Ok(ControlFlow::Continue(()));
        }
        self.settled = 0;
        Ok(ControlFlow::Break(mem::take(&mut self.results)))
    }
}

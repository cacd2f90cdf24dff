use alloc::{format, string::String, vec::Vec};
use core::{mem, ops::ControlFlow};

use super::on_board::CHANGE_TREE;
use crate::{
    Argument, Board, Error, Exception, Operation, Reply, Script, Stdin,
    answer::Answer,
    ops::{check_path, explain},
};

/// Something to be made or removed on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeChange {
    /// Makes the folder at this path. One that is there is as good.
    Make(String),
    /// Removes the file or the empty folder at this path. One that is not there is as good.
    Remove(String),
}

/// Makes folders and removes files and empty folders, many in a script, in the order in which they are given. What cannot
/// be done leaves the others done.
#[derive(Debug)]
pub struct ChangeTree {
    changes: Vec<TreeChange>,
    /// How many were tried.
    done: usize,
    /// How many are under way.
    sent: usize,
    failed: Vec<(TreeChange, Error)>,
    answer: Answer,
}

impl ChangeTree {
    /// Returns the operation.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(changes: Vec<TreeChange>) -> Result<Self, Error> {
        for TreeChange::Make(path) | TreeChange::Remove(path) in &changes {
            check_path(path)?;
        }
        Ok(Self { changes, done: 0, sent: 0, failed: Vec::new(), answer: Answer::new(4096) })
    }

    /// Takes what the board said of each change that was sent.
    fn tried(&mut self) -> Result<(), Error> {
        let mut lines = self.answer.text().trim_ascii().split(|byte| *byte == b'\n');
        let mut failed = Vec::new();
        for change in &self.changes[self.done..self.done + self.sent] {
            let said = lines.next().and_then(|line| core::str::from_utf8(line.trim_ascii()).ok());
            let errno: u16 =
                said.and_then(|line| line.parse().ok()).ok_or_else(|| self.answer.senseless())?;
            if errno != 0 {
                let exception = Exception::parse(format!("OSError: {errno}").as_bytes());
                failed.push((change.clone(), explain(exception.into(), &[])));
            }
        }
        if lines.next().is_some() && self.sent > 0 {
            return Err(self.answer.senseless());
        }
        self.failed.append(&mut failed);
        self.done += mem::take(&mut self.sent);
        Ok(())
    }
}

impl Operation for ChangeTree {
    /// What could not be done, and why.
    type Output = Vec<(TreeChange, Error)>;

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        // A call is a line, and a path at most four times its length in it.
        let most = if board.is_plain() { 512 } else { 2048 };
        let (mut length, mut signed) = (0, Vec::new());
        for change in &self.changes[self.done..] {
            let (sign, path) = match change {
                TreeChange::Make(path) => ('+', path),
                TreeChange::Remove(path) => ('-', path),
            };
            length += 4 + if path.is_ascii() { path.len() } else { 16 + 4 * path.len() };
            if length > most && !signed.is_empty() {
                script.more();
                break;
            }
            signed.push(format!("{sign}{path}"));
        }
        self.sent = signed.len();
        let arguments: Vec<_> = signed.iter().map(|signed| Argument::Str(signed)).collect();
        script.call(&CHANGE_TREE, &arguments);
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error> {
        reply.finished().map_err(|error| explain(error, &["mkdir", "rmdir", "remove", "stat"]))?;
        self.tried()?;
        if self.done < self.changes.len() {
            return Ok(ControlFlow::Continue(()));
        }
        self.done = 0;
        Ok(ControlFlow::Break(mem::take(&mut self.failed)))
    }
}

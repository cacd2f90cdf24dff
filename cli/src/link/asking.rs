//! What a board may answer with an exception, and nothing is wrong.

use rawpaste::{DriveError, Error, Kind, Operation, Refused, Stat};

use super::Link;
use crate::{
    path::BoardPath,
    report::{Failure, Result},
};

impl Link {
    /// Runs an operation that some boards cannot do, and lack nothing else: nothing if the board raised. `doing` completes
    /// "cannot ...".
    pub(crate) fn run_if_it_can<O: Operation>(
        &mut self,
        operation: O,
        doing: &str,
    ) -> Result<Option<O::Output>> {
        match self.attend_slowly(operation, doing) {
            Ok(output) => Ok(Some(output)),
            Err(DriveError::Engine(Error::Exception(exception))) if !exception.is_interrupt() => Ok(None),
            Err(DriveError::Engine(Error::Refused(Refused::Unsupported { .. }))) => Ok(None),
            Err(error) => Err(Failure::of(&error, doing)),
        }
    }

    /// Asks what stands at a path, if anything does; `doing` completes "cannot ...".
    pub(crate) fn kind_of(&mut self, path: &BoardPath, doing: &str) -> Result<Option<Kind>> {
        let stat = Stat::new(self.path(path)?).map_err(|error| Failure::of(&error.into(), doing))?;
        match self.attend(stat, |_| {}) {
            Ok(status) => Ok(Some(status.kind)),
            Err(DriveError::Engine(Error::Exception(exception))) if exception.errno == Some(2) => Ok(None),
            Err(error) => Err(Failure::of(&error, doing)),
        }
    }
}

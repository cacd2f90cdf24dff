//! Files there and back, one after the other. A failure in one leaves the others done.

mod cache;
mod download;
mod upload;

pub(crate) use download::{Download, download, stream};
pub(crate) use upload::{Upload, upload};

use crate::report::{Failure, Result};

/// Tells each failure; `summary` says what they come to, if there was more than one thing to do.
pub(crate) fn conclude(
    results: Vec<Result<()>>,
    summary: impl FnOnce(usize, usize) -> Failure,
) -> Result<()> {
    let all = results.len();
    let mut failures: Vec<_> = results.into_iter().filter_map(std::result::Result::err).collect();
    match (all, failures.pop()) {
        (_, None) => Ok(()),
        (1, Some(failure)) => Err(failure),
        (_, Some(last)) => {
            failures.push(last);
            for failure in &failures {
                // The summary has the exit code.
                let _ = failure.show();
            }
            Err(summary(failures.len(), all))
        }
    }
}

/// Says that so many of all failed; `failed_how` is like "files were not put".
pub(crate) fn of_all(failed: usize, all: usize, failed_how: &str) -> String {
    let others = if failed == all { "" } else { "; the others are done" };
    format!("{failed} of {all} {failed_how}{others}")
}

use std::{
    any::Any,
    error, fmt,
    panic::resume_unwind,
    pin::Pin,
    task::{Context, Poll, ready},
    thread,
};

use futures_channel::oneshot;
use rawpaste::Operation;

use crate::Error;

/// What an operation that was submitted to a [`Worker`](crate::Worker) will result in.
///
/// It is a future for any executor; [`wait`](Self::wait) is for threads. Awaiting it by reference is cancel-safe;
/// dropping it cancels the operation at its next step. If the operation panics, waiting for it panics.
#[derive(Debug)]
#[must_use = "dropping it cancels the operation"]
pub struct Pending<O: Operation> {
    pub(crate) receiver: oneshot::Receiver<thread::Result<Result<O::Output, Failed<O>>>>,
}

impl<O: Operation> Pending<O> {
    /// Blocks this thread until the operation has ended.
    ///
    /// # Errors
    ///
    /// [`Failed`], with the operation.
    pub fn wait(self) -> Result<O::Output, Failed<O>> {
        pollster::block_on(self)
    }
}

impl<O: Operation> Future for Pending<O> {
    type Output = Result<O::Output, Failed<O>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.receiver).poll(cx));
        let lost = |_| Box::new("the worker's thread is gone") as Box<dyn Any + Send>;
        Poll::Ready(
            outcome.map_err(lost).and_then(|outcome| outcome).unwrap_or_else(|panic| resume_unwind(panic)),
        )
    }
}

/// An operation that failed, and why. It can be submitted again, to this worker or another, and goes on from the last
/// thing that the board acknowledged.
pub struct Failed<O> {
    /// The operation.
    pub operation: O,
    /// Why it failed.
    pub error: Error,
}

impl<O> fmt::Debug for Failed<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<O> fmt::Display for Failed<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<O> error::Error for Failed<O> {}

impl<O> From<Failed<O>> for Error {
    fn from(failed: Failed<O>) -> Self {
        failed.error
    }
}

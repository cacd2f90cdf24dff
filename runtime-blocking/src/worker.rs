use std::{
    io,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
};

use futures_channel::oneshot;
use rawpaste::{Event, Operation, Session};

use crate::{Connection, Failed, Pending, Port, TICK};

/// A thread that owns a port and runs operations on it, in the order in which they were submitted, from any thread.
///
/// What comes back is waited for ([`Pending::wait`]) or awaited, on any executor. Dropping the worker ends the thread and
/// waits for that: the operation under way is stopped at its next step, 50 ms later at most, and this and those behind it
/// come back as [`Failed`]. If the port dies, operations fail with its error and come back too, so that they can go to
/// another worker.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use rawpaste::{Config, Eval};
/// use rawpaste_blocking::Worker;
///
/// let worker = Worker::new(rawpaste_blocking::open("COM3", Config::default())?)?;
/// let (seven, eight) = (worker.submit(Eval::new("3+4")?), worker.submit(Eval::new("4+4")?));
/// assert_eq!(eight.await?, "8");
/// assert_eq!(seven.wait()?, "7");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Worker<P> {
    stop: Arc<AtomicBool>,
    jobs: Option<mpsc::Sender<Job<P>>>,
    thread: Option<JoinHandle<Connection<P>>>,
}

type Job<P> = Box<dyn FnOnce(&mut Connection<P>) + Send>;

impl<P: Port + Send + 'static> Worker<P> {
    /// Gives a connection a thread of its own.
    ///
    /// # Errors
    ///
    /// What the system says if it cannot start a thread.
    pub fn new(mut connection: Connection<P>) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job<P>>();
        let thread = thread::Builder::new().name("rawpaste worker".into()).spawn(move || {
            queue.into_iter().for_each(|job| job(&mut connection));
            connection
        })?;
        Ok(Self { stop: Arc::default(), jobs: Some(jobs), thread: Some(thread) })
    }

    /// Submits an operation; it runs when those before it have ended. Dropping what is returned cancels it at its next
    /// step.
    pub fn submit<O>(&self, operation: O) -> Pending<O>
    where
        O: Operation<Output: Send> + Send + 'static,
    {
        self.submit_with(operation, |_| {})
    }

    /// Submits an operation, with what is to be known of it: `on_event` runs on the worker's thread.
    pub fn submit_with<O>(&self, operation: O, on_event: impl FnMut(Event<'_>) + Send + 'static) -> Pending<O>
    where
        O: Operation<Output: Send> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let stop = Arc::clone(&self.stop);
        let job: Job<P> = Box::new(move |connection| {
            let mut operation = operation;
            let stopped = || stop.load(Ordering::Relaxed) || sender.is_canceled();
            let go_on = || if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            let run = AssertUnwindSafe(|| connection.drive(&mut operation, TICK, |_| go_on(), on_event));
            let outcome = catch_unwind(run);
            if outcome.is_err() {
                connection.session.lose();
            }
            // Where it fails, nobody waits for it any more.
            let _ = sender.send(outcome.map(|result| result.map_err(|error| Failed { operation, error })));
        });
        // The thread waits for jobs for as long as there is a worker to submit them.
        let _ = self.jobs.as_ref().map(|jobs| jobs.send(job));
        Pending { receiver }
    }

    /// Waits until everything that was submitted has ended, and gives port and session back.
    pub fn close(mut self) -> (P, Session) {
        drop(self.jobs.take());
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(connection)) => connection.into_parts(),
            Some(Err(panic)) => resume_unwind(panic),
            None => unreachable!("only this and the drop take the thread"),
        }
    }
}

impl<P> Drop for Worker<P> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.jobs.take());
        // Panics of operations went where they are waited for.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

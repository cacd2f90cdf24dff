//! The drivers, each as something that runs an operation to its end; and the loop of the engine's page.

use rawpaste::{Instant, Operation, Session, Step};
use rawpaste_blocking::Worker;

use crate::lockstep::Lockstep;

pub(crate) trait Runs {
    /// Runs an operation, which must succeed.
    fn runs<O>(&mut self, operation: O)
    where
        O: Operation<Output: Send> + Send + 'static;

    /// Gives the port back.
    fn ends(self) -> Lockstep;
}

/// The plain loop, without a clock.
pub(crate) struct Plain(Lockstep, Session);

impl Plain {
    pub(crate) fn new(port: Lockstep, session: Session) -> Self {
        Self(port, session)
    }
}

impl Runs for Plain {
    fn runs<O>(&mut self, operation: O)
    where
        O: Operation<Output: Send> + Send + 'static,
    {
        let Self(port, session) = self;
        let mut run = session.run(operation);
        loop {
            match run.poll(Instant::EPOCH) {
                Step::Write { bytes, .. } => {
                    let n = port.put(bytes);
                    run.wrote(n);
                }
                Step::Flush { .. } => {
                    port.drain();
                    run.flushed();
                }
                Step::Read { until } => match port.look(4096) {
                    bytes if bytes.is_empty() => assert_eq!(until, Instant::EPOCH, "it waits in vain"),
                    bytes => run.received(&bytes),
                },
                Step::Event(_) => {}
                Step::Done(result) => return assert!(result.is_ok(), "{:?}", result.err()),
            }
        }
    }

    fn ends(self) -> Lockstep {
        self.0
    }
}

pub(crate) struct Blocking(rawpaste_blocking::Connection<Lockstep>);

impl Blocking {
    pub(crate) fn new(port: Lockstep, session: Session) -> Self {
        Self(rawpaste_blocking::Connection::new(port, session))
    }
}

impl Runs for Blocking {
    fn runs<O>(&mut self, operation: O)
    where
        O: Operation<Output: Send> + Send + 'static,
    {
        self.0.run(operation).map(drop).expect("a result");
    }

    fn ends(self) -> Lockstep {
        self.0.into_parts().0
    }
}

pub(crate) struct OnWorker(Worker<Lockstep>);

impl OnWorker {
    pub(crate) fn new(port: Lockstep, session: Session) -> Self {
        let connection = rawpaste_blocking::Connection::new(port, session);
        Self(Worker::new(connection).expect("a thread"))
    }
}

impl Runs for OnWorker {
    fn runs<O>(&mut self, operation: O)
    where
        O: Operation<Output: Send> + Send + 'static,
    {
        self.0.submit(operation).wait().map(drop).expect("a result");
    }

    fn ends(self) -> Lockstep {
        self.0.close().0
    }
}

pub(crate) struct Tokio {
    runtime: tokio::runtime::Runtime,
    connection: rawpaste_tokio::Connection<Lockstep>,
}

impl Tokio {
    pub(crate) fn new(port: Lockstep, session: Session) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let connection = runtime.block_on(async { rawpaste_tokio::Connection::new(port, session) });
        Self { runtime, connection }
    }
}

impl Runs for Tokio {
    fn runs<O>(&mut self, operation: O)
    where
        O: Operation<Output: Send> + Send + 'static,
    {
        self.runtime.block_on(self.connection.run(operation)).map(drop).expect("a result");
    }

    fn ends(self) -> Lockstep {
        self.connection.into_parts().0
    }
}

pub(crate) struct AsyncStd(rawpaste_async_std::Connection<Lockstep>);

impl AsyncStd {
    pub(crate) fn new(port: Lockstep, session: Session) -> Self {
        Self(rawpaste_async_std::Connection::new(port, session))
    }
}

impl Runs for AsyncStd {
    fn runs<O>(&mut self, operation: O)
    where
        O: Operation<Output: Send> + Send + 'static,
    {
        async_std::task::block_on(self.0.run(operation)).map(drop).expect("a result");
    }

    fn ends(self) -> Lockstep {
        self.0.into_parts().0
    }
}

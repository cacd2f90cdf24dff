//! Each runtime with its own driver, on a port that it opens by name.

use std::{
    cell::Cell,
    fs, io,
    rc::Rc,
    time::{Duration, Instant},
};

use rawpaste::{Config, Get, Operation, Put, Remove, Session};
use rawpaste_tokio::Serial;
use tokio::runtime::{Builder, Runtime};

use super::{
    Matrix,
    hurt::Draining,
    job::{Job, Way},
    kind::Carrier,
    pieces::Pieces,
};
use crate::bench::{Outcome, bed::Bed};

/// A runtime and its session with the board.
///
/// All have the same board, one after the other, so that none has a better one. It stays in its raw REPL between two, and their
/// sessions have one nonce, so that each finds it as it left it.
pub(super) struct Runner<'a> {
    carrier: Carrier,
    matrix: &'a Matrix,
    bed: &'a Bed,
    runtime: Runtime,
    session: Option<Session>,
}

/// What one run came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Took {
    pub(super) time: Duration,
    /// How often its port drained, if it is one that drains.
    pub(super) drains: Option<u32>,
}

/// While the port is open.
enum Connection<'a> {
    Blocking(rawpaste_blocking::Connection<rawpaste_blocking::Serial>),
    Tokio(&'a Runtime, rawpaste_tokio::Connection<Serial>),
    Draining(&'a Runtime, rawpaste_tokio::Connection<Draining<Serial>>, Rc<Cell<u32>>),
    AsyncStd(rawpaste_async_std::Connection<rawpaste_async_std::Serial>),
}

impl<'a> Connection<'a> {
    fn open(
        carrier: Carrier,
        matrix: &Matrix,
        bed: &Bed,
        runtime: &'a Runtime,
        session: Session,
    ) -> io::Result<Self> {
        let name = bed.port().to_string_lossy();
        Ok(match carrier {
            Carrier::Blocking => {
                let port = rawpaste_blocking::Serial::open(&name)?;
                Self::Blocking(rawpaste_blocking::Connection::new(port, session))
            }
            Carrier::AsyncStd => {
                let port = rawpaste_async_std::Serial::open(&name)?;
                Self::AsyncStd(rawpaste_async_std::Connection::new(port, session))
            }
            Carrier::Tokio | Carrier::Batched | Carrier::Hurt => {
                let _entered = runtime.enter();
                let (port, _) = rawpaste_tokio::open(&name, Config::default())?.into_parts();
                if carrier.drains() {
                    let drains = Rc::default();
                    let port = Draining::new(port, matrix.shape.rate, matrix.drain, Rc::clone(&drains));
                    Self::Draining(runtime, rawpaste_tokio::Connection::new(port, session), drains)
                } else {
                    Self::Tokio(runtime, rawpaste_tokio::Connection::new(port, session))
                }
            }
        })
    }

    fn close(self) -> Session {
        match self {
            Self::Blocking(connection) => connection.into_parts().1,
            Self::Tokio(_, connection) => connection.into_parts().1,
            Self::Draining(_, connection, _) => connection.into_parts().1,
            Self::AsyncStd(connection) => connection.into_parts().1,
        }
    }

    fn run<O: Operation>(&mut self, operation: O) -> Outcome<O::Output> {
        let done = match self {
            Self::Blocking(connection) => connection.run(operation),
            Self::Tokio(runtime, connection) => runtime.block_on(connection.run(operation)),
            Self::Draining(runtime, connection, _) => runtime.block_on(connection.run(operation)),
            Self::AsyncStd(connection) => async_std::task::block_on(connection.run(operation)),
        };
        done.map_err(|error| error.to_string())
    }

    fn drains(&self) -> Option<u32> {
        match self {
            Self::Draining(_, _, drains) => Some(drains.get()),
            Self::Blocking(_) | Self::Tokio(..) | Self::AsyncStd(_) => None,
        }
    }
}

/// Times what goes over a connection.
struct Watch {
    began: Instant,
    before: Option<u32>,
}

impl Watch {
    fn start(connection: &Connection<'_>) -> Self {
        Self { before: connection.drains(), began: Instant::now() }
    }

    fn stop(&self, connection: &Connection<'_>) -> Took {
        let time = self.began.elapsed();
        let drains = connection.drains().zip(self.before).map(|(now, before)| now - before);
        Took { time, drains }
    }
}

impl<'a> Runner<'a> {
    /// Lets it come to know the board and the path, and define its helpers.
    pub(super) fn new(carrier: Carrier, matrix: &'a Matrix, bed: &'a Bed) -> Outcome<Self> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let session = Some(Session::new(matrix.config(carrier)));
        let mut runner = Self { carrier, matrix, bed, runtime, session };
        let first = Job { way: Way::Upload, kib: 5 };
        runner.connected(|runner, connection| {
            runner.put(connection, first)?;
            // All define the same, or the last one would take from the others what it does not need.
            let get = Get::new(&first.name(), Vec::new()).map_err(|error| error.to_string())?;
            connection.run(get)?;
            remove(connection, first)
        })?;
        Ok(runner)
    }

    pub(super) const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Does it, and times it; then the board is as before.
    pub(super) fn run(&mut self, job: Job) -> Outcome<Took> {
        let done = self.connected(|runner, connection| match job.way {
            Way::Upload => {
                runner.put(connection, job).and_then(|took| remove(connection, job).map(|()| took))
            }
            Way::Download => runner.get(connection, job),
        });
        done.map_err(|why| self.bed.explain(why))
    }

    fn connected<T>(&mut self, work: impl FnOnce(&Self, &mut Connection<'_>) -> Outcome<T>) -> Outcome<T> {
        let session = self.session.take().ok_or("an earlier run failed")?;
        let connection = Connection::open(self.carrier, self.matrix, self.bed, &self.runtime, session);
        let mut connection = connection.map_err(|error| error.to_string())?;
        let done = work(self, &mut connection)?;
        self.session = Some(connection.close());
        Ok(done)
    }

    fn put(&self, connection: &mut Connection<'_>, job: Job) -> Outcome<Took> {
        let (content, name) = (job.content(), job.name());
        let put = Put::new(content.clone(), &name).map_err(|error| error.to_string())?;
        let put = put.choices(self.matrix.choices(self.carrier));
        let watch = Watch::start(connection);
        connection.run(put)?;
        let took = watch.stop(connection);
        match fs::read(self.bed.board().join(&name)) {
            Ok(found) if found == content => Ok(took),
            Ok(_) => Err(format!("{name} arrived as another")),
            Err(error) => Err(format!("{name} did not arrive ({error})")),
        }
    }

    fn get(&self, connection: &mut Connection<'_>, job: Job) -> Outcome<Took> {
        let (mut arrived, watch) = (Vec::new(), Watch::start(connection));
        if self.carrier == Carrier::Hurt {
            arrived = connection.run(Pieces::new(job))?;
        } else {
            let get = Get::new(&job.name(), &mut arrived).map_err(|error| error.to_string())?;
            connection.run(get)?;
        }
        let took = watch.stop(connection);
        if arrived == job.content() { Ok(took) } else { Err(format!("{} arrived as another", job.name())) }
    }
}

fn remove(connection: &mut Connection<'_>, job: Job) -> Outcome<()> {
    let remove = Remove::new(&job.name()).map_err(|error| error.to_string())?;
    connection.run(remove)?;
    Ok(())
}

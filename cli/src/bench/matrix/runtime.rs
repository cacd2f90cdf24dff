//! Each runtime with its own driver, on a port that it opens by name.

use std::{
    fmt,
    time::{Duration, Instant},
};

use rawpaste::{Get, Operation, Put, Session};
use tokio::runtime::{Builder, Runtime};

use super::{Job, Matrix, Way, hurt::Draining};
use crate::bench::{Outcome, bed::Bed};

/// Who carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blocking,
    Tokio,
    AsyncStd,
    /// tokio, with a drain after each 256 bytes.
    Hurt,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Blocking, Self::Tokio, Self::AsyncStd, Self::Hurt];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Blocking => "blocking",
            Self::Tokio => "tokio",
            Self::AsyncStd => "async-std",
            Self::Hurt => "tokio, what hurt",
        })
    }
}

/// Runs operations to their end.
trait Driver {
    fn run<O: Operation>(&mut self, operation: O) -> Outcome<O::Output>;
}

impl Driver for rawpaste_blocking::Connection<rawpaste_blocking::Serial> {
    fn run<O: Operation>(&mut self, operation: O) -> Outcome<O::Output> {
        Self::run(self, operation).map_err(|error| error.to_string())
    }
}

struct Tokio<S> {
    runtime: Runtime,
    connection: rawpaste_tokio::Connection<S>,
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Driver for Tokio<S> {
    fn run<O: Operation>(&mut self, operation: O) -> Outcome<O::Output> {
        self.runtime.block_on(self.connection.run(operation)).map_err(|error| error.to_string())
    }
}

struct AsyncStd(rawpaste_async_std::Connection<rawpaste_async_std::Serial>);

impl Driver for AsyncStd {
    fn run<O: Operation>(&mut self, operation: O) -> Outcome<O::Output> {
        async_std::task::block_on(self.0.run(operation)).map_err(|error| error.to_string())
    }
}

/// Does the jobs one after the other, and times each.
pub(super) fn run(kind: Kind, matrix: &Matrix, jobs: &[Job], bed: &Bed) -> Outcome<Vec<Duration>> {
    let (name, config) = (bed.port().to_string_lossy(), matrix.config(kind));
    let told = |error: std::io::Error| error.to_string();
    match kind {
        Kind::Blocking => {
            time(&mut rawpaste_blocking::open(&name, config).map_err(told)?, kind, matrix, jobs)
        }
        Kind::AsyncStd => {
            time(&mut AsyncStd(rawpaste_async_std::open(&name, config).map_err(told)?), kind, matrix, jobs)
        }
        Kind::Tokio | Kind::Hurt => {
            let runtime = Builder::new_current_thread().enable_all().build().map_err(told)?;
            let entered = runtime.enter();
            let connection = rawpaste_tokio::open(&name, config.clone()).map_err(told)?;
            if kind == Kind::Tokio {
                drop(entered);
                return time(&mut Tokio { runtime, connection }, kind, matrix, jobs);
            }
            let (stream, _) = connection.into_parts();
            let draining = Draining::new(stream, matrix.shape.rate, matrix.drain);
            drop(entered);
            let connection = rawpaste_tokio::Connection::new(draining, Session::new(config));
            time(&mut Tokio { runtime, connection }, kind, matrix, jobs)
        }
    }
}

fn time(driver: &mut impl Driver, kind: Kind, matrix: &Matrix, jobs: &[Job]) -> Outcome<Vec<Duration>> {
    let put = |bytes: Vec<u8>, path: &str| {
        Put::new(bytes, path).map(|put| put.choices(matrix.choices(kind))).map_err(|error| error.to_string())
    };
    // The board and the path are known then, and the helpers are there.
    driver.run(put(Job { way: Way::Upload, kib: 5 }.content(), "first")?)?;
    driver.run(Get::new("first", Vec::new()).map_err(|error| error.to_string())?)?;
    let mut times = Vec::new();
    for job in jobs {
        let (content, name) = (job.content(), job.name());
        if job.way == Way::Upload {
            let operation = put(content, &name)?;
            let began = Instant::now();
            driver.run(operation)?;
            times.push(began.elapsed());
        } else {
            let mut arrived = Vec::new();
            let operation = Get::new(&name, &mut arrived).map_err(|error| error.to_string())?;
            let began = Instant::now();
            driver.run(operation)?;
            times.push(began.elapsed());
            if arrived != content {
                return Err(format!("{name} arrived as another"));
            }
        }
    }
    Ok(times)
}

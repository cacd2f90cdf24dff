//! tokio over the blocking driver's worker: how an async program on Windows has a port without its async serial stack.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use rawpaste::{Config, Error, Eval, Exec, Get, Leave, Put, Sink};
use rawpaste_blocking::{Worker, open};
use rawpaste_board::trial::{Board, Failed, Trial, trial};
use tokio::time::{sleep, timeout};

use crate::named::on_tokio;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("worker: put, get, leave, awaited", |board| on_tokio(put_and_get(board))),
        trial("worker: others go on while an operation is awaited, and it is cancelled", |board| {
            on_tokio(cancelled(board))
        }),
    ]
}

/// What the worker's thread gets, for this one to look at.
#[derive(Clone, Default)]
struct Back(Arc<Mutex<Vec<u8>>>);

impl Sink for Back {
    fn start(&mut self, size: u64, kept: u64) -> Result<(), Error> {
        self.0.lock().expect("nobody panicked").start(size, kept)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }
}

async fn put_and_get(board: Board) -> Result<(), Failed> {
    let port = board.on_port()?;
    let worker = Worker::new(open(port.name(), Config::default())?)?;
    let data: Vec<u8> = (0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let put = worker.submit(Put::new(data.clone(), "a file")?);
    let back = Back::default();
    let get = worker.submit(Get::new("a file", back.clone())?);
    let leave = worker.submit(Leave::default());
    let (placed, got, left) = tokio::join!(put, get, leave);
    placed?;
    left?;
    assert_eq!(got?, 50_000);
    assert_eq!(fs::read(port.dir().join("a file"))?, data);
    assert_eq!(*back.0.lock().map_err(|_| "somebody panicked")?, data);
    Ok(())
}

async fn cancelled(board: Board) -> Result<(), Failed> {
    let port = board.on_port()?;
    let worker = Worker::new(open(port.name(), Config::default())?)?;
    let endless = worker.submit(Exec::captured("while True: pass", 100)?);
    let (mut ticks, ticking) = (0, Duration::from_millis(10));
    let count = async {
        loop {
            sleep(ticking).await;
            ticks += 1;
        }
    };
    let over = timeout(ticking * 20, async { tokio::join!(count, endless) }).await;
    assert!(over.is_err() && ticks > 1, "{ticks}");
    assert_eq!(worker.submit(Eval::new("6*7")?).await?, "42");
    Ok(())
}

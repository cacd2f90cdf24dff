//! A put that is cancelled goes on.

use std::{
    fs,
    pin::pin,
    task::{Poll, ready},
};

use rawpaste::{Event, Put, Session};
use rawpaste_async_std::{Connection, Error, Serial, Threaded, Tty};
use rawpaste_board::trial::{Board, Failed, Trial, trial};

use crate::streams::{Trying, bytes};

/// Drops the future when it is pending for the `n`th time, counted from 0.
async fn polled<F: Future>(future: F, n: usize) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), n);
    std::future::poll_fn(|cx| match (future.as_mut().poll(cx), left) {
        (Poll::Ready(output), _) => Poll::Ready(Some(output)),
        (Poll::Pending, 0) => Poll::Ready(None),
        (Poll::Pending, _) => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Cancels a put at every await point, then runs it again.
async fn cancel<S>(board: &Board, stream: S) -> Result<usize, Failed>
where
    S: async_std::io::Read + async_std::io::Write + Unpin,
{
    let file = board.dir.path().join("a file");
    let mut connection = Connection::new(Serial::new(Trying::new(stream, usize::MAX)), Session::default());
    for n in 0.. {
        // Another file each time: the target is never there already.
        let data = [&n.to_string().into_bytes()[..], &bytes(200)].concat();
        let mut put = Put::new(&data[..], "a file")?.chunk(64);
        let cancelled = polled(connection.run(&mut put), n).await;
        if cancelled.is_none() {
            connection.run(&mut put).await?;
        }
        assert_eq!(fs::read(&file)?, data, "cancelled at the await point {n}");
        if let Some(completed) = cancelled {
            completed?;
            return Ok(n);
        }
    }
    Ok(0)
}

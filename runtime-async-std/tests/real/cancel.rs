//! A put that is cancelled goes on.

use std::{fs, path::Path, pin::pin, task::Poll};

use async_std::stream;
use rawpaste::{Event, Put, Session};
use rawpaste_async_std::{Connection, Error, Keyboard, Serial, Threaded};
use rawpaste_board::trial::{Failed, Trial, trial};

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
async fn cancel<S>(dir: &Path, stream: S) -> Result<usize, Failed>
where
    S: async_std::io::Read + async_std::io::Write + Unpin,
{
    let file = dir.join("a file");
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

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a put that was cancelled at any await point goes on", |board| {
            let port = board.on_port()?;
            let tty = Serial::open(port.name())?.into_inner();
            let points = async_std::task::block_on(cancel(port.dir(), tty))?;
            assert!(points > 40, "{points}");
            Ok(())
        }),
        trial("a put behind a thread that was cancelled at any await point goes on", |board| {
            let port = board.on_port()?;
            let threaded = Threaded::new(rawpaste_blocking::Serial::open(port.name())?);
            let points = smol::block_on(cancel(port.dir(), threaded))?;
            assert!(points > 40, "{points}");
            Ok(())
        }),
        trial("a put goes on over a second transport", |board| {
            let port = board.on_port()?;
            let name = port.name();
            let data = bytes(20_000);
            let mut put = Put::new(&data[..], "a file")?.chunk(256);
            let serial = Serial::new(Trying::new(Serial::open(name)?.into_inner(), DIES));
            let mut first = Connection::new(serial, Session::default());
            smol::block_on(async {
                let (mut done, mut least) = (0, u64::MAX);
                let died = first
                    .attend(
                        &mut put,
                        Keyboard { typed: stream::empty(), interrupts: stream::empty() },
                        |event| {
                            if let Event::Progress(progress) = event {
                                done = progress.done;
                            }
                        },
                    )
                    .await;
                assert!(matches!(died, Err(Error::Transport(_))), "{died:?}");
                assert!(done > 0 && done < 20_000, "{done}");
                let (dead, mut session) = first.into_parts();
                drop(dead);
                session.lose();
                let mut second = Connection::new(Serial::open(name)?, session);
                second
                    .attend(
                        &mut put,
                        Keyboard { typed: stream::empty(), interrupts: stream::empty() },
                        |event| {
                            if let Event::Progress(progress) = event {
                                least = least.min(progress.done);
                            }
                        },
                    )
                    .await?;
                assert_eq!(fs::read(port.dir().join("a file"))?, data);
                assert!(least >= done, "it began again at {least} and had come to {done}");
                Ok(())
            })
        }),
    ]
}

/// After so many bytes the first transport is dead: in the middle of the file.
const DIES: usize = 5000;

//! A put over tokio that is cancelled, or whose transport dies, goes on; a flush never reaches the port.

use std::{
    fs, io,
    path::Path,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use rawpaste::{Config, Event, Holds, Operation, Put, Session};
use rawpaste_board::trial::{Failed, Trial, trial};
use rawpaste_tokio::{Connection, Error, Keyboard, Serial, open};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::mpsc,
};
use tokio_serial::SerialStream;

fn main() {
    rawpaste_board::trial::run(trials())
}

fn trials() -> Vec<Trial> {
    vec![
        trial("a flush never reaches the port", |board| {
            let port = board.on_port()?;
            block_on(async {
                let tty = stream(port.name())?;
                let mut config = Config::default();
                // So the engine does ask for flushes.
                config.holds = Holds::UntilFlush;
                let mut connection = Connection::new(Serial::new(tty), Session::new(config));
                connection.run(Put::new(&b"one"[..], "one")?).await?;
                assert_eq!(fs::read(port.dir().join("one"))?, b"one");
                Ok(())
            })
        }),
        trial("a put that was cancelled at any await point goes on", |board| {
            let port = board.on_port()?;
            let points = block_on(async {
                let tty = stream(port.name())?;
                cancel(port.dir(), Connection::new(Serial::new(tty), Session::default())).await
            })?;
            assert!(points > 40, "{points}");
            Ok(())
        }),
        trial("a put goes on over a second transport", |board| {
            let port = board.on_port()?;
            let name = port.name();
            block_on(second(name, port.dir()))
        }),
    ]
}

fn block_on<T>(future: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

/// Cancels a put at every await point, then runs it again.
async fn cancel<S>(dir: &Path, mut connection: Connection<S>) -> Result<usize, Failed>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut n = 0;
    loop {
        // Another file each time: the target is never there already.
        let data = [&n.to_string().into_bytes()[..], &bytes(200)].concat();
        let mut put = Put::new(&data[..], "a file")?.chunk(64);
        let completed = polled(connection.run(&mut put), n).await;
        if completed.is_none() {
            connection.run(&mut put).await?;
        }
        assert_eq!(fs::read(dir.join("a file"))?, data, "cancelled at the await point {n}");
        if let Some(completed) = completed {
            return Ok(completed.map(|_| n)?);
        }
        n += 1;
    }
}

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

async fn second(name: &str, dir: &Path) -> Result<(), Failed> {
    let data = bytes(20_000);
    let mut put = Put::new(&data[..], "a file")?.chunk(256);
    let (mut done, mut least) = (0, u64::MAX);
    let mut keyboard = Keyboard { typed: mpsc::channel(1).1, interrupts: mpsc::channel(1).1 };
    let tty = Trying { left: 5000, ..stream(name)? };
    let mut first = Connection::new(Serial::new(tty), Session::default());
    let died = first.attend(&mut put, &mut keyboard, |event| progress(event, |n| done = n)).await;
    assert!(matches!(died, Err(Error::Transport(_))), "{died:?}");
    assert!(done > 0 && done < 20_000, "{done}");
    let (dead, mut session) = first.into_parts();
    drop(dead);
    session.lose();
    let (tty, _) = open(name, Config::default())?.into_parts();
    let mut second = Connection::new(tty, session);
    second.attend(&mut put, &mut keyboard, |event| progress(event, |n| least = least.min(n))).await?;
    assert_eq!(fs::read(dir.join("a file"))?, data);
    assert!(least >= done, "it began again at {least} and had come to {done}");
    Ok(())
}

fn progress(event: Event<'_>, mut seen: impl FnMut(u64)) {
    if let Event::Progress(progress) = event {
        seen(progress.done);
    }
}

fn stream(name: &str) -> io::Result<Trying<SerialStream>> {
    let stream = SerialStream::open(&tokio_serial::new(name, 115_200))?;
    Ok(Trying { stream, left: usize::MAX, moved: false })
}

/// A stream that moves 16 bytes at most at a time and then is pending once, so that there are many points to stop
/// at; that fails after so many bytes; and whose flush panics.
struct Trying<S> {
    stream: S,
    left: usize,
    moved: bool,
}

impl<S> Trying<S> {
    /// Returns how much may move now.
    fn most(&mut self, wanted: usize, cx: &Context<'_>) -> Poll<io::Result<usize>> {
        self.moved = !self.moved;
        match (self.left, self.moved) {
            (0, _) => Poll::Ready(Err(io::Error::other("unplugged"))),
            (_, true) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            (left, false) => Poll::Ready(Ok(wanted.min(16).min(left))),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Trying<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let most = ready!(self.most(buf.remaining(), cx))?;
        let mut bytes = [0; 16];
        let mut small = ReadBuf::new(&mut bytes[..most]);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut small))?;
        buf.put_slice(small.filled());
        self.left -= small.filled().len();
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Trying<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let most = ready!(self.most(buf.len(), cx))?;
        let n = ready!(Pin::new(&mut self.stream).poll_write(cx, &buf[..most]))?;
        self.left -= n;
        Poll::Ready(Ok(n))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        panic!("flushed")
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The futures are `Send` where stream and operation are.
#[expect(dead_code, reason = "it need only compile")]
fn futures_are_send<O>(tty: &mut Connection<Serial>, first: O, second: O, keyboard: &mut Keyboard)
where
    O: Operation<Output: Send> + Send,
{
    const fn sends<F: Future + Send>(future: F) -> F {
        future
    }
    drop(sends(tty.run(first)));
    drop(sends(tty.attend(second, keyboard, |_| {})));
}

/// Bytes of every value, the same each time.
fn bytes(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

//! The driver waits for nothing that the engine did not ask for.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use rawpaste::{
    Choices, Config, Encoding, Flow, Instant, Put, Session,
    testing::{Device, Firmware, Input, noise},
};
use rawpaste_tokio::Connection;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex},
    time::{Instant as Clock, advance, sleep},
};

/// How long the board thinks before it answers.
const THINKS: Duration = Duration::from_millis(50);

/// A stream that remembers when it was written to.
struct Timed {
    stream: DuplexStream,
    writes: Arc<Mutex<Vec<Clock>>>,
}

impl AsyncRead for Timed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Timed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.writes.lock().unwrap_or_else(PoisonError::into_inner).push(Clock::now());
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Serves a board that takes whatever comes, and answers late.
fn serve() -> DuplexStream {
    let mut device = Device::new(Firmware { input: Input::PushesBack(1 << 20), ..Firmware::default() });
    let (host, mut board) = duplex(1 << 20);
    tokio::spawn(async move {
        let epoch = Clock::now();
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = board.read(&mut buffer).await {
            let now = Instant::from_epoch(epoch.elapsed());
            assert_eq!(device.received(now, &buffer[..n]), n);
            let said = device.take_output();
            if !said.is_empty() {
                sleep(THINKS).await;
            }
            if board.write_all(&said).await.is_err() {
                return;
            }
        }
    });
    host
}

/// In an open flow it looks, between two pieces of a script, whether something came, and goes on: what is sent is sent at
/// one moment, and the next moment is when the board has thought.
#[tokio::test(start_paused = true)]
async fn a_look_takes_no_time() {
    // Between two ticks of tokio's timers, where a clock that runs is nearly always.
    advance(Duration::from_micros(300)).await;
    let writes = Arc::<Mutex<Vec<Clock>>>::default();
    let stream = Timed { stream: serve(), writes: Arc::clone(&writes) };
    let mut config = Config::default();
    config.flow = Flow::Open;
    let mut connection = Connection::new(stream, Session::new(config));
    let mut choices = Choices::default();
    (choices.encoding, choices.chunk) = (Some(Encoding::Dense), Some(4096));
    for length in [1, 40 * 1024] {
        writes.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let put = Put::new(noise(1, length), "file").expect("a path").choices(choices.clone());
        connection.run(put).await.expect("it is put");
    }
    let writes = writes.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(writes.len() > 40, "{} writes are no open flow", writes.len());
    let waits = writes.windows(2).map(|two| two[1] - two[0]).filter(|wait| !wait.is_zero());
    let waits: Vec<_> = waits.collect();
    assert!(waits.iter().all(|wait| *wait >= THINKS), "{waits:?}");
}

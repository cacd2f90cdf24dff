//! Every scenario through the async-std driver, bare and behind a buffered writer under each preset: on the simulated
//! board, and on a real MicroPython behind a pseudo-terminal if the unix port can tell it.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use async_std::{io::BufWriter, task};
use rawpaste::{
    DriveError, Error, Operation,
    testing::{Device, Scenario, Task, Transport, outcome, scenarios},
};
use rawpaste_async_std::{Connection, Keyboard, Threaded};
use rawpaste_board::{
    End, Running, Simulated,
    trial::{Failed, Trial, run},
};

fn main() {
    let on = |transport| {
        let simulated = scenarios().into_iter().map(move |scenario| simulated(transport, scenario));
        simulated.chain(scenarios().into_iter().filter_map(move |scenario| real(transport, scenario)))
    };
    run(Transport::ALL.into_iter().flat_map(on).collect())
}

fn simulated(transport: Transport, scenario: Scenario) -> Trial {
    Trial::test(format!("simulated: {}, {transport:?}", scenario.name), move || {
        let mut device = Device::new(scenario.firmware);
        scenario.programs.into_iter().for_each(|program| device.register(program));
        let board = Running::simulated(Simulated::with_device(device))?;
        let stream = Threaded::new(InProcess(board.in_process()));
        task::block_on(tell(transport, scenario.tasks, stream))
    })
}

fn real(transport: Transport, scenario: Scenario) -> Option<Trial> {
    let is_real = scenario.simulated_only.is_none();
    let name = format!("real: {}, {transport:?}", scenario.name);
    let trial = rawpaste_board::trial::trial(name, move |board| {
        let port = board.on_port()?;
        task::block_on(async {
            let port = rawpaste_async_std::Serial::open(port.name())?;
            tell(transport, scenario.tasks, port).await
        })
    });
    is_real.then_some(trial)
}

async fn tell<S>(transport: Transport, tasks: Vec<Task>, stream: S) -> Result<(), Failed>
where
    S: async_std::io::Read + async_std::io::Write + Unpin,
{
    let mut connection = Connection::new(Buffered::new(transport, stream), transport.session());
    for (at, task) in tasks.into_iter().enumerate() {
        let told = perform(&mut connection, (task.operation)()?, task.typed).await?;
        if told != task.expected {
            return Err(format!("task {at}: {told:?} instead of {:?}", task.expected).into());
        }
    }
    Ok(())
}

async fn perform<S>(
    connection: &mut Connection<S>,
    operation: impl Operation<Output = String>,
    typed: Vec<(Duration, Vec<u8>)>,
) -> Result<String, Failed>
where
    S: async_std::io::Read + async_std::io::Write + Unpin,
{
    let ((sender, typed_in), (interrupter, interrupts)) =
        (async_channel::unbounded(), async_channel::unbounded());
    task::spawn(async move {
        let mut typed_at = Duration::ZERO;
        for (after, bytes) in typed {
            task::sleep(after.saturating_sub(typed_at)).await;
            typed_at = after;
            // Where the run has ended there is nobody to type for.
            let _ =
                if bytes == [3] { interrupter.try_send(()).is_ok() } else { sender.try_send(bytes).is_ok() };
        }
    });
    match connection.attend(operation, Keyboard { typed: typed_in, interrupts }, |_| {}).await {
        Err(DriveError::Transport(error)) => Err(error.into()),
        Err(DriveError::Engine(error)) => Ok(outcome(Err::<String, Error>(error))),
        Ok(told) => Ok(outcome(Ok(told))),
    }
}

/// Holds back what is written until it is flushed; without room nothing.
struct Buffered<S>(BufWriter<S>);

impl<S: async_std::io::Write + Unpin> Buffered<S> {
    fn new(transport: Transport, stream: S) -> Self {
        let room = if transport == Transport::Bare { 0 } else { 64 * 1024 };
        Self(BufWriter::with_capacity(room, stream))
    }
}

impl<S: async_std::io::Read + async_std::io::Write + Unpin> async_std::io::Read for Buffered<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(self.0.get_mut()).poll_read(cx, buf)
    }
}

impl<S: async_std::io::Write + Unpin> async_std::io::Write for Buffered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

/// The host's end of a board in this process.
struct InProcess(End);

impl Read for InProcess {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for InProcess {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl rawpaste_blocking::Port for InProcess {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.0.set_timeout(timeout);
        Ok(())
    }
}

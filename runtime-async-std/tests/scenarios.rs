//! Every scenario through the async-std driver: on the simulated board, and on a real MicroPython behind a
//! pseudo-terminal if the unix port can tell it.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use async_std::task;
use rawpaste::{
    DriveError, Error, Operation, Session,
    testing::{Device, Scenario, Task, outcome, scenarios},
};
use rawpaste_async_std::{Connection, Keyboard, Threaded};
use rawpaste_board::{
    End, Running, Simulated,
    trial::{Failed, Trial, run},
};

fn main() {
    let simulated = scenarios().into_iter().map(|scenario| {
        let name = format!("simulated: {}", scenario.name);
        Trial::test(name, move || {
            let mut device = Device::new(scenario.firmware);
            scenario.programs.into_iter().for_each(|program| device.register(program));
            let board = Running::simulated(Simulated::with_device(device))?;
            task::block_on(tell(scenario.tasks, Threaded::new(InProcess(board.in_process()))))
        })
    });
    run(simulated.chain(scenarios().into_iter().filter_map(real)).collect())
}

fn real(scenario: Scenario) -> Option<Trial> {
    let trial = rawpaste_board::trial::trial(format!("real: {}", scenario.name), |board| {
        let port = board.on_port()?;
        task::block_on(async {
            let port = rawpaste_async_std::Serial::open(port.name())?;
            tell(scenario.tasks, port).await
        })
    });
    scenario.simulated_only.is_none().then_some(trial)
}

async fn tell<S>(tasks: Vec<Task>, stream: S) -> Result<(), Failed>
where
    S: async_std::io::Read + async_std::io::Write + Unpin,
{
    let mut connection = Connection::new(stream, Session::default());
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

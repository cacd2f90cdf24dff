//! Every scenario through the blocking driver, bare and behind a buffered writer under each preset: on the simulated
//! board, and on a real MicroPython behind a pseudo-terminal if the unix port can tell it.

#[path = "real/in_process.rs"]
mod in_process;

use std::{
    io::{self, BufWriter, Read, Write},
    sync::mpsc,
    thread,
    time::Duration,
};

use in_process::InProcess;
use rawpaste::{
    DriveError, Error,
    testing::{Device, Scenario, Task, Transport, outcome, scenarios},
};
use rawpaste_blocking::{Connection, Keyboard, Port};
use rawpaste_board::{
    Running, Simulated,
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
        tell(transport, scenario.tasks, InProcess(board.in_process()))
    })
}

fn real(transport: Transport, scenario: Scenario) -> Option<Trial> {
    let is_real = scenario.simulated_only.is_none();
    let name = format!("real: {}, {transport:?}", scenario.name);
    let trial = rawpaste_board::trial::trial(name, move |board| {
        let port = board.on_port()?;
        tell(transport, scenario.tasks, rawpaste_blocking::Serial::open(port.name())?)
    });
    is_real.then_some(trial)
}

fn tell(transport: Transport, tasks: Vec<Task>, port: impl Port) -> Result<(), Failed> {
    let mut connection = Connection::new(Buffered::new(transport, port), transport.session());
    for (at, task) in tasks.into_iter().enumerate() {
        let told = perform(&mut connection, (task.operation)()?, task.typed)?;
        if told != task.expected {
            return Err(format!("task {at}: {told:?} instead of {:?}", task.expected).into());
        }
    }
    Ok(())
}

fn perform(
    connection: &mut Connection<impl Port>,
    operation: impl rawpaste::Operation<Output = String>,
    typed: Vec<(Duration, Vec<u8>)>,
) -> Result<String, Failed> {
    let ((sender, typed_in), (interrupter, interrupts)) = (mpsc::channel(), mpsc::channel());
    let keyboard = Keyboard { typed: typed_in, interrupts };
    thread::spawn(move || {
        let mut typed_at = Duration::ZERO;
        for (after, bytes) in typed {
            thread::sleep(after.saturating_sub(typed_at));
            typed_at = after;
            // Where the run has ended there is nobody to type for.
            let _ = if bytes == [3] { interrupter.send(()).is_ok() } else { sender.send(bytes).is_ok() };
        }
    });
    match connection.attend(operation, &keyboard, |_| {}) {
        Err(DriveError::Transport(error)) => Err(error.into()),
        Err(DriveError::Engine(error)) => Ok(outcome(Err::<String, Error>(error))),
        Ok(told) => Ok(outcome(Ok(told))),
    }
}

/// Holds back what is written until it is flushed; without room nothing.
struct Buffered<P: Port>(BufWriter<P>);

impl<P: Port> Buffered<P> {
    fn new(transport: Transport, port: P) -> Self {
        let room = if transport == Transport::Bare { 0 } else { 64 * 1024 };
        Self(BufWriter::with_capacity(room, port))
    }
}

impl<P: Port> Read for Buffered<P> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.get_mut().read(buf)
    }
}

impl<P: Port> Write for Buffered<P> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<P: Port> Port for Buffered<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.0.get_mut().set_timeout(timeout)
    }
}

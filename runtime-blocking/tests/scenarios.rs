//! Every scenario through the blocking driver: on the simulated board, and on a real MicroPython behind a
//! pseudo-terminal if the unix port can tell it.

#[path = "real/in_process.rs"]
mod in_process;

use std::{sync::mpsc, thread, time::Duration};

use in_process::InProcess;
use rawpaste::{
    DriveError, Error, Session,
    testing::{Device, Scenario, Task, outcome, scenarios},
};
use rawpaste_blocking::{Connection, Keyboard, Port};
use rawpaste_board::{
    Running, Simulated,
    trial::{Failed, Trial, run},
};

fn main() {
    let simulated = scenarios().into_iter().map(|scenario| {
        let name = format!("simulated: {}", scenario.name);
        Trial::test(name, move || {
            let mut device = Device::new(scenario.firmware);
            scenario.programs.into_iter().for_each(|program| device.register(program));
            let board = Running::simulated(Simulated::with_device(device))?;
            tell(scenario.tasks, InProcess(board.in_process()))
        })
    });
    run(simulated.chain(scenarios().into_iter().filter_map(real)).collect())
}

fn real(scenario: Scenario) -> Option<Trial> {
    let trial = rawpaste_board::trial::trial(format!("real: {}", scenario.name), |board| {
        let port = board.on_port()?;
        tell(scenario.tasks, rawpaste_blocking::Serial::open(port.name())?)
    });
    scenario.simulated_only.is_none().then_some(trial)
}

fn tell(tasks: Vec<Task>, port: impl Port) -> Result<(), Failed> {
    let mut connection = Connection::new(port, Session::default());
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

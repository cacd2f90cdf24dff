//! Every scenario that the unix port can tell, through tokio, on a real MicroPython behind a port by name.

use std::time::Duration;

use rawpaste::{
    Config, DriveError, Error,
    testing::{Scenario, Task, outcome, scenarios},
};
use rawpaste_board::trial::{Board, Failed, Trial, trial};
use rawpaste_tokio::{Connection, Keyboard, Serial};
use tokio::sync::mpsc;

pub(crate) fn trials() -> Vec<Trial> {
    let real = scenarios().into_iter().filter(|scenario| scenario.simulated_only.is_none());
    real.map(|scenario| trial(scenario.name, move |board| tell(&scenario, board))).collect()
}

fn tell(scenario: &Scenario, board: Board) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let port = board.on_port()?;
        let mut connection = rawpaste_tokio::open(port.name(), Config::default())?;
        for (at, task) in scenario.tasks.iter().enumerate() {
            let told = perform(&mut connection, task).await?;
            if told != task.expected {
                return Err(format!("task {at}: {told:?} instead of {:?}", task.expected).into());
            }
        }
        Ok(())
    })
}

async fn perform(connection: &mut Connection<Serial>, task: &Task) -> Result<String, Failed> {
    let ((sender, typed), (interrupter, interrupts)) = (mpsc::channel(8), mpsc::channel(8));
    let mut keyboard = Keyboard { typed, interrupts };
    let typed = task.typed.clone();
    tokio::spawn(async move {
        let mut typed_at = Duration::ZERO;
        for (after, bytes) in typed {
            tokio::time::sleep(after.saturating_sub(typed_at)).await;
            typed_at = after;
            // Where the run has ended there is nobody to type for.
            let _ =
                if bytes == [3] { interrupter.try_send(()).is_ok() } else { sender.try_send(bytes).is_ok() };
        }
    });
    let operation = (task.operation)()?;
    match connection.attend(operation, &mut keyboard, |_| {}).await {
        Err(DriveError::Transport(error)) => Err(error.into()),
        Err(DriveError::Engine(error)) => Ok(outcome(Err::<String, Error>(error))),
        Ok(told) => Ok(outcome(Ok(told))),
    }
}

//! Every scenario that the unix port can tell, through tokio, on a real MicroPython behind a port by name: bare, and behind a
//! buffered writer under each preset.

use std::time::Duration;

use rawpaste::{
    DriveError, Error,
    testing::{Scenario, Task, Transport, outcome, scenarios},
};
use rawpaste_board::trial::{Board, Failed, Trial, trial};
use rawpaste_tokio::{Connection, Keyboard, Serial};
use tokio::{io::BufWriter, sync::mpsc};

pub(crate) fn trials() -> Vec<Trial> {
    let real = || scenarios().into_iter().filter(|scenario| scenario.simulated_only.is_none());
    let on = |transport| {
        let name = move |scenario: &Scenario| format!("{}, {transport:?}", scenario.name);
        real().map(move |scenario| trial(name(&scenario), move |board| tell(&scenario, transport, board)))
    };
    Transport::ALL.into_iter().flat_map(on).collect()
}

fn tell(scenario: &Scenario, transport: Transport, board: Board) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let port = board.on_port()?;
        let opened = rawpaste_tokio::open(port.name(), transport.config())?;
        let (port, session) = opened.into_parts();
        // One without room holds nothing back.
        let room = if transport == Transport::Bare { 0 } else { 64 * 1024 };
        let mut connection = Connection::new(BufWriter::with_capacity(room, port), session);
        for (at, task) in scenario.tasks.iter().enumerate() {
            let told = perform(&mut connection, task).await?;
            if told != task.expected {
                return Err(format!("task {at}: {told:?} instead of {:?}", task.expected).into());
            }
        }
        Ok(())
    })
}

async fn perform(connection: &mut Connection<BufWriter<Serial>>, task: &Task) -> Result<String, Failed> {
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

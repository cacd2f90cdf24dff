//! Every scenario through tokio on the simulated board, bare and behind a buffered writer under each preset, under paused
//! time: an hour's patience takes no time.

use std::time::Duration;

use rawpaste::{
    DriveError, Error, Eval, Exec, FaultKind, Instant, Patience, Session,
    testing::{Act, Device, Firmware, Main, Program, Task, Transport, outcome, scenarios},
};
use rawpaste_tokio::{Connection, Keyboard};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufWriter, DuplexStream, duplex},
    sync::mpsc,
    time::{Instant as Clock, sleep, timeout},
};

/// Serves the device at the other end of a pipe, on tokio's clock.
fn serve(mut device: Device) -> DuplexStream {
    let (host, mut board) = duplex(4096);
    tokio::spawn(async move {
        let epoch = Clock::now();
        let mut buffer = [0; 4096];
        loop {
            let now = Instant::from_epoch(epoch.elapsed());
            let wakes = device.poll(now);
            let said = device.take_output();
            if !said.is_empty() {
                if board.write_all(&said).await.is_err() {
                    return;
                }
                continue;
            }
            let pause = wakes.map_or(Duration::MAX, |wakes| wakes.saturating_duration_since(now));
            tokio::select! {
                read = board.read(&mut buffer) => match read {
                    Ok(n @ 1..) => take(&mut device, &buffer[..n], epoch).await,
                    Ok(0) | Err(_) => return,
                },
                () = sleep(pause) => {}
            }
        }
    });
    host
}

/// A board that pushes back takes what fits, and the rest a little later.
async fn take(device: &mut Device, mut bytes: &[u8], epoch: Clock) {
    loop {
        let now = Instant::from_epoch(epoch.elapsed());
        bytes = &bytes[device.received(now, bytes)..];
        if bytes.is_empty() {
            return;
        }
        let _ = device.poll(now);
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_scenario() {
    for transport in Transport::ALL {
        for scenario in scenarios() {
            let mut device = Device::new(scenario.firmware.clone());
            scenario.programs.iter().for_each(|program| device.register(program.clone()));
            // One without room holds nothing back.
            let room = if transport == Transport::Bare { 0 } else { 64 * 1024 };
            let stream = BufWriter::with_capacity(room, serve(device));
            let mut connection = Connection::new(stream, transport.session());
            for (at, task) in scenario.tasks.iter().enumerate() {
                let told = perform(&mut connection, task).await;
                assert_eq!(told, task.expected, "{}, task {at}, {transport:?}", scenario.name);
            }
        }
    }
}

async fn perform(connection: &mut Connection<BufWriter<DuplexStream>>, task: &Task) -> String {
    let ((sender, typed), (interrupter, interrupts)) = (mpsc::channel(8), mpsc::channel(8));
    let mut keyboard = Keyboard { typed, interrupts };
    let typed = task.typed.clone();
    tokio::spawn(async move {
        for (after, bytes) in typed {
            sleep(after).await;
            // Where the run has ended there is nobody to type for.
            let _ =
                if bytes == [3] { interrupter.try_send(()).is_ok() } else { sender.try_send(bytes).is_ok() };
        }
    });
    let operation = (task.operation)().expect("an operation");
    match connection.attend(operation, &mut keyboard, |_| {}).await {
        Err(DriveError::Transport(error)) => panic!("{error}"),
        Err(DriveError::Engine(error)) => outcome(Err::<String, Error>(error)),
        Ok(told) => outcome(Ok(told)),
    }
}

/// An hour of patience, and an interrupt after it: no clock but tokio's is read.
#[tokio::test(start_paused = true)]
async fn an_hour_is_nothing() {
    let mut device = Device::new(Firmware { main: Main::Silent, ..Firmware::default() });
    device.register(Program::new("sleep()", [Act::Sleep(Duration::from_secs(7200))]));
    let mut connection = Connection::new(serve(device), Session::default());
    let hour = Duration::from_secs(3600);
    let exec = Exec::new("sleep()", |_| Ok(())).expect("code").patience(Patience::For(hour));
    let started = Clock::now();
    let error = connection.run(exec).await.expect_err("it sleeps longer");
    let DriveError::Engine(Error::Fault(fault)) = error else { panic!("{error}") };
    assert_eq!(fault.kind, FaultKind::Silence(hour));
    assert!(started.elapsed() >= hour && started.elapsed() < hour + Duration::from_secs(10));
    let asleep = timeout(hour, connection.run(Eval::new("1").expect("an expression"))).await;
    assert!(asleep.is_ok(), "the board was not interrupted");
}

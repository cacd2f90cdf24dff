//! The blocking driver and a real MicroPython.

#[cfg(unix)]
mod broken_off;
#[cfg(unix)]
mod cancel;
#[cfg(unix)]
mod cut_off;
#[cfg(unix)]
mod entry;
#[cfg(unix)]
mod in_process;
#[cfg(unix)]
mod lossy;
#[cfg(target_os = "linux")]
mod net;
#[cfg(unix)]
mod open_flow;
#[cfg(unix)]
mod ports;
#[cfg(unix)]
mod puts;
#[cfg(unix)]
mod undrained;
#[cfg(unix)]
mod worker;

use rawpaste_board::trial::run;

#[cfg(unix)]
fn main() {
    let mut trials = named::trials();
    trials.extend(broken_off::trials());
    trials.extend(cancel::trials());
    trials.extend(cut_off::trials());
    trials.extend(entry::trials());
    trials.extend(lossy::trials());
    trials.extend(puts::trials());
    trials.extend(worker::trials());
    trials.extend(open_flow::trials());
    #[cfg(target_os = "linux")]
    trials.extend(net::trials());
    run(trials)
}

#[cfg(not(unix))]
fn main() {
    run(Vec::new())
}

#[cfg(unix)]
mod named {
    use std::{fs, io, sync::mpsc, thread, time::Duration};

    use rawpaste::{Config, Error, Exec, Get, Holds, Leave, List, Put, Session};
    use rawpaste_blocking::{Connection, Keyboard, Serial, open};
    use rawpaste_board::trial::{Trial, trial};

    use crate::{in_process::InProcess, ports::bytes, undrained::Undrained};

    pub(crate) fn trials() -> Vec<Trial> {
        vec![
            trial("a port by name: put, get, list, leave", |board| {
                let port = board.running.on_pty()?;
                let mut connection = open(&port.name().to_string_lossy(), Config::default())?;
                let data = bytes(20_000);
                connection.run(Put::new(&data[..], "a file")?)?;
                assert_eq!(fs::read(board.dir.path().join("a file"))?, data);
                let mut back = Vec::new();
                connection.run(Get::new("a file", &mut back)?)?;
                assert_eq!(back, data);
                let entries = connection.run(List::new("")?)?;
                assert_eq!(entries.len(), 1);
                connection.run(Leave::default())?;
                Ok(())
            }),
            trial("a flush never reaches the port", |board| {
                let port = board.running.on_pty()?;
                let tty = Serial::open(&port.name().to_string_lossy())?.into_inner();
                let mut config = Config::default();
                // So the engine does ask for flushes.
                config.holds = Holds::UntilFlush;
                let mut connection = Connection::new(Serial::new(Undrained(tty)), Session::new(config));
                connection.run(Put::new(&b"one"[..], "one")?)?;
                assert_eq!(fs::read(board.dir.path().join("one"))?, b"one");
                Ok(())
            }),
            trial("what is typed and an interrupt reach the script", |board| {
                let mut connection =
                    Connection::new(InProcess(board.running.in_process()), Session::default());
                let ((sender, typed), (interrupter, interrupts)) = (mpsc::channel(), mpsc::channel());
                let keyboard = Keyboard { typed, interrupts };
                sender.send(b"Ada\n".to_vec())?;
                let mut events = 0;
                let hello = Exec::captured("print('hello', input())", 100)?;
                let text = connection.attend(hello, &keyboard, |_| events += 1)?;
                assert!(text.ends_with(b"hello Ada\n"), "{}", text.escape_ascii());
                assert!(events > 0);
                let typist = thread::spawn(move || {
                    thread::sleep(Duration::from_millis(300));
                    interrupter.send(())
                });
                let ended = connection.attend(Exec::captured("while True: pass", 100)?, &keyboard, |_| {});
                let Err(rawpaste_blocking::Error::Engine(Error::Exception(exception))) = ended else {
                    return Err(format!("{ended:?}").into());
                };
                assert!(exception.is_interrupt());
                typist.join().map_err(|_| "the typist panicked")??;
                Ok(())
            }),
            trial("a write to a port that takes no more does not wait for ever", |_board| {
                use std::{io::Write, time::Instant};

                use rawpaste_blocking::Port;

                let (master, slave) = serialport::TTYPort::pair()?;
                let name = serialport::SerialPort::name(&slave).ok_or("no name")?;
                drop(slave);
                let mut port = Serial::open(&name)?;
                port.set_timeout(Duration::from_millis(50))?;
                let (start, mut sent) = (Instant::now(), 0);
                let error = loop {
                    match port.write(&[b'x'; 100_000]) {
                        Ok(n) => sent += n,
                        Err(error) => break error,
                    }
                };
                assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                assert!(start.elapsed() < Duration::from_secs(5) && sent > 0);
                drop(master);
                Ok(())
            }),
        ]
    }
}

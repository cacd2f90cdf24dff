//! Ports by name.

use std::{
    fs,
    io::{self, Write},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rawpaste::{
    Config, Error, Event, Exec, FaultKind, Get, Holds, Leave, List, Patience, Policy, Put, Session,
};
use rawpaste_blocking::{Connection, Error as DriveError, Keyboard, Port, Serial, open};
use rawpaste_board::trial::{Board, Failed, Trial, trial};

use crate::{ports::bytes, undrained::Undrained};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a port by name: put, get, list, leave", |board| {
            let port = board.on_port()?;
            let mut connection = open(port.name(), Config::default())?;
            let data = bytes(20_000);
            connection.run(Put::new(&data[..], "a file")?)?;
            assert_eq!(fs::read(port.dir().join("a file"))?, data);
            let mut back = Vec::new();
            connection.run(Get::new("a file", &mut back)?)?;
            assert_eq!(back, data);
            let entries = connection.run(List::new("")?)?;
            assert_eq!(entries.len(), 1);
            connection.run(Leave::default())?;
            Ok(())
        }),
        trial("a flush never reaches the port", |board| {
            let port = board.on_port()?;
            let tty = Serial::open(port.name())?.into_inner();
            let mut config = Config::default();
            // So the engine does ask for flushes.
            config.holds = Holds::UntilFlush;
            let mut connection = Connection::new(Serial::new(Undrained(tty)), Session::new(config));
            connection.run(Put::new(&b"one"[..], "one")?)?;
            assert_eq!(fs::read(port.dir().join("one"))?, b"one");
            Ok(())
        }),
        trial("what is typed and an interrupt reach the script", |board| {
            let port = board.on_port()?;
            let mut connection = open(port.name(), Config::default())?;
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
            let Err(DriveError::Engine(Error::Exception(exception))) = ended else {
                return Err(format!("{ended:?}").into());
            };
            assert!(exception.is_interrupt());
            typist.join().map_err(|_| "the typist panicked")??;
            Ok(())
        }),
        trial("a write to a port that takes no more does not wait for ever", takes_no_more),
        trial("puts under both presets, on a port that holds back and one that does not", presets),
        trial("a port that vanishes in the middle of a put", vanishes),
        #[cfg(windows)]
        trial("a port by each of its names", by_each_name),
        #[cfg(windows)]
        trial("a port that is in use", in_use),
    ]
}

/// How long a port or a script is waited for that will not answer.
const BRIEFLY: Duration = Duration::from_millis(100);

fn takes_no_more(board: Board) -> Result<(), Failed> {
    let port = board.on_port()?;
    let mut connection = open(port.name(), Config::default())?;
    let sleep = Exec::new("import time;time.sleep(3600)", |_| Ok(()))?.patience(Patience::For(BRIEFLY));
    let asleep = connection.run(sleep);
    assert!(matches!(asleep, Err(DriveError::Engine(Error::Fault(_)))), "{asleep:?}");
    let (mut serial, _) = connection.into_parts();
    serial.set_timeout(BRIEFLY)?;
    let (began, mut sent) = (Instant::now(), 0);
    let error = loop {
        // No byte that would wake it.
        match serial.write(&[b'x'; 100_000]) {
            Ok(n) => sent += n,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(began.elapsed() < Duration::from_secs(60) && sent > 0, "{sent} in {:?}", began.elapsed());
    Ok(())
}

fn presets(board: Board) -> Result<(), Failed> {
    let port = board.on_port()?;
    for (number, policy) in [Policy::WINDOWS, Policy::UNIX].into_iter().enumerate() {
        for (at, holds) in [Holds::Nothing, Holds::UntilFlush].into_iter().enumerate() {
            let mut config = Config::default();
            (config.policy, config.holds) = (policy, holds);
            let mut connection = reopened(port.name(), &config)?;
            let (name, data) = (format!("{number}{at}"), [&bytes(20_000)[..], &[at as u8]].concat());
            connection.run(Put::new(&data[..], name.as_str())?)?;
            assert_eq!(fs::read(port.dir().join(&name))?, data, "{policy:?}, {holds:?}");
            let mut back = Vec::new();
            connection.run(Get::new(name.as_str(), &mut back)?)?;
            assert_eq!(back, data, "{policy:?}, {holds:?}");
        }
    }
    Ok(())
}

/// A port that was just closed is locked a moment longer, where another trial starts a process meanwhile.
fn reopened(name: &str, config: &Config) -> io::Result<Connection<Serial>> {
    let began = Instant::now();
    loop {
        match open(name, config.clone()) {
            Err(_) if began.elapsed() < Duration::from_secs(20) => thread::sleep(Duration::from_millis(20)),
            opened => return opened,
        }
    }
}

fn vanishes(board: Board) -> Result<(), Failed> {
    let mut port = board.on_port()?;
    let mut connection = open(port.name(), Config::default())?;
    let keyboard = Keyboard { typed: mpsc::channel().1, interrupts: mpsc::channel().1 };
    let (data, mut done, mut unplugged) = (bytes(4 << 20), 0, false);
    let ended = connection.attend(Put::new(&data[..], "a file")?, &keyboard, |event| {
        if let Event::Progress(progress) = event {
            done = progress.done;
            if done > 20_000 && !unplugged {
                unplugged = true;
                port.unplug().expect("it is there");
            }
        }
    });
    assert!(unplugged && done < data.len() as u64, "{done}");
    assert!(!port.dir().join("a file").exists());
    match ended {
        Err(DriveError::Transport(_)) => Ok(()),
        Err(DriveError::Engine(Error::Fault(fault))) if fault.kind == FaultKind::Closed => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

/// Wine, too, knows names above `COM9` only with the prefix; the driver adds it.
#[cfg(windows)]
fn by_each_name(board: Board) -> Result<(), Failed> {
    let port = board.on_port()?;
    for name in [port.name().to_owned(), port.name().to_lowercase(), format!(r"\\.\{}", port.name())] {
        let mut connection = open(&name, Config::default())?;
        assert_eq!(connection.run(rawpaste::Eval::new("6*7")?)?, "42", "{name}");
    }
    Ok(())
}

#[cfg(windows)]
fn in_use(_: Board) -> Result<(), Failed> {
    let error = Serial::open(rawpaste_board::trial::REFUSED).map(drop).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ResourceBusy, "{error:?}");
    let error = Serial::open("COM254").map(drop).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error:?}");
    Ok(())
}

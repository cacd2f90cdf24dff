//! A put that is stopped goes on.

use std::{fs, sync::mpsc};

use rawpaste::{Choices, Encoding, Event, Put, Session};
use rawpaste_blocking::{Connection, Error, Keyboard, Serial};
use rawpaste_board::trial::{Trial, trial};

#[cfg(unix)]
use crate::in_process::InProcess;
use crate::ports::{Dies, bytes};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        #[cfg(unix)]
        stopped(),
        trial("a put goes on over a second transport", |board| {
            let port = board.on_port()?;
            let name = port.name();
            let data = bytes(8000);
            let mut choices = Choices::default();
            (choices.encoding, choices.chunk) = (Some(Encoding::Dense), Some(256));
            let mut put = Put::new(&data[..], "a file")?.choices(choices);
            let dies = Dies { port: Serial::open(name)?, steps: 1000 };
            let mut first = Connection::new(dies, Session::default());
            let mut done = 0;
            let keyboard = Keyboard { typed: mpsc::channel().1, interrupts: mpsc::channel().1 };
            let died = first.attend(&mut put, &keyboard, |event| {
                if let Event::Progress(progress) = event {
                    done = progress.done;
                }
            });
            assert!(matches!(died, Err(Error::Transport(_))), "{died:?}");
            assert!(done > 0 && done < 8000, "{done}");
            let (dead, mut session) = first.into_parts();
            drop(dead);
            session.lose();
            let mut second = Connection::new(Serial::open(name)?, session);
            let mut least = u64::MAX;
            second.attend(&mut put, &keyboard, |event| {
                if let Event::Progress(progress) = event {
                    least = least.min(progress.done);
                }
            })?;
            assert_eq!(fs::read(port.dir().join("a file"))?, data);
            assert!(least >= done, "it began again at {least} and had come to {done}");
            Ok(())
        }),
    ]
}

/// At every step: in this process, for the sake of time.
#[cfg(unix)]
fn stopped() -> Trial {
    trial("a put that was stopped after any step goes on", |board| {
        let file = board.dir.path().join("a file");
        let mut port = InProcess(board.running.in_process());
        let mut session = Session::default();
        for steps in 0.. {
            // Another file each time: the target is never there already.
            let data = [&steps.to_string().into_bytes()[..], &bytes(200)].concat();
            let mut put = Put::new(&data[..], "a file")?.chunk(64);
            let mut connection = Connection::new(Dies { port, steps }, session);
            let stopped = connection.run(&mut put);
            let (dies, kept) = connection.into_parts();
            let mut connection = Connection::new(dies.port, kept);
            match stopped {
                Ok(_) if steps > 40 => {
                    assert_eq!(fs::read(file)?, data);
                    return Ok(());
                }
                Err(Error::Transport(_)) => connection.run(&mut put)?,
                other => return Err(format!("after {steps} steps: {other:?}").into()),
            };
            assert_eq!(fs::read(&file)?, data, "after {steps} steps");
            (port, session) = connection.into_parts();
        }
        Ok(())
    })
}

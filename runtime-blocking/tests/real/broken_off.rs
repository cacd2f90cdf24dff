//! A run that is broken off, and what is said behind the session's back.

use std::{
    cell::Cell,
    io::{ErrorKind, Read, Write},
    ops::ControlFlow,
    time::Duration,
};

use rawpaste::{Eval, Exec, Leave, Patience, Session};
use rawpaste_blocking::{Connection, Error, Port};
use rawpaste_board::trial::{Trial, trial};

use crate::in_process::InProcess;

const TICK: Duration = Duration::from_millis(5);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a script that is broken off runs on", |board| {
            let port = InProcess(board.running.in_process());
            let mut connection = Connection::new(port, Session::default());
            let (printed, mut typed) = (Cell::new(0), false);
            let script = "name = input()\nn = 0\nwhile True:\n n += 1\n print(name, n)\n";
            let exec = Exec::new(script, |bytes: &[u8]| {
                printed.set(printed.get() + bytes.len());
                Ok(())
            });
            let stopped = connection.drive(
                exec?.patience(Patience::Forever),
                TICK,
                |run| {
                    if !std::mem::replace(&mut typed, true) {
                        run.type_in(b"typed\n");
                    }
                    if printed.get() > 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
                |_| {},
            );
            assert!(
                matches!(&stopped, Err(Error::Transport(error)) if error.kind() == ErrorKind::Interrupted),
                "{stopped:?}"
            );
            let mut buffer = [0; 4096];
            connection.port_mut().set_timeout(Duration::from_secs(10))?;
            let n = connection.port_mut().read(&mut buffer)?;
            assert!(n > 0);
            // The next operation interrupts it.
            assert_eq!(connection.run(Eval::new("(n > 1, name)")?)?, "(True, 'typed')");
            Ok(())
        }),
        trial("the port alone, between two operations", |board| {
            let port = InProcess(board.running.in_process());
            let mut connection = Connection::new(port, Session::default());
            assert_eq!(connection.run(Eval::new("6*7")?)?, "42");
            connection.run(Leave::default())?;
            let port = connection.port_mut();
            port.set_timeout(Duration::from_secs(10))?;
            // Left in the middle of a statement, behind a raw paste's offer, and in raw mode.
            for typed in [&b"x = 41\rfor i in range(3):\r"[..], b"\x03\x01\x05A\x01", b"\x03\x01\x01"] {
                connection.port_mut().write_all(typed)?;
                assert_eq!(connection.run(Eval::new("x + 1")?)?, "42");
                connection.run(Leave::default())?;
            }
            Ok(())
        }),
    ]
}

//! Ports by name, on async-std and on smol.

use std::{fs, path::Path, time::Duration};

use async_std::{stream, task};
use rawpaste::{Config, Error, Exec, Get, Holds, Leave, List, Operation, Put, Session};
use rawpaste_async_std::{Connection, Keyboard, Native, Serial, Threaded, open};
use rawpaste_board::trial::{Failed, Trial, trial};

use crate::streams::{Trying, bytes};

/// A future that may move to another thread.
const fn sends<F: Future + Send>(future: F) -> F {
    future
}

/// The futures are `Send` where stream and operation are.
#[expect(dead_code, reason = "it need only compile")]
fn futures_are_send<O: Operation<Output: Send> + Send>(tty: &mut Connection<Native>, first: O, second: O) {
    drop(sends(tty.run(first)));
    drop(sends(tty.attend(second, Keyboard { typed: stream::empty(), interrupts: stream::empty() }, |_| {})));
}

async fn put_get_list<S>(mut connection: Connection<S>, dir: &Path) -> Result<(), Failed>
where
    S: async_std::io::Read + async_std::io::Write + Unpin,
{
    let data = bytes(20_000);
    connection.run(Put::new(&data[..], "a file")?).await?;
    assert_eq!(fs::read(dir.join("a file"))?, data);
    let mut back = Vec::new();
    connection.run(Get::new("a file", &mut back)?).await?;
    assert_eq!(back, data);
    assert_eq!(connection.run(List::new("")?).await?.len(), 1);
    connection.run(Leave::default()).await?;
    Ok(())
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a port by name on async-std: put, get, list, leave", |board| {
            let port = board.on_port()?;
            let connection = open(port.name(), Config::default())?;
            task::block_on(put_get_list(connection, port.dir()))
        }),
        trial("a port by name on smol: put, get, list, leave", |board| {
            let port = board.on_port()?;
            let connection = open(port.name(), Config::default())?;
            smol::block_on(put_get_list(connection, port.dir()))
        }),
        trial("a blocking port behind a thread: put, get, list, leave", |board| {
            let port = board.on_port()?;
            let threaded = Threaded::new(rawpaste_blocking::Serial::open(port.name())?);
            let connection = Connection::new(threaded, Session::default());
            smol::block_on(put_get_list(connection, port.dir()))
        }),
        trial("a flush never reaches the port", |board| {
            let port = board.on_port()?;
            let tty = Serial::open(port.name())?.into_inner();
            let mut config = Config::default();
            // So the engine does ask for flushes.
            config.holds = Holds::UntilFlush;
            let serial = Serial::new(Trying::new(tty, usize::MAX));
            let mut connection = Connection::new(serial, Session::new(config));
            task::block_on(connection.run(Put::new(&b"one"[..], "one")?))?;
            assert_eq!(fs::read(port.dir().join("one"))?, b"one");
            Ok(())
        }),
        trial("what is typed and an interrupt reach the script", |board| {
            let port = board.on_port()?;
            let mut connection = open(port.name(), Config::default())?;
            let ((sender, typed), (interrupter, interrupts)) =
                (async_channel::bounded(8), async_channel::bounded(8));
            let keyboard = || Keyboard { typed: typed.clone(), interrupts: interrupts.clone() };
            task::block_on(async {
                sender.send(b"Ada\n".to_vec()).await?;
                let mut events = 0;
                let hello = Exec::captured("print('hello', input())", 100)?;
                let text = connection.attend(hello, keyboard(), |_| events += 1).await?;
                assert!(text.ends_with(b"hello Ada\n"), "{}", text.escape_ascii());
                assert!(events > 0);
                let typist = task::spawn(async move {
                    task::sleep(Duration::from_millis(300)).await;
                    interrupter.send(()).await
                });
                let ended =
                    connection.attend(Exec::captured("while True: pass", 100)?, keyboard(), |_| {}).await;
                typist.await?;
                let Err(rawpaste_async_std::Error::Engine(Error::Exception(exception))) = ended else {
                    return Err(format!("{ended:?}").into());
                };
                assert!(exception.is_interrupt());
                Ok(())
            })
        }),
    ]
}

//! One thread owns the port.

use std::{
    fs,
    ops::ControlFlow,
    thread,
    time::{Duration, Instant},
};

use rawpaste::{Board, Eval, Exec, Operation, Put, Reply, Script, Session};
use rawpaste_blocking::{Connection, Error, Pending, Port, Serial, Worker};
use rawpaste_board::trial::{self, Failed, Trial, trial};

use crate::ports::{Dies, bytes};

const fn is_send<T: Send>() {}
const fn is_sync<T: Sync>() {}
const _: () = is_send::<Pending<Eval>>();
const _: () = is_sync::<Worker<Box<dyn Port + Send>>>();

fn worker(port: &trial::Port) -> Result<Worker<Serial>, Failed> {
    Ok(Worker::new(Connection::new(Serial::open(port.name())?, Session::default()))?)
}

/// Panics when its script has run.
struct Panics;

impl Operation for Panics {
    type Output = ();

    fn script(&mut self, _: &Board, script: &mut Script) -> Result<(), rawpaste::Error> {
        script.code(b"pass")
    }

    fn reply(&mut self, _: Reply) -> Result<ControlFlow<()>, rawpaste::Error> {
        panic!("on purpose")
    }
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("worker: a result is waited for, and awaited", |board| {
            let port = board.on_port()?;
            let worker = worker(&port)?;
            assert_eq!(worker.submit(Eval::new("6*7")?).wait()?, "42");
            let (first, second) = (worker.submit(Eval::new("1+1")?), worker.submit(Eval::new("1+2")?));
            let text = pollster::block_on(async { Ok::<_, Failed>((second.await?, first.await?)) })?;
            assert_eq!(text, ("3".into(), "2".into()));
            let (_port, session) = worker.close();
            assert!(session.board().about().is_none());
            Ok(())
        }),
        trial("worker: threads submit", |board| {
            let port = board.on_port()?;
            let worker = worker(&port)?;
            thread::scope(|scope| {
                for thread in 0..4 {
                    let worker = &worker;
                    scope.spawn(move || {
                        for n in 0..5 {
                            let eval = Eval::new(&format!("{thread}*10+{n}")).expect("a script");
                            let sum = worker.submit(eval).wait().expect("an answer");
                            assert_eq!(sum, (thread * 10 + n).to_string());
                        }
                    });
                }
            });
            Ok(())
        }),
        trial("worker: dropping the result cancels", |board| {
            let port = board.on_port()?;
            let worker = worker(&port)?;
            let forever = worker.submit(Exec::captured("while True: pass", 100)?);
            let behind = worker.submit(Eval::new("6*7")?);
            let never = worker.submit(Exec::captured("open('never', 'w')", 100)?);
            let after = worker.submit(Eval::new("__import__('os').listdir()")?);
            drop(never);
            thread::sleep(Duration::from_millis(500));
            drop(forever);
            assert_eq!(behind.wait()?, "42");
            assert_eq!(after.wait()?, "[]");
            Ok(())
        }),
        trial("worker: an error hands the operation back", |board| {
            let port = board.on_port()?;
            let file = port.dir().join("a file");
            let open = || Serial::open(port.name());
            let dies = Dies { port: open()?, steps: 100 };
            let first = Worker::new(Connection::new(dies, Session::default()))?;
            let data = bytes(3000);
            let put = Put::new(bytes::Bytes::from(data.clone()), "a file")?.chunk(256);
            let (put, eval) = (first.submit(put), first.submit(Eval::new("6*7")?));
            let put = put.wait().map(drop).expect_err("the port died");
            let eval = eval.wait().expect_err("the port is dead");
            assert_eq!(put.to_string(), "the port failed: unplugged");
            assert_eq!(eval.to_string(), "the port failed: unplugged");
            drop(first);
            let second = Worker::new(Connection::new(open()?, Session::default()))?;
            assert_eq!(second.submit(eval.operation).wait()?, "42");
            second.submit(put.operation).wait()?;
            assert_eq!(fs::read(file)?, data);
            Ok(())
        }),
        trial("worker: dropping the handle ends the thread", |board| {
            let port = board.on_port()?;
            let worker = worker(&port)?;
            let forever = worker.submit(Exec::captured("while True: pass", 100)?);
            let behind = worker.submit(Eval::new("6*7")?);
            thread::sleep(Duration::from_millis(500));
            let start = Instant::now();
            drop(worker);
            let took = start.elapsed();
            assert!(took < Duration::from_secs(1), "{took:?}");
            let error = Error::from(forever.wait().expect_err("it was stopped"));
            assert_eq!(error.to_string(), "the port failed: the operation was stopped");
            let _eval: Eval = behind.wait().expect_err("it never ran").operation;
            Ok(())
        }),
        trial("worker: a panic comes out where the result is waited for", |board| {
            let port = board.on_port()?;
            let worker = worker(&port)?;
            let panics = worker.submit(Panics);
            let waiter = thread::spawn(move || panics.wait());
            assert!(waiter.join().is_err());
            assert_eq!(worker.submit(Eval::new("6*7")?).wait()?, "42");
            Ok(())
        }),
    ]
}

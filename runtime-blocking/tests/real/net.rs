//! A real MicroPython behind a real `ser2net`.

use std::{
    fs,
    io::{self, Read, Write},
    time::Duration,
};

use rawpaste::{Config, Eval, Exec, Get, Leave, Put, Session};
use rawpaste_blocking::{Connection, LineSettings, Port, Rfc2217, Tcp};
use rawpaste_board::{
    Ser2net,
    trial::{Failed, Served, Trial, served_trial},
};

use crate::ports::bytes;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        served_trial("every pair of bytes, through ser2net's raw port", |served| every_pair(&served, raw)),
        served_trial("every pair of bytes, through ser2net with RFC 2217", |served| {
            every_pair(&served, rfc2217)
        }),
        served_trial("the server goes in the middle of a put, raw port", |served| cut_off(served, raw)),
        served_trial("the server goes in the middle of a put, RFC 2217", |served| cut_off(served, rfc2217)),
        served_trial("a port that is used already is told so", |served| {
            let _first = rfc2217(&served.server)?;
            let error = rfc2217(&served.server).map(drop).expect_err("it is used already");
            assert!(error.to_string().contains("Port already in use"), "{error}");
            Ok(())
        }),
        served_trial("one client after the other, at once, and two speeds", |served| {
            for baud in [115_200, 9600, 115_200, 1_000_000] {
                let mut settings = LineSettings::default();
                (settings.baud, settings.dtr, settings.rts) = (baud, Some(true), Some(true));
                let port = Rfc2217::open(tcp(served.server.rfc2217())?, settings)?;
                let mut connection = Connection::new(port, Session::default());
                assert_eq!(connection.run(Eval::new("6*7")?)?, "42");
                connection.run(Leave::default())?;
            }
            Ok(())
        }),
        served_trial("a raw port is told from one that speaks RFC 2217", |served| {
            let error = Rfc2217::open(tcp(served.server.raw())?, LineSettings::default()).map(drop);
            let error = error.expect_err("it is raw");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            Ok(())
        }),
    ]
}

fn tcp(port: u16) -> io::Result<Tcp> {
    Tcp::connect("127.0.0.1", port)
}

type AnyPort = Box<dyn Port + Send>;

fn raw(server: &Ser2net) -> io::Result<AnyPort> {
    Ok(Box::new(tcp(server.raw())?))
}

fn rfc2217(server: &Ser2net) -> io::Result<AnyPort> {
    Ok(Box::new(Rfc2217::open(tcp(server.rfc2217())?, LineSettings::default())?))
}

/// There and back as a file, and from a script's output.
fn every_pair(served: &Served, open: fn(&Ser2net) -> io::Result<AnyPort>) -> Result<(), Failed> {
    let mut connection = Connection::new(open(&served.server)?, Session::new(Config::default()));
    let data: Vec<u8> = (0..=u8::MAX).flat_map(|one| (0..=u8::MAX).flat_map(move |two| [one, two])).collect();
    connection.run(Put::new(&data[..], "pairs")?)?;
    assert!(fs::read(served.dir.path().join("pairs"))? == data, "the file differs");
    let mut back = Vec::new();
    connection.run(Get::new("pairs", &mut back)?)?;
    assert!(back == data, "what came back differs");
    // The raw REPL ends its output at 04.
    let sends = "import sys\nfor a in range(256):\n for b in range(256):\n  \
                 if 4 not in (a,b): sys.stdout.buffer.write(bytes((a,b)))\n";
    let printed = connection.run(Exec::captured(sends, 200_000)?)?;
    let pairs: Vec<u8> = data.chunks(2).filter(|pair| !pair.contains(&4)).flatten().copied().collect();
    assert!(printed == pairs, "what it printed differs");
    connection.run(Leave::default())?;
    Ok(())
}

/// An error that says so, and the same operation goes on over the next connection.
fn cut_off(served: Served, open: fn(&Ser2net) -> io::Result<AnyPort>) -> Result<(), Failed> {
    let data = bytes(60_000);
    let mut put = Put::new(&data[..], "file")?;
    let port = open(&served.server)?;
    let port = CutOff { port, server: Some(served.server), left: 5000 };
    let mut connection = Connection::new(port, Session::default());
    let ended = connection.run(&mut put);
    let Err(rawpaste_blocking::Error::Transport(error)) = ended else {
        return Err(format!("{ended:?}").into());
    };
    let kinds = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe];
    assert!(kinds.contains(&error.kind()), "{error:?}");
    let (_, session) = connection.into_parts();
    let next = Ser2net::start(served.port.name())?;
    let mut connection = Connection::new(open(&next)?, session);
    connection.run(&mut put)?;
    assert_eq!(fs::read(served.dir.path().join("file"))?, data);
    connection.run(Leave::default())?;
    Ok(())
}

/// A port whose server is stopped after so many bytes.
struct CutOff {
    port: AnyPort,
    server: Option<Ser2net>,
    left: usize,
}

impl Read for CutOff {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.port.read(buf)
    }
}

impl Write for CutOff {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.port.write(buf)?;
        self.left = self.left.saturating_sub(n);
        if self.left == 0 {
            self.server = None;
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.port.flush()
    }
}

impl Port for CutOff {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.port.set_timeout(timeout)
    }
}

//! Puts that are cut off, at many bytes, and put again by another session: only what is missing is sent.

use std::{
    fs,
    io::{self, Read, Write},
    path::Path,
    time::Duration,
};

use rawpaste::{Choices, Config, Encoding, Flow, Placed, Put, Session};
use rawpaste_blocking::{Connection, Error, Port};
use rawpaste_board::{
    End,
    trial::{Failed, Trial, trial},
};

use crate::{in_process::InProcess, ports::bytes, puts::text};

/// At so many bytes each put is cut off.
const CUTS: usize = 24;
/// How many bytes the literals of a script hold.
const CHUNK: usize = 1024;
/// What every put sends: entry, definitions, a look, an end.
const BESIDES: usize = 3500;

pub(crate) fn trials() -> Vec<Trial> {
    let cut = |encoding, flow| {
        let content = if encoding == Encoding::Deflate { text(100 * 1024) } else { bytes(50 * 1024) };
        trial(format!("a put that is cut off, {encoding}, {flow:?}"), move |board| {
            cut_off(&board.running.in_process(), board.dir.path(), &content, encoding, flow)
        })
    };
    vec![
        cut(Encoding::Dense, Flow::Windowed),
        cut(Encoding::Dense, Flow::Open),
        cut(Encoding::Deflate, Flow::Windowed),
        cut(Encoding::Deflate, Flow::Open),
        cut(Encoding::Base64, Flow::Windowed),
    ]
}

fn cut_off(end: &End, folder: &Path, content: &[u8], encoding: Encoding, flow: Flow) -> Result<(), Failed> {
    let mut nonce = 0;
    let mut put = |left| {
        nonce += 1;
        let mut config = Config::default();
        (config.flow, config.nonce) = (flow, nonce);
        let mut choices = Choices::default();
        (choices.encoding, choices.chunk) = (Some(encoding), Some(CHUNK));
        let port = Cut { port: InProcess(end.try_clone()?), left, written: 0 };
        let mut connection = Connection::new(port, Session::new(config));
        let placed = connection.run(Put::new(content, "f")?.choices(choices));
        let (port, _) = connection.into_parts();
        Ok::<_, Failed>((placed, port.written))
    };
    let old = || fs::write(folder.join("f"), "old");
    old()?;
    let (placed, all) = put(usize::MAX)?;
    assert_eq!(placed?, Placed::Written { resumed: 0 });
    let mut resumes = 0;
    for at in (0..CUTS).map(|part| 1 + all * part / CUTS) {
        old()?;
        let (placed, _) = put(at)?;
        assert!(matches!(placed, Err(Error::Transport(_))), "cut off at {at} of {all}: {placed:?}");
        assert_eq!(fs::read(folder.join("f"))?, b"old", "cut off at {at} of {all}");
        let (placed, sent) = put(usize::MAX)?;
        let Placed::Written { resumed } = placed? else { return Err("it is not there yet".into()) };
        assert_eq!(fs::read(folder.join("f"))?, content, "cut off at {at} of {all}");
        assert_eq!(fs::read_dir(folder)?.count(), 1, "cut off at {at} of {all}: something stays");
        let wire = (all - BESIDES) * usize::try_from(resumed)? / content.len();
        assert!(wire + BESIDES + 3 * CHUNK >= at, "cut off at {at} of {all}: only {resumed} bytes were left");
        assert!(sent < all - wire + 250, "cut off at {at} of {all}: {sent} sent, {resumed} were there");
        resumes += usize::from(resumed > 0);
    }
    assert!(resumes > CUTS / 2, "{resumes}");
    Ok(())
}

/// A port that fails once so many bytes were written.
#[derive(Debug)]
struct Cut {
    port: InProcess,
    left: usize,
    written: usize,
}

impl Cut {
    fn port(&mut self) -> io::Result<&mut InProcess> {
        if self.left > 0 { Ok(&mut self.port) } else { Err(io::Error::other("unplugged")) }
    }
}

impl Read for Cut {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.port()?.read(buf)
    }
}

impl Write for Cut {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let most = buf.len().min(self.left);
        let written = self.port()?.write(&buf[..most])?;
        self.left -= written;
        self.written += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.port()?.flush()
    }
}

impl Port for Cut {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.port.set_timeout(timeout)
    }
}

//! Puts on a port that loses a byte: the file is the old one or the new one, and the new one where the put says so.

use std::{
    fs,
    io::{self, Read, Write},
    time::Duration,
};

use rawpaste::{Choices, Config, Encoding, Flow, Placed, Put, Session};
use rawpaste_blocking::{Connection, Port};
use rawpaste_board::trial::{Board, Failed, Trial, trial};

use crate::{in_process::InProcess, ports::bytes, puts::text};

/// How many bytes are lost of each put, one at a time.
const LOSSES: usize = 60;

pub(crate) fn trials() -> Vec<Trial> {
    let lossy = |encoding, size, flow| {
        trial(format!("a put of {size} bytes that loses one, {encoding}, {flow:?}"), move |board| {
            loses(board, encoding, size, flow)
        })
    };
    vec![
        lossy(Encoding::Dense, 3500, Flow::Windowed),
        lossy(Encoding::Dense, 3500, Flow::Open),
        lossy(Encoding::Dense, 600, Flow::Windowed),
        lossy(Encoding::Deflate, 9000, Flow::Windowed),
        lossy(Encoding::Deflate, 9000, Flow::Open),
        lossy(Encoding::Base64, 3500, Flow::Windowed),
        lossy(Encoding::Ascii, 3500, Flow::Windowed),
    ]
}

fn loses(board: Board, encoding: Encoding, size: u32, flow: Flow) -> Result<(), Failed> {
    let content = if encoding == Encoding::Deflate { text(size as usize) } else { bytes(size) };
    let file = board.dir.path().join("f");
    let folder = board.dir;
    let end = board.running.in_process();
    let mut nonce = 0;
    let mut put = |lost| {
        nonce += 1;
        let mut config = Config::default();
        (config.flow, config.nonce, config.patience) = (flow, nonce, Duration::from_secs(1));
        let mut choices = Choices::default();
        (choices.encoding, choices.chunk) = (Some(encoding), Some(700));
        let port = Lossy { port: InProcess(end.try_clone()?), lost, written: 0 };
        let mut connection = Connection::new(port, Session::new(config));
        let placed = connection.run(Put::new(&content[..], "f")?.choices(choices));
        Ok::<_, Failed>((placed, connection.into_parts().0.written))
    };
    fs::write(&file, "old")?;
    let (placed, all) = put(usize::MAX)?;
    assert_eq!(placed?, Placed::Written { resumed: 0 });
    let mut done = 0;
    // The second half has the most of the content.
    for at in (0..LOSSES).map(|part| all / 2 + part * all / 2 / LOSSES) {
        fs::write(&file, "old")?;
        let (placed, _) = put(at)?;
        let now = fs::read(&file)?;
        if placed.is_ok() {
            done += 1;
            assert!(now == content, "without byte {at} of {all}: a wrong file");
        } else {
            assert!(now == content || now == b"old", "without byte {at} of {all}: {placed:?}");
            put(usize::MAX)?.0?;
            assert!(fs::read(&file)? == content, "without byte {at} of {all}, put again");
        }
        assert_eq!(fs::read_dir(folder.path())?.count(), 1, "without byte {at} of {all}: something stays");
    }
    // The end of a script that is lost ends the put, say.
    assert!(done >= LOSSES - 2, "{done} of {LOSSES}");
    Ok(())
}

/// A port that loses one byte of what is written.
#[derive(Debug)]
struct Lossy {
    port: InProcess,
    lost: usize,
    written: usize,
}

impl Read for Lossy {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.port.read(buf)
    }
}

impl Write for Lossy {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = match self.lost.checked_sub(self.written) {
            Some(0) => 1,
            Some(before) => self.port.write(&buf[..buf.len().min(before)])?,
            None => self.port.write(buf)?,
        };
        self.written += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.port.flush()
    }
}

impl Port for Lossy {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.port.set_timeout(timeout)
    }
}

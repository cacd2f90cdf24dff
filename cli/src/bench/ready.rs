//! What the board takes when it is handed ready-made literals, without flow control and two scripts ahead: no host can
//! be faster.
//!
//! This shares nothing with the engine but the literals, so that a slow engine cannot hide here.

use std::{
    io::{ErrorKind, Read, Write},
    time::{Duration, Instant},
};

use rawpaste::{Quoting, quote};
use rawpaste_blocking::{Port, Serial};

use super::{
    Outcome, Plan, Stage, Timing,
    bed::Bed,
    work::{Load, Way, Work},
};
use crate::{device, report::Failure};

/// How many bytes of the file a literal holds, unless another size is asked for.
const CHUNK: usize = 2048;

/// How long the board may say nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hands the board the file in literals, and times it from the first byte to the last answer.
pub(super) fn run(plan: &Plan, work: Work, load: &Load, bed: &Bed) -> Outcome<Vec<(Stage, Timing)>> {
    let [file] = &load.files[..] else { return Err("it takes one file".into()) };
    if work.way() == Way::Down {
        return Err("it only puts".into());
    }
    let chunks = file.bytes.chunks(plan.choices.chunk.unwrap_or(CHUNK));
    let scripts: Vec<_> = chunks.map(|chunk| script(b"f.write(", chunk, b")and None")).collect();
    let mut raw = Raw::enter(bed)?;
    raw.all(&[script(b"f=open(", Load::FILE.as_bytes(), b",'wb')")])?;
    let began = Instant::now();
    raw.all(&scripts)?;
    let time = began.elapsed();
    raw.all(&[b"\x05A\x01f.close()\x04".to_vec()])?;
    load.compare(bed.board())?;
    Ok(vec![(Stage::New, Timing { time, counts: None })])
}

/// An offer of raw paste, a call with one bytes literal, and the end of the paste.
fn script(before: &[u8], bytes: &[u8], after: &[u8]) -> Vec<u8> {
    let mut script = b"\x05A\x01".to_vec();
    script.extend_from_slice(before);
    // The offer was not answered when the literal goes, so it spares what plain raw mode would obey.
    quote(bytes, Quoting::DensePlain, &mut script);
    script.extend_from_slice(after);
    script.push(0x04);
    script
}

/// A board in its raw REPL.
struct Raw {
    port: Serial,
}

impl Raw {
    fn enter(bed: &Bed) -> Outcome<Self> {
        let port = device::open(&bed.port().to_string_lossy()).map_err(Failure::into_text)?;
        let mut raw = Self { port };
        raw.write(b"\r\x03")?;
        raw.until(b">>> ")?;
        raw.write(b"\x01")?;
        raw.until(b"raw REPL; CTRL-B to exit\r\n>")?;
        Ok(raw)
    }

    /// Runs the scripts, two ahead.
    fn all(&mut self, scripts: &[Vec<u8>]) -> Outcome<()> {
        let (mut done, mut answer) = (0, Vec::new());
        for (sent, script) in scripts.iter().enumerate() {
            while sent - done >= 2 {
                done += self.answers(&mut answer)?;
            }
            self.write(script)?;
        }
        while done < scripts.len() {
            done += self.answers(&mut answer)?;
        }
        Ok(())
    }

    /// Reads, and answers how many scripts ended. The header, grants, and three `^D` with nothing between them are all
    /// that a script answers that went well.
    fn answers(&mut self, answer: &mut Vec<u8>) -> Outcome<usize> {
        const END: &[u8] = b"\x04\x04\x04>";
        self.read(answer)?;
        let mut ended = 0;
        while let Some(at) = answer.windows(END.len()).position(|window| window == END) {
            answer.drain(..at + END.len());
            ended += 1;
        }
        if answer.iter().any(|byte| !b"R\x01\x80\x00\x04".contains(byte)) && answer.ends_with(b"\x04>") {
            return Err(format!("the board answered {}", answer.escape_ascii()));
        }
        Ok(ended)
    }

    fn until(&mut self, end: &[u8]) -> Outcome<()> {
        let mut heard = Vec::new();
        while !heard.ends_with(end) {
            self.read(&mut heard)?;
        }
        Ok(())
    }

    fn read(&mut self, heard: &mut Vec<u8>) -> Outcome<()> {
        let mut buffer = [0; 4096];
        let read = self.port.set_timeout(PATIENCE).and_then(|()| self.port.read(&mut buffer));
        let n = read.map_err(|error| format!("no answer after {} ({error})", heard.escape_ascii()))?;
        heard.extend_from_slice(&buffer[..n]);
        Ok(())
    }

    fn write(&mut self, mut bytes: &[u8]) -> Outcome<()> {
        let deadline = Instant::now() + PATIENCE;
        while !bytes.is_empty() {
            let wrote = self.port.set_timeout(PATIENCE).and_then(|()| self.port.write(bytes));
            match wrote {
                Ok(n) => bytes = &bytes[n..],
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < deadline => {}
                Err(error) => return Err(format!("the board takes nothing ({error})")),
            }
        }
        Ok(())
    }
}

//! A download as it hurt: 256 bytes at a time, each asked for by a script of its own.

use std::ops::ControlFlow;

use base64::{Engine, engine::general_purpose::STANDARD};
use rawpaste::{
    Board, Error, Operation, Refused, Reply, Script, Stdin,
    testing::{Act, Program},
};

use super::job::Job;

/// How many bytes a piece holds.
pub(super) const PIECE: usize = 256;

/// Gets the file of a download.
#[derive(Debug)]
pub(super) struct Pieces {
    job: Job,
    size: usize,
    /// None until the file is open.
    arrived: Option<Vec<u8>>,
    line: Vec<u8>,
}

impl Pieces {
    pub(super) fn new(job: Job) -> Self {
        Self { job, size: job.kib as usize * 1024, arrived: None, line: Vec::new() }
    }

    /// What it sends: each piece is a text of its own, so that a board that runs no Python can be taught what it prints.
    fn source(job: Job, from: Option<usize>) -> String {
        let name = job.name();
        match from {
            None => format!("from binascii import b2a_base64 as b64;{name}=open('{name}','rb')"),
            Some(from) => format!("{name}.seek({from});print(b64({name}.read({PIECE})).decode(),end='')"),
        }
    }

    /// What a simulated board is taught.
    pub(super) fn programs(job: Job) -> Vec<Program> {
        let content = job.content();
        let piece = |(at, piece): (usize, &[u8])| {
            let printed = Act::Print(STANDARD.encode(piece) + "\n");
            Program::new(Self::source(job, Some(at * PIECE)), [printed])
        };
        let open = Program::new(Self::source(job, None), []);
        std::iter::once(open).chain(content.chunks(PIECE).enumerate().map(piece)).collect()
    }
}

impl Operation for Pieces {
    type Output = Vec<u8>;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.line.clear();
        let arrived = self.arrived.as_ref().map(Vec::len);
        if arrived.is_none_or(|arrived| arrived + PIECE < self.size) {
            script.more();
        }
        script.code(Self::source(self.job, arrived).as_bytes())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.line.extend_from_slice(bytes);
        if self.line.len() > 2 * PIECE {
            return Err(Refused::TooMuch { what: "bytes of a piece", limit: 2 * PIECE }.into());
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Vec<u8>>, Error> {
        reply.finished()?;
        let Some(arrived) = &mut self.arrived else {
            self.arrived = Some(Vec::with_capacity(self.size));
            return Ok(ControlFlow::Continue(()));
        };
        let piece = STANDARD.decode(self.line.trim_ascii());
        let piece = piece.map_err(|error| Refused::Local(error.to_string()))?;
        if piece.is_empty() {
            return Err(Refused::Changed.into());
        }
        arrived.extend_from_slice(&piece);
        if arrived.len() < self.size {
            return Ok(ControlFlow::Continue(()));
        }
        Ok(ControlFlow::Break(std::mem::take(arrived)))
    }
}

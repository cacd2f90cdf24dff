use alloc::vec::Vec;
use core::{fmt, ops::ControlFlow};

use bytes::Bytes;

use crate::{Board, Error, Operation, Patience, Refused, Reply, Script, Stdin, answer::Answer};

/// Runs code and hands its output on as it comes, or keeps it ([`Exec::captured`]).
///
/// It ends with how the script ended: [`Reply::Reset`] is an outcome (`sys.exit()`), an exception is an error.
/// Raw `04` in the output ends it early, since the raw REPL has no escape for it.
pub struct Exec<F> {
    code: Bytes,
    output: F,
    patience: Option<Patience>,
    input: Bytes,
    /// Whether the input is still to be given to this run of the script.
    asks: bool,
}

impl<F: FnMut(&[u8]) -> Result<(), Error>> Exec<F> {
    /// Returns the operation that runs `code`; `output` takes what it prints.
    ///
    /// # Errors
    ///
    /// [`Refused::Byte`] if the code holds `^C`, `^D` or NUL.
    pub fn new(code: impl Into<Bytes>, output: F) -> Result<Self, Error> {
        let code = code.into();
        Script::default().code(&code)?;
        Ok(Self { code, output, patience: None, input: Bytes::new(), asks: false })
    }

    /// Sets how long the script may be silent; 10 s by default ([`Config::patience`](crate::Config::patience)).
    #[must_use]
    pub const fn patience(mut self, patience: Patience) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Gives the script this to read from its standard input, as it first prints something (a prompt, say), in each run
    /// of the operation; 4 KiB at most. More can be typed in with [`Run::type_in`](crate::Run::type_in).
    ///
    /// # Errors
    ///
    /// [`Refused::TooMuch`] above 4 KiB.
    pub fn input(mut self, input: impl Into<Bytes>) -> Result<Self, Error> {
        self.input = input.into();
        if self.input.len() > Stdin::LIMIT {
            return Err(Refused::TooMuch { what: "bytes of input", limit: Stdin::LIMIT }.into());
        }
        Ok(self)
    }
}

impl<F: FnMut(&[u8]) -> Result<(), Error>> Operation for Exec<F> {
    type Output = Reply;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.asks = !self.input.is_empty();
        script.may_reset();
        if let Some(patience) = self.patience {
            script.patience(patience);
        }
        script.code(&self.code)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        if core::mem::take(&mut self.asks) {
            stdin.write(&self.input)?;
        }
        (self.output)(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Reply>, Error> {
        if let Reply::Exception(exception) = reply {
            return Err(exception.into());
        }
        Ok(ControlFlow::Break(reply))
    }
}

impl<F> fmt::Debug for Exec<F> {
    /// Never shows the code, or what it is given to read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exec").field("length", &self.code.len()).finish_non_exhaustive()
    }
}

/// Runs code and keeps what it prints, up to a bound.
pub struct Captured {
    code: Bytes,
    answer: Answer,
}

impl Exec<fn(&[u8]) -> Result<(), Error>> {
    /// Returns the operation that runs `code` and results in what it prints, `limit` bytes at most.
    ///
    /// # Errors
    ///
    /// [`Refused::Byte`] if the code holds `^C`, `^D` or NUL.
    pub fn captured(code: impl Into<Bytes>, limit: usize) -> Result<Captured, Error> {
        let code = code.into();
        Script::default().code(&code)?;
        Ok(Captured { code, answer: Answer::new(limit) })
    }
}

impl Operation for Captured {
    type Output = Vec<u8>;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        script.code(&self.code)
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Vec<u8>>, Error> {
        reply.finished()?;
        Ok(ControlFlow::Break(self.answer.take()))
    }
}

impl fmt::Debug for Captured {
    /// Never shows the code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured").field("length", &self.code.len()).finish_non_exhaustive()
    }
}

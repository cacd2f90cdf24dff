use alloc::boxed::Box;
use core::{fmt, ops::ControlFlow};

use bytes::{Buf, BytesMut};

use crate::{Board, Error, Exception, Refused, Script};

/// Something to do on a board: what to run there, and what the answers mean.
///
/// An operation sees no byte of the protocol and no clock. The session asks it for a [`script`](Self::script), hands
/// it what the script prints as it comes, and then how the script ended; the operation goes on with another script or
/// breaks with its result. It moves only on replies, so *retry is run again*: after a fault, run the same operation
/// (`&mut operation` is one too) once more, on the same transport or another.
pub trait Operation {
    /// What it results in.
    type Output;

    /// Says what the session must know of the board before the first script.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Writes the next script. After a fault it may be asked again for a script that was already sent, and may have
    /// run: make each script safe to run twice.
    ///
    /// # Errors
    ///
    /// An error ends the run; nothing was sent.
    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error>;

    /// Takes what the script prints, as it comes, in pieces of any size. Throws it away by default.
    ///
    /// # Errors
    ///
    /// An error interrupts the script and ends the run.
    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        let _ = (bytes, stdin);
        Ok(())
    }

    /// Takes how the script ended. Continue with another script, or break with the result.
    ///
    /// # Errors
    ///
    /// An error ends the run. The usual answer to an exception that the operation did not expect is to return it.
    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error>;

    /// Returns how far it is, if it can tell.
    fn progress(&self) -> Option<Progress> {
        None
    }
}

impl<O: Operation + ?Sized> Operation for &mut O {
    type Output = O::Output;

    fn needs(&self) -> Needs {
        (**self).needs()
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        (**self).script(board, script)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        (**self).output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error> {
        (**self).reply(reply)
    }

    fn progress(&self) -> Option<Progress> {
        (**self).progress()
    }
}

impl<O: Operation + ?Sized> Operation for Box<O> {
    type Output = O::Output;

    fn needs(&self) -> Needs {
        (**self).needs()
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        (**self).script(board, script)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        (**self).output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Self::Output>, Error> {
        (**self).reply(reply)
    }

    fn progress(&self) -> Option<Progress> {
        (**self).progress()
    }
}

/// What a session must know of the board before an operation can write its first script. It is asked once for a
/// connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needs {
    /// What the board is and can do: [`Board::about`].
    pub about: bool,
    /// Whether the path carries all byte values: [`Board::eight_bit`].
    pub eight_bit: bool,
}

impl Needs {
    /// What the board is and can do.
    pub const ABOUT: Self = Self { about: true, eight_bit: false };
    /// That, and whether the path is 8-bit clean: for sending data.
    pub const DATA: Self = Self { about: true, eight_bit: true };
}

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// It ran to its end.
    Finished,
    /// It raised.
    Exception(Exception),
    /// It ended in a reset of the board: `sys.exit()`, `machine.soft_reset()`, `machine.reset()`. Everything that was
    /// in the board's memory is gone.
    Reset,
    /// The transport ended while a script ran that may reset the board ([`Script::may_reset`]). A board on USB vanishes
    /// when it is reset; one that was unplugged looks the same.
    Closed,
}

impl Reply {
    /// Returns `Ok` if the script ran to its end.
    ///
    /// # Errors
    ///
    /// What it raised; a reset counts as a `SystemExit`.
    pub fn finished(self) -> Result<(), Error> {
        match self {
            Self::Finished => Ok(()),
            Self::Exception(exception) => Err(exception.into()),
            Self::Reset => Err(Exception::parse(b"SystemExit: the board was reset").into()),
            Self::Closed => Err(Exception::parse(b"SystemExit: the port closed").into()),
        }
    }
}

/// How far an operation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file that the board acknowledged, or that arrived from it.
    pub done: u64,
    /// All bytes, if known.
    pub total: Option<u64>,
}

/// What waits to go to the running script's standard input; 4 KiB at most.
///
/// It goes at the session's [`pace`](crate::Config::pace), 255 bytes at most in one go: while a script runs nothing says
/// how much room its buffer has. What the script leaves unread is thrown away by the next run, but a `^D` in it, met by the
/// raw REPL, resets the board.
#[derive(Default)]
pub struct Stdin {
    waiting: BytesMut,
}

impl Stdin {
    /// The most that may wait, in bytes.
    pub const LIMIT: usize = 4096;

    /// Adds bytes for the script to read.
    ///
    /// # Errors
    ///
    /// [`Refused::TooMuch`] if more than [`LIMIT`](Self::LIMIT) bytes would wait; nothing is added then.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() > self.room() {
            return Err(Refused::TooMuch { what: "bytes typed ahead", limit: Self::LIMIT }.into());
        }
        self.waiting.extend_from_slice(bytes);
        Ok(())
    }

    /// Returns how many bytes may be added.
    #[must_use]
    pub fn room(&self) -> usize {
        Self::LIMIT - self.waiting.len()
    }

    pub(crate) fn waiting(&self) -> &[u8] {
        &self.waiting
    }

    pub(crate) fn took(&mut self, n: usize) {
        self.waiting.advance(n);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }
}

impl fmt::Debug for Stdin {
    /// Never shows what is typed: it may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stdin").field("waiting", &self.waiting.len()).finish()
    }
}

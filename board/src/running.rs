//! A board that runs, and the ways to reach it.

use std::io;
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use crate::pipe::{End, pipe};
use crate::shape::{BEHIND, Rest, Shape, WAIT, pump};
use crate::tcp::TcpPort;

#[cfg(unix)]
use crate::{micropython::MicroPython, pty::PtyPort};

/// A board that runs. Say how hosts reach it with [`in_process`](Self::in_process), [`on_pty`](Self::on_pty) or
/// [`on_tcp`](Self::on_tcp), after putting a link in front of it with [`shaped`](Self::shaped) if there is to be one.
///
/// It stops when this, or what this was turned into, is dropped; the drop returns when nothing is left of it.
#[derive(Debug)]
pub struct Running {
    host: End,
}

impl Running {
    /// Starts a real MicroPython, which [`find::micropython`](crate::find::micropython) finds.
    ///
    /// # Errors
    /// `NotFound` where no MicroPython can be had (the inner error is a [`Missing`](crate::Missing) with the
    /// remedy) or its folder does not exist; what the system says if it cannot be started.
    #[cfg(unix)]
    pub fn micropython(micropython: MicroPython) -> io::Result<Self> {
        Ok(Self { host: micropython.start()? })
    }

    /// A board of any other kind: `host` is the host's end of a [`pipe`], and something (a thread, say)
    /// answers at the other end.
    ///
    /// The pipe closes when the last host is gone, and the board should end then: it reads `Ok(0)`. After that
    /// `guard` is dropped: its drop is the place to wait for the board's end. Pass `()` for none.
    #[must_use]
    pub fn from_end(host: End, guard: impl Send + 'static) -> Self {
        host.keep(guard);
        Self { host }
    }

    /// Puts a link in front of the board: the same `shape` for each direction.
    ///
    /// Bytes leave one by one at its rate and arrive its delay later. At most 4 KiB wait to leave; a writer that
    /// is ahead by more waits.
    ///
    /// # Errors
    /// What the system says if it cannot start a thread.
    pub fn shaped(self, shape: Shape) -> io::Result<Self> {
        let (host, near) = pipe(if shape == Shape::default() { WAIT } else { BEHIND });
        let (down, far) = (self.host.try_clone()?, near.try_clone()?);
        let mut link = Link { board: self.host.try_clone()?, threads: Vec::new() };
        link.spawn("link to board", move || pump(near, down, shape, Rest::Discard))?;
        link.spawn("link from board", move || pump(self.host, far, shape, Rest::Deliver))?;
        host.keep(link);
        Ok(Self { host })
    }

    /// The host's end, in this process. Dropping the last clone of it stops the board.
    #[must_use]
    pub fn in_process(self) -> End {
        self.host
    }

    /// Serves the board behind a pseudo-terminal, for a program that opens a serial port by name.
    ///
    /// # Errors
    /// What the system says if there is no pseudo-terminal to be had.
    #[cfg(unix)]
    pub fn on_pty(self) -> io::Result<PtyPort> {
        PtyPort::serve(self.host)
    }

    /// Serves the board behind a TCP port, for one client at a time.
    ///
    /// # Errors
    /// What the system says of the listener.
    pub fn on_tcp(self, listener: TcpListener) -> io::Result<TcpPort> {
        TcpPort::serve(self.host, listener)
    }
}

/// Ends a link when the host is gone.
struct Link {
    board: End,
    threads: Vec<JoinHandle<()>>,
}

impl Link {
    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.threads.push(thread::Builder::new().name(name.into()).spawn(run)?);
        Ok(())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Wakes a thread that waits for a board that neither reads nor writes.
        self.board.shut();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

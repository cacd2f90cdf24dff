use std::{
    io::{self, Read, Write},
    time::{Duration, Instant},
};

use super::{
    Tcp,
    com_port::{self, LineSettings},
    telnet::Telnet,
};
use crate::Port;

/// How long the server may take to answer each of the two questions at the start.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a read may wait while something waits to be sent.
const TURN: Duration = Duration::from_millis(20);

/// How many bytes from the board are kept while nobody reads: while the port is being set, or has no room.
const EARLY: usize = 16 * 1024;

/// A serial port on another machine, with its speed and its lines, behind a server that speaks RFC 2217: `ser2net`
/// (`accepter: telnet(rfc2217),tcp,2217`), pyserial's `rfc2217_server.py`, `esp_rfc2217_server.py`, a terminal server.
///
/// `P` is the connection, [`Tcp`] or another that carries a stream of bytes, such as one with TLS. What [`Tcp`] says of the
/// UART behind it, of a peer that is gone, and of who may use it, holds here too. Reads and writes do telnet's work on the
/// way: IAC is doubled in data, answers are given where the server asks, and between its FLOWCONTROL-SUSPEND and
/// FLOWCONTROL-RESUME nothing is written ([`TimedOut`](io::ErrorKind::TimedOut)). The server's refusal of BINARY is no error:
/// those that are known to refuse it pass all bytes nevertheless, and the engine finds out whether they do.
///
/// ```no_run
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use rawpaste::{Eval, Session};
/// use rawpaste_blocking::{Connection, LineSettings, Rfc2217, Tcp};
///
/// let port = Rfc2217::open(Tcp::connect("lab-3", 2217)?, LineSettings::default())?;
/// let mut board = Connection::new(port, Session::default());
/// assert_eq!(board.run(Eval::new("6*7")?)?, "42");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Rfc2217<P = Tcp> {
    port: P,
    telnet: Telnet,
    early: Vec<u8>,
    timeout: Duration,
}

impl<P: Port> Rfc2217<P> {
    /// Takes a fresh connection, agrees with the server on RFC 2217, and sets the serial port's speed, its frame and, where
    /// that is asked for, its lines. Each of the two questions is given 5 s.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](io::ErrorKind::Unsupported) if the server refuses the option or sets the port otherwise,
    /// [`TimedOut`](io::ErrorKind::TimedOut) if it does not answer as a telnet server does: it may be a raw port, for [`Tcp`]
    /// alone. Else the connection's.
    pub fn open(port: P, settings: LineSettings) -> io::Result<Self> {
        let mut this = Self { port, telnet: Telnet::new(), early: Vec::new(), timeout: Duration::ZERO };
        this.until(|telnet| telnet.agreed().is_some())?;
        match this.telnet.agreed() {
            Some(true) => {}
            Some(false) => return Err(unsupported("the server speaks telnet and refuses RFC 2217")),
            None => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the server does not answer as telnet does",
                ));
            }
        }
        settings.frame().iter().for_each(|ask| this.telnet.ask(ask));
        this.until(|telnet| telnet.port.is_set())?;
        if let Some(differs) = this.telnet.port.differs(settings) {
            return Err(unsupported(format!("the server does not set its port: {differs}")));
        }
        settings.lines().iter().for_each(|ask| this.telnet.ask(ask));
        this.set_timeout(PATIENCE)?;
        this.flush()?;
        Ok(this)
    }

    /// Returns the connection.
    pub fn into_inner(self) -> P {
        self.port
    }

    /// Waits until it is so, or the patience is over.
    fn until(&mut self, so: impl Fn(&Telnet) -> bool) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !so(&self.telnet) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            self.listen(left)?;
        }
        Ok(())
    }

    /// Sends what waits, for so long at most; true if nothing waits any more. Between suspend and resume nothing goes, the
    /// option's commands included.
    fn send(&mut self, timeout: Duration) -> io::Result<bool> {
        while !self.telnet.unsent().is_empty() {
            if self.telnet.port.suspended {
                return Ok(false);
            }
            self.port.set_timeout(timeout)?;
            match in_time(self.port.write(self.telnet.unsent()))? {
                Some(0) => return Err(io::ErrorKind::WriteZero.into()),
                Some(n) => self.telnet.sent(n),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// One turn: sends what waits and reads what comes within `timeout`. Answers how many of the board's bytes are in `buf`;
    /// zero is no end of file.
    fn turn(&mut self, buf: &mut [u8], timeout: Duration) -> io::Result<usize> {
        let sent = self.send(Duration::ZERO)?;
        self.port.set_timeout(if sent { timeout } else { timeout.min(TURN) })?;
        match in_time(self.port.read(buf))? {
            Some(0) => {
                Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the other side closed the connection"))
            }
            Some(n) => {
                let kept = self.telnet.receive(&mut buf[..n]);
                self.send(Duration::ZERO)?;
                Ok(kept)
            }
            None => Ok(0),
        }
    }

    /// A turn whose bytes are kept for the next read. Where there is no room for them it waits, and nothing is read.
    fn listen(&mut self, timeout: Duration) -> io::Result<()> {
        let mut buffer = [0; 1024];
        let room = EARLY.saturating_sub(self.early.len()).min(buffer.len());
        if room == 0 {
            std::thread::sleep(timeout.min(TURN));
            return self.send(Duration::ZERO).map(|_| ());
        }
        let n = self.turn(&mut buffer[..room], timeout)?;
        self.early.extend(&buffer[..n]);
        Ok(())
    }
}

fn unsupported(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why.into())
}

/// To wait in vain is no error here.
fn in_time<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    match result {
        Ok(done) => Ok(Some(done)),
        Err(error) if matches!(error.kind(), TimedOut | WouldBlock | Interrupted) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Runs `turn` until it answers something, with the time that is left of `timeout`; once at least.
fn within<T>(timeout: Duration, mut turn: impl FnMut(Duration) -> io::Result<Option<T>>) -> io::Result<T> {
    let began = Instant::now();
    loop {
        let left = timeout.saturating_sub(began.elapsed());
        if let Some(done) = turn(left)? {
            return Ok(done);
        }
        if began.elapsed() >= timeout {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}

impl<P: Port> Port for Rfc2217<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.timeout = timeout;
        Ok(())
    }

    /// The request is sent with the next read, write or flush at the latest; the server's answer is not waited for, since
    /// some servers answer wrongly.
    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        self.telnet.ask(&com_port::dtr(on));
        self.send(Duration::ZERO).map(|_| ())
    }

    /// As [`set_dtr`](Port::set_dtr).
    fn set_rts(&mut self, on: bool) -> io::Result<()> {
        self.telnet.ask(&com_port::rts(on));
        self.send(Duration::ZERO).map(|_| ())
    }
}

impl<P: Port> Read for Rfc2217<P> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        if !self.early.is_empty() {
            let n = self.early.len().min(buf.len());
            buf[..n].copy_from_slice(&self.early[..n]);
            self.early.drain(..n);
            return Ok(n);
        }
        within(self.timeout, |left| Ok(Some(self.turn(buf, left)?).filter(|n| *n > 0)))
    }
}

impl<P: Port> Write for Rfc2217<P> {
    /// Takes what there is room for; some of it may go with the next read, write or flush.
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let n = within(self.timeout, |left| {
            if self.telnet.port.suspended {
                return self.listen(left).map(|()| None);
            }
            match self.telnet.send(buf) {
                0 => self.send(left).map(|_| None),
                n => Ok(Some(n)),
            }
        })?;
        self.send(Duration::ZERO)?;
        Ok(n)
    }

    /// Waits until the connection has taken everything.
    fn flush(&mut self) -> io::Result<()> {
        within(self.timeout, |left| {
            if self.telnet.port.suspended {
                return self.listen(left).map(|()| None);
            }
            Ok(self.send(left)?.then_some(()))
        })
    }
}

#[cfg(test)]
mod tests;

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// A blocking stream to a board, whose reads and writes wait no longer than they are told.
///
/// Without this an operation could not give up, and a [`Worker`](crate::Worker) could not stop.
pub trait Port: Read + Write {
    /// Sets how long the next read, write or flush may wait; zero: take what is there. One that waits in vain fails
    /// with [`TimedOut`](io::ErrorKind::TimedOut) or [`WouldBlock`](io::ErrorKind::WouldBlock), and has moved nothing.
    ///
    /// # Errors
    ///
    /// The port's.
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()>;

    /// Sets the line DTR of a serial port, or clears it. What that does to a board is a matter of its kind; see
    /// [`Serial`](crate::Serial). It may go out only with the next flush.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](io::ErrorKind::Unsupported), as by default, where there is no such line; the port's.
    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        let _ = on;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Sets the line RTS of a serial port, or clears it, as [`set_dtr`](Self::set_dtr) does DTR.
    ///
    /// # Errors
    ///
    /// As there.
    fn set_rts(&mut self, on: bool) -> io::Result<()> {
        let _ = on;
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl<P: Port + ?Sized> Port for &mut P {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        (**self).set_timeout(timeout)
    }

    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        (**self).set_dtr(on)
    }

    fn set_rts(&mut self, on: bool) -> io::Result<()> {
        (**self).set_rts(on)
    }
}

impl<P: Port + ?Sized> Port for Box<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        (**self).set_timeout(timeout)
    }

    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        (**self).set_dtr(on)
    }

    fn set_rts(&mut self, on: bool) -> io::Result<()> {
        (**self).set_rts(on)
    }
}

impl Port for TcpStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        // To a socket, a timeout of zero is an error.
        let waits = !timeout.is_zero();
        self.set_nonblocking(!waits)?;
        if waits {
            self.set_read_timeout(Some(timeout))?;
            self.set_write_timeout(Some(timeout))?;
        }
        Ok(())
    }
}

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
}

impl<P: Port + ?Sized> Port for &mut P {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        (**self).set_timeout(timeout)
    }
}

impl<P: Port + ?Sized> Port for Box<P> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        (**self).set_timeout(timeout)
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

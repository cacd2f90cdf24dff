use std::{
    io::{self, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use socket2::{SockRef, TcpKeepalive};

use crate::Port;

/// How long it may take to find the host's address and connect to it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A peer that says nothing is asked after this time, and then so often; one that answers none of several is gone.
const ASK_AFTER: Duration = Duration::from_secs(10);
const ASK_EVERY: Duration = Duration::from_secs(5);

/// How much of what came first is kept, in bytes, for the message if nothing comes after it.
const SAID: usize = 128;

/// A TCP connection to a serial port on another machine: a raw port of `ser2net`, a terminal server's, or a board's own.
///
/// It tells nothing of the UART behind it: what is sent beyond the board's window may be lost there, so
/// [`Config::flow`](rawpaste::Config::flow) stays [`Flow::Windowed`](rawpaste::Flow::Windowed). Small writes are not held
/// back (`TCP_NODELAY`).
///
/// Where the other side closes the connection, or does not answer any more (keep-alive finds out within half a minute on
/// Linux), reads and writes fail with [`ConnectionAborted`](io::ErrorKind::ConnectionAborted): connect again, and run the same operation again.
///
/// There is no authentication and no encryption: whoever reaches the server's port has the board. In a network that is not
/// your own, let the server listen on `localhost` and go there through `ssh -L`.
#[derive(Debug)]
pub struct Tcp {
    stream: TcpStream,
    timeout: Option<Duration>,
    /// What came first, while it is short.
    said: Vec<u8>,
}

impl Tcp {
    /// Connects to `host`, a name or an address, within 5 s in all; where it has several addresses they are tried in turn.
    ///
    /// # Errors
    ///
    /// What the system says, with the host and the port: there is no such host, it does not answer
    /// ([`TimedOut`](io::ErrorKind::TimedOut)), nothing listens there
    /// ([`ConnectionRefused`](io::ErrorKind::ConnectionRefused)).
    pub fn connect(host: &str, port: u16) -> io::Result<Self> {
        let deadline = Instant::now() + PATIENCE;
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("cannot connect to {}: {error}", Place(host, port)))
        };
        let addresses = resolve(host, port, deadline).map_err(named)?;
        Self::new(first(&addresses, deadline).map_err(named)?)
    }

    /// Takes a connection that was made elsewhere.
    ///
    /// # Errors
    ///
    /// What the system says if the connection is gone already.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let keepalive = TcpKeepalive::new().with_time(ASK_AFTER).with_interval(ASK_EVERY);
        #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
        let keepalive = keepalive.with_retries(4);
        SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
        Ok(Self { stream, timeout: None, said: Vec::new() })
    }

    /// Remembers what came, if it is the first.
    fn keep(&mut self, came: &[u8]) {
        let room = SAID.saturating_sub(self.said.len());
        self.said.extend(&came[..came.len().min(room)]);
    }

    /// The other side is gone.
    fn closed(&self) -> io::Error {
        let said = String::from_utf8_lossy(&self.said);
        let said: String = said.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        let said = match said.trim() {
            text if text.is_empty() || self.said.len() >= SAID => String::new(),
            text => format!("; all it said was: {text}"),
        };
        io::Error::new(
            io::ErrorKind::ConnectionAborted,
            format!("the other side closed the connection{said}"),
        )
    }
}

/// A host and a port, as they are typed.
struct Place<'a>(&'a str, u16);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(host, port) = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// Looks the host's addresses up. The system's resolver takes its own time, so a name is looked up on a thread, which is left
/// behind if that is too long.
fn resolve(host: &str, port: u16, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let (sender, receiver) = mpsc::channel();
    let host = host.to_owned();
    thread::Builder::new().name("name lookup".into()).spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        // Nobody waits any more.
        let _ = sender.send(found);
    })?;
    receiver
        .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "its name was not found in time")))
}

/// Connects to the first address that answers, and answers the first error if none does.
fn first(addresses: &[SocketAddr], deadline: Instant) -> io::Result<TcpStream> {
    let mut failed = None;
    for (tried, address) in addresses.iter().enumerate() {
        // Each has its share of the time that is left.
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    Err(failed.unwrap_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the host has no address")))
}

/// Whether the other side closed the connection, in one way or the other.
fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
}

/// On Unix a wait in vain is `WouldBlock`, and `TimedOut` is what a connection ends with whose peer is gone.
fn gone(error: io::Error) -> io::Error {
    if cfg!(unix) && error.kind() == io::ErrorKind::TimedOut {
        return io::Error::new(io::ErrorKind::ConnectionAborted, "the other side does not answer any more");
    }
    error
}

impl Port for Tcp {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        if self.timeout != Some(timeout) {
            self.timeout = None;
            self.stream.set_timeout(timeout)?;
            self.timeout = Some(timeout);
        }
        Ok(())
    }
}

impl Read for Tcp {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.stream.read(buf) {
            Ok(0) if !buf.is_empty() => Err(self.closed()),
            Ok(n) => {
                self.keep(&buf[..n]);
                Ok(n)
            }
            Err(error) if is_end(&error) => Err(self.closed()),
            Err(error) => Err(gone(error)),
        }
    }
}

impl Write for Tcp {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.stream.write(buf) {
            // What it said before it went may still be there.
            Err(error) if is_end(&error) => {
                let mut last = [0; SAID];
                self.timeout = None;
                if self.stream.set_timeout(Duration::ZERO).is_ok()
                    && let Ok(n) = self.stream.read(&mut last)
                {
                    self.keep(&last[..n]);
                }
                Err(self.closed())
            }
            wrote => wrote.map_err(gone),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn pair() -> (Tcp, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let near = Tcp::connect("localhost", port).expect("it listens");
        (near, listener.accept().expect("a connection").0)
    }

    #[test]
    fn what_is_sent_arrives_and_waits_end() {
        let (mut near, mut far) = pair();
        assert!(near.stream.nodelay().expect("a socket"));
        assert!(SockRef::from(&near.stream).keepalive().expect("a socket"));
        let mut buffer = [0; 8];
        for timeout in [Duration::ZERO, Duration::from_millis(5)] {
            near.set_timeout(timeout).expect("a socket");
            let error = near.read(&mut buffer).expect_err("nothing was sent");
            assert!(matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{error}");
        }
        near.write_all(b"ping").expect("a connection");
        far.read_exact(&mut buffer[..4]).expect("a connection");
        assert_eq!(&buffer[..4], b"ping");
    }

    #[test]
    fn a_connection_that_was_closed_says_so() {
        let (mut near, mut far) = pair();
        near.set_timeout(PATIENCE).expect("a socket");
        far.write_all(b"\xff\xfd\x2cPort already in use\r\n").expect("a connection");
        drop(far);
        let mut all = Vec::new();
        let error = near.read_to_end(&mut all).expect_err("it is closed");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
        assert!(
            error.to_string().ends_with("closed the connection; all it said was: ,Port already in use"),
            "{error}"
        );
    }

    #[test]
    fn a_port_where_nothing_listens_is_named() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("its number").port();
        drop(listener);
        let error = Tcp::connect("127.0.0.1", port).expect_err("nothing listens");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
        let error = Tcp::connect("no such host.invalid", 1).expect_err("there is none");
        assert!(error.to_string().contains("no such host.invalid:1"), "{error}");
        assert_eq!(Place("::1", 7).to_string(), "[::1]:7");
    }
}

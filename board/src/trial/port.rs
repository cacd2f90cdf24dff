//! Serial ports of boards, of this system or of the one around it.
//!
//! The server starts a board for each client and says on two lines how its port is called and which folder is the board's. What
//! the client sends is nothing but its end: then the board is gone.

use std::path::{Path, PathBuf};

#[cfg(not(unix))]
use std::{
    env,
    io::{self, BufRead, BufReader},
    net::TcpStream,
};
#[cfg(unix)]
use std::{
    fs,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::symlink,
    thread,
};

#[cfg(not(unix))]
use crate::find::Missing;
#[cfg(unix)]
use crate::{PtyPort, Running, trial::Board};

/// The environment variable that tells the address of the server of ports, where MicroPython cannot run.
pub const PORTS: &str = "RAWPASTE_TEST_PORTS";

/// A port of the server's that cannot be opened: the system says that access is denied, as Windows says of one that is
/// open already. (Wine lets a port be opened twice.)
pub const REFUSED: &str = "COM200";

/// A port's number comes again only after so many others.
#[cfg(unix)]
const NUMBERS: std::ops::Range<u32> = 6..200;

/// The serial port of a MicroPython. Dropping this unplugs it: the port is gone, and the MicroPython and its folder too.
#[derive(Debug)]
pub struct Port {
    name: String,
    dir: PathBuf,
    _held: Held,
}

/// What the board lives in.
#[derive(Debug)]
enum Held {
    #[cfg(unix)]
    Here { _port: PtyPort, _dir: tempfile::TempDir },
    #[cfg(not(unix))]
    There { _server: TcpStream },
}

impl Port {
    /// What to open: `/dev/pts/7`, `COM11`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The board's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    #[cfg(unix)]
    pub(super) fn here(running: Running, dir: tempfile::TempDir) -> io::Result<Self> {
        let port = running.on_pty()?;
        let name = port.name().to_string_lossy().into_owned();
        Ok(Self { name, dir: dir.path().into(), _held: Held::Here { _port: port, _dir: dir } })
    }

    /// Asks the server for one.
    #[cfg(not(unix))]
    pub(super) fn of_server() -> io::Result<Self> {
        let server = server().map_err(|missing| io::Error::new(io::ErrorKind::NotFound, missing))?;
        let mut server = BufReader::new(TcpStream::connect(server)?);
        let mut line = || {
            let mut line = String::new();
            server.read_line(&mut line).map(|_| line.trim_end().to_owned())
        };
        let (name, dir) = (line()?, line()?);
        if dir.is_empty() {
            return Err(io::Error::other("the server of ports has none: it says why itself"));
        }
        // The root of the system around Wine.
        let dir = PathBuf::from(if cfg!(windows) { format!("Z:{dir}") } else { dir });
        Ok(Self { name, dir, _held: Held::There { _server: server.into_inner() } })
    }
}

/// The server's address.
#[cfg(not(unix))]
pub(super) fn server() -> Result<String, Missing> {
    env::var(PORTS).ok().filter(|address| !address.is_empty()).ok_or_else(|| {
        let reason = format!("it runs on Unix alone, and {PORTS} tells no server that has some");
        Missing::new(reason, ".ci/windows, on Linux, has one and runs these trials under Wine")
    })
}

/// Serves ports of boards to trials on another system, one to each client for as long as it stays, until accepting one fails.
///
/// `devices` is the folder of Wine's devices, `dosdevices` in its prefix. Ports are made there under numbers that change, most of
/// them above 9. What goes wrong with one board is told on standard error, and to its client that it has none.
///
/// # Errors
/// The listener's, or that `devices` cannot be written.
#[cfg(unix)]
pub fn serve(listener: &TcpListener, devices: &Path) -> io::Result<()> {
    let refused = devices.join(REFUSED.to_lowercase());
    // It may be there from before.
    let _ = fs::remove_file(&refused);
    // A folder cannot be opened as a port.
    symlink(devices, refused)?;
    let mut numbers = NUMBERS.cycle();
    for client in listener.incoming() {
        let (client, devices) = (client?, devices.to_owned());
        let Some(number) = numbers.next() else { break };
        thread::spawn(move || {
            if let Err(error) = attend(client, &devices, number) {
                // Without standard error there is nobody to tell.
                let _ = writeln!(io::stderr(), "no port for a trial: {error}");
            }
        });
    }
    Ok(())
}

/// Has a board for as long as the client stays.
#[cfg(unix)]
fn attend(mut client: TcpStream, devices: &Path, number: u32) -> io::Result<()> {
    let port = Board::start()?.on_port()?;
    let link = devices.join(format!("com{number}"));
    // One of an earlier server, say.
    let _ = fs::remove_file(&link);
    symlink(port.name(), &link)?;
    let told = writeln!(client, "COM{number}\n{}", port.dir().display());
    // Nothing comes but the end.
    let gone = told.and_then(|()| client.read(&mut [0]));
    fs::remove_file(&link)?;
    gone.map(drop)
}

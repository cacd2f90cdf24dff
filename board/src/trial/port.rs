//! Serial ports of boards, of this system or of the one around it.
//!
//! The server starts a board for each client and says on two lines how its port is called and which folder is the board's. A
//! byte from the client unplugs the port, and a byte back says that this is done; the client's end is the end of all.

use std::path::{Path, PathBuf};

#[cfg(not(unix))]
use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
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

/// The serial port of a MicroPython. Dropping this is the end of the port, the MicroPython and its folder.
#[derive(Debug)]
pub struct Port {
    name: String,
    dir: PathBuf,
    #[cfg(unix)]
    held: (Option<PtyPort>, tempfile::TempDir),
    #[cfg(not(unix))]
    server: BufReader<TcpStream>,
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

    /// Unplugs it: the port and the MicroPython are gone, and the folder stays as it is until this is dropped.
    ///
    /// # Errors
    /// Elsewhere than on Unix, that the server is gone.
    #[cfg(unix)]
    pub fn unplug(&mut self) -> io::Result<()> {
        self.held.0 = None;
        Ok(())
    }

    /// Unplugs it: the port and the MicroPython are gone, and the folder stays as it is until this is dropped.
    ///
    /// # Errors
    /// That the server is gone.
    #[cfg(not(unix))]
    pub fn unplug(&mut self) -> io::Result<()> {
        self.server.get_mut().write_all(b"u")?;
        self.server.read_exact(&mut [0])
    }

    #[cfg(unix)]
    pub(super) fn here(running: Running, dir: tempfile::TempDir) -> io::Result<Self> {
        let port = running.on_pty()?;
        let name = port.name().to_string_lossy().into_owned();
        Ok(Self { name, dir: dir.path().into(), held: (Some(port), dir) })
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
        Ok(Self { name, dir, server })
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
    let mut port = Board::start()?.on_port()?;
    let link = devices.join(format!("com{number}"));
    // One of an earlier server, say.
    let _ = fs::remove_file(&link);
    symlink(port.name(), &link)?;
    let told = writeln!(client, "COM{number}\n{}", port.dir().display());
    let unplugs = told.and_then(|()| client.read(&mut [0]));
    // Before the terminal goes: its own name may be another's at once, and whoever looks for this board is not to find that.
    fs::remove_file(&link)?;
    if unplugs? == 1 {
        port.unplug()?;
        client.write_all(b"u")?;
        // Nothing comes but the end.
        io::copy(&mut client, &mut io::sink())?;
    }
    Ok(())
}

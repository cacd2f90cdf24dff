//! A real `ser2net`, which serves a serial port of this machine to others.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, process, thread};

use tempfile::TempDir;

use crate::find::Missing;

/// How long it may take to start.
const START: Duration = Duration::from_secs(20);

/// The ports that are tried: below those that the system gives to whoever asks for any.
const PORTS: std::ops::Range<u16> = 12_000..31_000;

/// A `ser2net` on this machine's own network alone, which serves one serial port in two ways, to one client at a time. It stops
/// when this is dropped.
#[derive(Debug)]
pub struct Ser2net {
    child: Child,
    raw: u16,
    rfc2217: u16,
    _dir: TempDir,
}

impl Ser2net {
    /// Starts one for the serial port `device`, which may be a pseudo-terminal.
    ///
    /// # Errors
    /// `NotFound` where there is none (the inner error is a [`Missing`]); what the system says if it cannot be started.
    pub fn start(device: &Path) -> io::Result<Self> {
        let program = find().map_err(|missing| io::Error::new(io::ErrorKind::NotFound, missing))?;
        let (raw, rfc2217) = (free_port()?, free_port()?);
        let dir = tempfile::tempdir()?;
        let config = dir.path().join("ser2net.yaml");
        let connector = format!("serialdev,{},115200n81,local", device.display());
        fs::write(
            &config,
            format!(
                "%YAML 1.1\n---\n\
                 connection: &raw\n  accepter: tcp,127.0.0.1,{raw}\n  connector: {connector}\n\
                 connection: &rfc2217\n  accepter: telnet(rfc2217),tcp,127.0.0.1,{rfc2217}\n  connector: {connector}\n"
            ),
        )?;
        // In the foreground, without locks that other users' programs leave behind.
        let mut command = Command::new(program);
        command.args(["-n", "-u", "-c"]).arg(&config);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut started = Self { child: command.spawn()?, raw, rfc2217, _dir: dir };
        started.wait()?;
        Ok(started)
    }

    /// The TCP port that carries the serial port's bytes as they are.
    #[must_use]
    pub const fn raw(&self) -> u16 {
        self.raw
    }

    /// The TCP port that speaks RFC 2217.
    #[must_use]
    pub const fn rfc2217(&self) -> u16 {
        self.rfc2217
    }

    /// Waits until it listens. To connect would open the serial port.
    fn wait(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + START;
        while ![self.raw, self.rfc2217].into_iter().all(listens) {
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!("ser2net ended: {status}")));
            }
            if Instant::now() >= deadline {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "ser2net does not listen"));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Ser2net {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Finds `ser2net` in `PATH` or where Debian has it.
///
/// # Errors
/// [`Missing`] says what to install.
pub(crate) fn find() -> Result<PathBuf, Missing> {
    let path = env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    let found =
        env::split_paths(&path).chain(system).map(|dir| dir.join("ser2net")).find(|file| file.is_file());
    found.ok_or_else(|| Missing::program("ser2net", "none in PATH or /usr/sbin", "apt-get install ser2net"))
}

/// A TCP port on which nothing listens, another one each time. To listen there for a moment, to be sure, would be taken for
/// `ser2net` by [`listens`].
fn free_port() -> io::Result<u16> {
    static NEXT: OnceLock<AtomicU32> = OnceLock::new();
    let next = NEXT.get_or_init(|| {
        // Other processes of a test run look for ports at the same time.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        AtomicU32::new(process::id().wrapping_mul(7919).wrapping_add(now.subsec_micros()))
    });
    let span = u32::from(PORTS.end - PORTS.start);
    let mut ports = (0..1000).map(|_| PORTS.start + (next.fetch_add(1, Ordering::Relaxed) % span) as u16);
    ports
        .find(|port| !listens(*port))
        .ok_or_else(|| io::Error::new(io::ErrorKind::AddrInUse, "no free TCP port"))
}

/// Whether something listens on the port, as the kernel says: the local address ends in its number, and the state is LISTEN.
fn listens(port: u16) -> bool {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    table.lines().any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, state) = (fields.next().unwrap_or_default(), fields.nth(1).unwrap_or_default());
        local.ends_with(&format!(":{port:04X}")) && state == "0A"
    })
}

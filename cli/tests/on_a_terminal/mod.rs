//! The trials.

#[cfg(unix)]
mod bench;
#[cfg(unix)]
mod entering;
mod files;
#[cfg(unix)]
mod fleet;
#[cfg(unix)]
mod gets;
mod json;
#[cfg(target_os = "linux")]
mod network;
mod ports;
mod programs;
#[cfg(unix)]
mod repl;
#[cfg(unix)]
mod repl_script;
#[cfg(unix)]
mod stand_in;
mod trees;
#[cfg(unix)]
mod watch;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rawpaste_blocking::{Port, Serial};
use rawpaste_board::trial::{self, Board, Failed, Trial};
use tempfile::TempDir;

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = files::trials();
    trials.extend(json::trials());
    trials.extend(ports::trials());
    trials.extend(programs::trials());
    trials.extend(trees::trials());
    #[cfg(unix)]
    {
        trials.extend(entering::trials());
        trials.extend(fleet::trials());
        trials.extend(gets::trials());
        trials.extend(bench::trials());
        trials.extend(repl::trials());
        trials.extend(repl_script::trials());
        trials.extend(stand_in::trials());
        trials.extend(watch::trials());
    }
    #[cfg(target_os = "linux")]
    trials.extend(network::trials());
    trials
}

/// A MicroPython behind a port, and a folder for files of this machine.
pub(crate) struct Bench {
    port: trial::Port,
    here: TempDir,
}

impl Bench {
    /// Starts them.
    fn start(board: Board) -> std::io::Result<Self> {
        Ok(Self { port: board.on_port()?, here: tempfile::tempdir()? })
    }

    fn name(&self) -> &Path {
        Path::new(self.port.name())
    }

    fn here(&self, name: &str) -> PathBuf {
        self.here.path().join(name)
    }

    /// Another name of the port, which is gone once it is unplugged. A pseudo-terminal's own may be another trial's at once, and a
    /// command that waits for its board would go on there.
    fn passing_name(&self) -> std::io::Result<PathBuf> {
        #[cfg(unix)]
        {
            let name = self.here("port");
            std::os::unix::fs::symlink(self.name(), &name)?;
            Ok(name)
        }
        #[cfg(not(unix))]
        Ok(self.name().into())
    }

    fn unplug(&mut self) -> std::io::Result<()> {
        #[cfg(unix)]
        std::fs::remove_file(self.here("port"))?;
        self.port.unplug()
    }

    fn on_board(&self, name: &str) -> PathBuf {
        self.port.dir().join(name)
    }

    /// Types a line at the friendly prompt, as a person does, and answers what comes up to the next prompt.
    fn type_line(&self, line: &str) -> String {
        let mut port = Serial::open(self.name().to_str().unwrap()).unwrap();
        port.set_timeout(Duration::from_millis(100)).unwrap();
        port.write_all(line.as_bytes()).unwrap();
        port.write_all(b"\r").unwrap();
        let (mut heard, began) = (Vec::new(), Instant::now());
        let mut buffer = [0; 256];
        while !heard.ends_with(b"\r\n>>> ") && !heard.ends_with(b"\n>>> ") {
            assert!(began.elapsed() < Duration::from_secs(10), "heard {:?}", String::from_utf8_lossy(&heard));
            if let Ok(n) = port.read(&mut buffer) {
                heard.extend_from_slice(&buffer[..n]);
            }
        }
        String::from_utf8(heard).unwrap()
    }
}

/// A trial on a fresh board.
fn trial(name: &str, test: fn(&Bench)) -> Trial {
    trial::trial(name, move |board| {
        test(&Bench::start(board)?);
        Ok::<_, Failed>(())
    })
}

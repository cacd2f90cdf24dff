//! `board`.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use crate::report::{Failure, Result};

/// Serve a board without hardware behind a pseudo-terminal, until ^C
///
/// Prints the name of the port to open. The simulated board understands what rawpaste sends and runs no Python. With
/// --micropython a real MicroPython answers, whose / is the folder: at its start and after each soft reset it runs boot.py and
/// main.py as a board does (after one in the raw REPL boot.py alone). It has no machine.Pin, no machine.RTC, no network module
/// and no hard reset. It is no sandbox: .. does not leave the folder, but symbolic links in it do, and a program can.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste board --dir files\n  rawpaste board --micropython --dir files --link board\n  rawpaste board --micropython --rate 11520 --delay 1"
)]
pub(crate) struct Board {
    /// Keep the board's files in this folder
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Serve a real MicroPython
    #[arg(long)]
    micropython: bool,
    /// Make a symbolic link to the port, so that it has a name that stays the same; it is removed at the end
    #[cfg(unix)]
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
    /// Let so many bytes pass in a second, each way
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Let each byte travel so many milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    delay: u64,
}

impl Board {
    /// Serves it.
    #[cfg(unix)]
    pub(crate) fn run(self) -> Result<()> {
        use rawpaste_board::{Running, Shape};

        use crate::{
            interrupt,
            port::{self, Link},
            report::{Visible, print, say},
        };

        let (stop, stopped) = interrupt::listen()?;
        let (failed, failure) = std::sync::mpsc::channel();
        let failed = move |error| {
            // Whoever receives these waits for them below.
            let _ = failed.send(error);
            let _ = stop.send(());
        };
        let (running, _fresh) = if self.micropython {
            let (dir, fresh) = port::folder_or_fresh(self.dir.as_deref())?;
            (port::micropython_in(&dir)?, fresh)
        } else {
            (port::simulated(self.dir.as_deref(), failed)?, None)
        };
        let shape = Shape { rate: self.rate, delay: Duration::from_millis(self.delay) };
        let served = running.shaped(shape).and_then(Running::on_pty);
        let served = served.map_err(|error| Failure::trouble(format!("cannot serve the board: {error}")))?;
        let name = served.name();
        let link = self.link.as_deref().map(|link| Link::make(link, name)).transpose()?;
        print(|out| writeln!(out, "{}", Visible(&name.to_string_lossy())))?;
        let steady = link.as_ref().map_or(name, Link::path).to_string_lossy();
        say(&format!(
            "serving until ^C; try, in another terminal: rawpaste --port {} info",
            Visible(&steady)
        ));
        // Whatever comes, it is the end.
        let _ = stopped.recv();
        // Before the port goes: its own name may be another's at once.
        drop(link);
        drop(served);
        failure.try_recv().map_or(Ok(()), |error| Err(port::folder_failed("the simulated board", &error)))
    }

    /// There is no pseudo-terminal to serve it behind.
    #[cfg(not(unix))]
    pub(crate) fn run(self) -> Result<()> {
        let _ = (self.dir, self.micropython, self.rate, Duration::from_millis(self.delay));
        Err(Failure::usage("this system has no pseudo-terminals")
            .next("--port sim:DIR is a board in the command itself"))
    }
}

//! `board`.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use crate::report::Result;

/// Serve a board without hardware behind a pseudo-terminal, until ^C
///
/// Prints the name of the port to open. The simulated board understands what rawpaste sends and runs no Python; with
/// --micropython a real MicroPython answers.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste board --dir files\n  rawpaste board --micropython --rate 11520 --delay 1"
)]
pub(crate) struct Board {
    /// Keep the board's files in this folder
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Serve a real MicroPython
    #[arg(long)]
    micropython: bool,
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
        use std::sync::{Arc, Mutex};

        use rawpaste_board::Shape;

        use crate::{
            interrupt, port,
            report::{Failure, Visible, print, say},
        };

        let (_typed, inbox) = interrupt::listen()?;
        let failed = |error: std::io::Error| Failure::trouble(format!("cannot serve the board: {error}"));
        let shape = Shape { rate: self.rate, delay: Duration::from_millis(self.delay) };
        let trouble = Arc::new(Mutex::new(None));
        let (running, _fresh) = if self.micropython {
            let (dir, fresh) = port::folder_or_fresh(self.dir.as_deref())?;
            (port::micropython_in(&dir)?, fresh)
        } else {
            (port::simulated(self.dir.as_deref(), trouble)?, None)
        };
        let served = running.shaped(shape).and_then(rawpaste_board::Running::on_pty).map_err(failed)?;
        print(|out| writeln!(out, "{}", Visible(&served.name().to_string_lossy())))?;
        say("serving until ^C; try, in another terminal: rawpaste --port NAME info");
        // Whatever comes, it is the end.
        let _ = inbox.recv();
        Ok(())
    }

    /// There is no pseudo-terminal to serve it behind.
    #[cfg(not(unix))]
    pub(crate) fn run(self) -> Result<()> {
        use crate::report::Failure;

        let _ = (self.dir, self.micropython, self.rate, Duration::from_millis(self.delay));
        Err(Failure::usage("this system has no pseudo-terminals")
            .next("--port sim:DIR is a board in the command itself"))
    }
}

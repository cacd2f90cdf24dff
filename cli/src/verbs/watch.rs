//! `watch`.

use std::{
    io::{self, Write},
    ops::ControlFlow,
    path::PathBuf,
};

use clap::Args;
use rawpaste::{DriveError, Error, Exec, Patience, Refused};
use rawpaste_blocking::Port;

use super::{reset::reset_softly, run::program};
use crate::{
    link::{Board, Link, TICK},
    manner::Manner,
    path::BoardPath,
    project::{self, AfterSync},
    report::{Failure, Result, closed_output, note, say},
    tree::{Changes, Send},
};

/// Sync a folder to the board each time that something in it changes, and start the program there again
///
/// What the board prints comes out as it is. ^C ends it and leaves the board at its prompt. DIR and :PATH, what stays here,
/// and what is done after each sync may stand in rawpaste.toml.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste watch src :\n  rawpaste watch src : --run src/demo.py\n  rawpaste watch"
)]
pub(crate) struct Watch {
    /// The folder here
    dir: Option<PathBuf>,
    /// The folder on the board; its current one if it is not given
    #[arg(value_name = ":PATH")]
    path: Option<BoardPath>,
    /// After each sync: reset the board softly, so that main.py runs. This is what is done if nothing else is said
    #[arg(long, conflicts_with_all = ["run", "nothing"])]
    reset: bool,
    /// After each sync: run this program of this machine
    #[arg(long, value_name = "FILE", conflicts_with = "nothing")]
    run: Option<PathBuf>,
    /// After each sync: do nothing
    #[arg(long)]
    nothing: bool,
    /// Remove what is only on the board, and replace what is in the way
    #[arg(long)]
    delete: bool,
    /// Put what git's ignore files leave out, too
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    manner: Manner,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// Something changed.
    Sync,
    /// Somebody has had enough.
    End,
}

impl Watch {
    /// Watches until `^C`.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        let tree = project::tree(self.dir, self.path)?;
        let after = match (self.run, tree.after) {
            (Some(file), _) => AfterSync::Run(file),
            _ if self.nothing => AfterSync::Nothing,
            (None, Some(after)) if !self.reset && after != AfterSync::Nothing => after,
            _ => AfterSync::Reset,
        };
        let send = Send {
            dir: tree.dir,
            path: tree.path,
            ignore: !self.no_ignore,
            patterns: tree.patterns,
            delete: self.delete,
            manner: self.manner,
            dry_run: false,
        };
        let mut changes = Changes::of(&send)?;
        board.open()?.expects_a_program();
        loop {
            let sent = send.run(board);
            let link = board.open()?;
            let then = match sent {
                Ok(_) => follow(link, &after, &mut changes, &send)?,
                Err(failure) if link.goes_on() => {
                    let _ = failure.show();
                    note("waiting for a change");
                    wait(link, &mut changes, &send)
                }
                Err(failure) => return Err(failure),
            };
            if then == Then::End {
                // What runs is stopped as the board is left.
                link.disturb();
                return Ok(());
            }
        }
    }
}

/// Does what follows a sync, until something changes.
fn follow(link: &mut Link, after: &AfterSync, changes: &mut Changes, send: &Send) -> Result<Then> {
    match after {
        AfterSync::Nothing => Ok(wait(link, changes, send)),
        AfterSync::Reset => {
            reset_softly(link)?;
            listen(link, changes, send)
        }
        AfterSync::Run(file) => match program(file) {
            Ok(code) => execute(link, code, changes, send),
            Err(failure) => {
                let _ = failure.show();
                Ok(wait(link, changes, send))
            }
        },
    }
}

/// Waits until something changes.
fn wait(link: &mut Link, changes: &mut Changes, send: &Send) -> Then {
    loop {
        if link.is_stopped() {
            return Then::End;
        }
        if changes.came(send) {
            return Then::Sync;
        }
        std::thread::sleep(TICK);
    }
}

/// Shows what the board prints, until something changes.
fn listen(link: &mut Link, changes: &mut Changes, send: &Send) -> Result<Then> {
    let mut buffer = [0; 1024];
    loop {
        if link.is_stopped() {
            return Ok(Then::End);
        }
        if changes.came(send) {
            return Ok(Then::Sync);
        }
        let port = link.port();
        match port.set_timeout(TICK).and_then(|()| port.read(&mut buffer)) {
            Ok(n @ 1..) => show(&buffer[..n]).map_err(|error| closed_output(&error))?,
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {}
            Ok(0) | Err(_) => {
                note("the port of the board is away; waiting for a change");
                link.unplug();
                return Ok(wait(link, changes, send));
            }
            #[allow(unreachable_patterns)]
            Ok(_) => {}
        }
    }
}

/// Runs code until something changes, and when it ended waits for that.
fn execute(link: &mut Link, code: Vec<u8>, changes: &mut Changes, send: &Send) -> Result<Then> {
    let (mut closed, mut then) = (None, None);
    let output = |bytes: &[u8]| {
        show(bytes).map_err(|error| {
            let refused = Refused::Local(format!("standard output: {error}"));
            closed = Some(error);
            refused.into()
        })
    };
    let doing = format!("run the program on {}", link.place());
    let exec = Exec::new(code, output).map_err(|error| Failure::of(&error.into(), &doing))?;
    let done = link.drive(exec.patience(Patience::Forever), |_, stopped| {
        then = match stopped {
            true => Some(Then::End),
            false => changes.came(send).then_some(Then::Sync),
        };
        if then.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Some(error) = closed {
        return Err(closed_output(&error));
    }
    if let Some(then) = then {
        return Ok(then);
    }
    match done {
        Ok(_) => {}
        Err(DriveError::Engine(Error::Exception(exception))) => say(&exception.to_string()),
        Err(error) => {
            let _ = Failure::of(&error, &doing).show();
        }
    }
    Ok(wait(link, changes, send))
}

fn show(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush())
}

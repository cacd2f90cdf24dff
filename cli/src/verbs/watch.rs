//! `watch`.

use std::{
    io::{self, Write},
    ops::ControlFlow,
    path::PathBuf,
};

use clap::Args;
use rawpaste::{DriveError, Error, Exec, Patience, Refused};
use rawpaste_blocking::Port;

use super::{exec::forget_modules, reset::reset_softly, run::program};
use crate::{
    interrupt,
    link::{Board, Link, TICK},
    manner::Manner,
    output::Output,
    path::BoardPath,
    project::{self, AfterSync},
    repl::in_time,
    report::{Failure, Result, Visible, closed_output, note, say},
    tree::{Changes, Course, Send},
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
            course: Course::Done,
        };
        let mut changes = Changes::of(&send)?;
        note(&format!("watching {}; ^C ends it", Visible(&send.dir.to_string_lossy())));
        let done = rounds(board, &send, &after, &mut changes);
        if !interrupt::came() {
            return done;
        }
        let link = board.open()?;
        interrupt::heeded();
        // The message is not for what follows in a chain.
        while link.is_stopped() {}
        // What runs is stopped as the board is left.
        link.disturb();
        Ok(())
    }
}

/// Syncs and what follows, at each change.
fn rounds(board: &mut Board, send: &Send, after: &AfterSync, changes: &mut Changes) -> Result<()> {
    loop {
        let sent = send.run(board);
        let link = board.open()?;
        link.expects_a_program();
        let then = match sent {
            Ok(_) => follow(link, after, changes, send)?,
            Err(failure) if link.goes_on() => {
                let _ = failure.show();
                note("waiting for a change");
                wait(changes, send)
            }
            Err(failure) => return Err(failure),
        };
        if then == Then::End || interrupt::came() {
            return Ok(());
        }
    }
}

/// Does what follows a sync, until something changes.
fn follow(link: &mut Link, after: &AfterSync, changes: &mut Changes, send: &Send) -> Result<Then> {
    match after {
        AfterSync::Nothing => Ok(wait(changes, send)),
        AfterSync::Reset => {
            reset_softly(link)?;
            listen(link, changes, send)
        }
        AfterSync::Run(file) => match program(file) {
            Ok(code) => {
                forget_modules(link)?;
                execute(link, code, changes, send)
            }
            Err(failure) => {
                let _ = failure.show();
                Ok(wait(changes, send))
            }
        },
    }
}

/// Waits until something changes.
fn wait(changes: &mut Changes, send: &Send) -> Then {
    loop {
        if let Some(then) = comes(changes, send) {
            return then;
        }
        std::thread::sleep(TICK);
    }
}

/// Shows what the board prints, until something changes.
fn listen(link: &mut Link, changes: &mut Changes, send: &Send) -> Result<Then> {
    let (mut buffer, mut out) = ([0; 1024], Output::new());
    loop {
        if let Some(then) = comes(changes, send) {
            return Ok(then);
        }
        let port = link.port();
        match in_time(port.set_timeout(TICK).and_then(|()| port.read(&mut buffer))) {
            Ok(None) => {}
            Ok(Some(n)) if n > 0 => show(&mut out, &buffer[..n]).map_err(|error| closed_output(&error))?,
            Ok(Some(_)) | Err(_) => {
                if let Some(then) = wait_for_it(link, changes, send)? {
                    return Ok(then);
                }
            }
        }
    }
}

/// Waits for a board that vanished, or until something else comes.
fn wait_for_it(link: &mut Link, changes: &mut Changes, send: &Send) -> Result<Option<Then>> {
    link.unplug();
    if !link.may_come_back() {
        note("the board has ended; waiting for a change");
        return Ok(Some(wait(changes, send)));
    }
    note("the board went away; waiting for it, or a change");
    let mut then = None;
    let back = link.wait_for_it(|_| {
        then = comes(changes, send);
        if then.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if then.is_none() {
        back?;
        note(&format!("{} is back", link.place()));
    }
    Ok(then)
}

/// What comes next, if something does.
fn comes(changes: &mut Changes, send: &Send) -> Option<Then> {
    if interrupt::came() { Some(Then::End) } else { changes.came(send).then_some(Then::Sync) }
}

/// Runs code until something changes, and when it ended waits for that.
fn execute(link: &mut Link, code: Vec<u8>, changes: &mut Changes, send: &Send) -> Result<Then> {
    let (mut out, mut closed, mut then) = (Output::new(), None, None);
    let output = |bytes: &[u8]| {
        show(&mut out, bytes).map_err(|error| {
            let refused = Refused::Local(format!("standard output: {error}"));
            closed = Some(error);
            refused.into()
        })
    };
    let doing = format!("run the program on {}", link.place());
    let exec = Exec::new(code, output).map_err(|error| Failure::of(&error.into(), &doing))?;
    let done = link.drive(exec.patience(Patience::Forever), |_, _| {
        then = comes(changes, send);
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
    Ok(wait(changes, send))
}

fn show(out: &mut Output, bytes: &[u8]) -> io::Result<()> {
    out.write_all(bytes).and_then(|()| out.flush())
}

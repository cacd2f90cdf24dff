//! `^C`: first to the board, then out.

use std::{
    process,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    report::{Exit, Failure, Result, say},
    terminal,
};

/// A second `^C` within this time ends the command, whatever the board does.
const SECOND: Duration = Duration::from_secs(1);

/// Whether `^C` is for somebody else.
static ELSEWHERE: AtomicBool = AtomicBool::new(false);

/// Whether `^C` came.
static CAME: AtomicBool = AtomicBool::new(false);

/// Whether `^C` came since the start. An operation may have taken the message, and may have been done all the same.
pub(crate) fn came() -> bool {
    CAME.load(Ordering::Relaxed)
}

/// Forgets that it came: what it was for is done.
pub(crate) fn heeded() {
    CAME.store(false, Ordering::Relaxed);
}

/// Does something while another program has the terminal: `^C` is for that one.
pub(crate) fn while_another_has_it<T>(work: impl FnOnce() -> T) -> T {
    ELSEWHERE.store(true, Ordering::Relaxed);
    let done = work();
    ELSEWHERE.store(false, Ordering::Relaxed);
    done
}

/// Who is told.
static LISTENERS: Mutex<Vec<Sender<()>>> = Mutex::new(Vec::new());

/// From now on `^C` is a message. After a second one the command still has a second to leave the board in order. Each that
/// listens has each message.
pub(crate) fn listen() -> Result<(Sender<()>, Receiver<()>)> {
    let (sender, receiver) = channel();
    let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    if listeners.is_empty() {
        handle()?;
    }
    listeners.push(sender.clone());
    Ok((sender, receiver))
}

fn handle() -> Result<()> {
    let mut last: Option<Instant> = None;
    let handler = move || {
        if ELSEWHERE.load(Ordering::Relaxed) {
            return;
        }
        CAME.store(true, Ordering::Relaxed);
        if last.is_some_and(|last| last.elapsed() < SECOND) {
            thread::spawn(|| {
                thread::sleep(SECOND);
                terminal::restore();
                say("rawpaste: left at once; the board may still run the program");
                process::exit(Exit::Trouble as i32);
            });
        }
        last = Some(Instant::now());
        for listener in LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // Without a receiver the work on that board is ending already.
            let _ = listener.send(());
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Failure::trouble(format!("cannot listen for ^C: {error}")))
}

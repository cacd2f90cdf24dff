//! `^C`: first to the board, then out.

use std::{
    process,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use crate::{
    repl,
    report::{Exit, Failure, Result},
};

/// A second `^C` within this time ends the command, whatever the board does.
const SECOND: Duration = Duration::from_secs(1);

/// From now on `^C` is a message. After a second one the command still has a second to leave the board in
/// order.
pub(crate) fn listen() -> Result<(Sender<()>, Receiver<()>)> {
    let (sender, receiver) = channel();
    let interrupts = sender.clone();
    let mut last: Option<Instant> = None;
    let handler = move || {
        if last.is_some_and(|last| last.elapsed() < SECOND) {
            thread::spawn(|| {
                thread::sleep(SECOND);
                repl::restore();
                process::exit(Exit::Trouble as i32);
            });
        }
        last = Some(Instant::now());
        // Without a receiver the command is ending already.
        let _ = interrupts.send(());
    };
    ctrlc::set_handler(handler)
        .map_err(|error| Failure::trouble(format!("cannot listen for ^C: {error}")))?;
    Ok((sender, receiver))
}

use std::{
    path::Path,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use rawpaste::Hash;

use super::Send;
use crate::report::{Failure, Result, Visible};

/// A change is complete when nothing followed it for so long: editors write in several steps.
const QUIET: Duration = Duration::from_millis(100);
/// Some folders are never quiet.
const LONGEST: Duration = Duration::from_secs(2);

/// How often a folder that is gone is looked for.
const AGAIN: Duration = Duration::from_millis(500);

/// What happens in the folder of a [`Send`].
pub(crate) struct Changes {
    watcher: RecommendedWatcher,
    /// When the folder could not be watched, the last time.
    lost: Option<Instant>,
    events: Receiver<()>,
    /// What was there last, if it could be read.
    last: Option<Hash>,
}

impl Changes {
    /// Watches from now on.
    pub(crate) fn of(send: &Send) -> Result<Self> {
        send.root()?;
        let (sender, events) = channel();
        let tell = move |event: notify::Result<Event>| {
            // To read is no change; where an event is lost there may have been one.
            if event.map_or(true, |event| !event.kind.is_access()) {
                // Without a receiver the command is ending.
                let _ = sender.send(());
            }
        };
        let mut watcher = notify::recommended_watcher(tell).map_err(|error| failed(&send.dir, &error))?;
        let watched = watcher.watch(&send.dir, RecursiveMode::Recursive);
        watched.map_err(|error| failed(&send.dir, &error))?;
        Ok(Self { watcher, lost: None, events, last: send.snapshot().ok() })
    }

    /// Watches the folder that has the name now: an editor or a build may have made it anew.
    fn watch_again(&mut self, dir: &Path) -> bool {
        // One that is gone is watched no more.
        let _ = self.watcher.unwatch(dir);
        let watched = self.watcher.watch(dir, RecursiveMode::Recursive);
        self.lost = watched.is_err().then(Instant::now);
        watched.is_ok()
    }

    /// Whether something happened.
    fn stirred(&mut self, dir: &Path) -> bool {
        match self.lost {
            Some(last) => last.elapsed() >= AGAIN && self.watch_again(dir),
            None => self.events.try_recv().is_ok(),
        }
    }

    /// Whether what goes to the board is another than when this was last asked. It may take the time that a change takes to be
    /// complete.
    pub(crate) fn came(&mut self, send: &Send) -> bool {
        if !self.stirred(&send.dir) {
            return false;
        }
        let began = Instant::now();
        while began.elapsed() < LONGEST && self.events.recv_timeout(QUIET).is_ok() {}
        self.watch_again(&send.dir);
        let now = send.snapshot().ok();
        // What cannot be read is told when it is sent.
        let changed = now.is_none() || now != self.last;
        self.last = now;
        changed
    }
}

fn failed(dir: &Path, error: &notify::Error) -> Failure {
    let (dir, text) = (dir.to_string_lossy(), error.to_string());
    Failure::trouble(format!("cannot watch {}: {}", Visible(&dir), Visible(&text)))
        .next("name a folder that is here; on Linux, /proc/sys/fs/inotify has limits that root may raise")
}

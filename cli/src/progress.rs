//! One line on standard error for what takes longer than a moment: a bar where it is known how much there is, else what is
//! done.

use std::{
    io::{self, IsTerminal},
    sync::{
        Mutex, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rawpaste::Event;

use crate::{
    report::{Visible, is_quiet},
    verbose,
};

/// What is done before this needs no line.
const MOMENT: Duration = Duration::from_millis(500);
/// How often a line without a bar moves.
const TICK: Duration = Duration::from_millis(100);

/// The line that is there. It is not where what is written goes.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Writes something while the line is not there.
pub(crate) fn aside<T>(write: impl FnOnce() -> T) -> T {
    let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match &*shown {
        Some(line) => line.suspend(write),
        None => write(),
    }
}

/// Puts the line there, or takes it away.
fn set(line: Option<ProgressBar>) {
    let before = std::mem::replace(&mut *SHOWN.lock().unwrap_or_else(PoisonError::into_inner), line);
    if let Some(before) = before {
        before.finish_and_clear();
    }
}

/// Whether somebody sees it, and nothing else there would be spoilt by it.
fn is_wanted() -> bool {
    io::stderr().is_terminal() && !is_quiet() && !verbose::is_shown()
}

fn line(total: Option<u64>, template: &str, message: String) -> ProgressBar {
    let line = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    let line = line.with_message(message);
    match ProgressStyle::with_template(template) {
        Ok(style) => line.with_style(style),
        Err(_) => line,
    }
}

/// Text that leaves room for a bar: a long path by its end.
fn short(label: &str) -> String {
    const LONGEST: usize = 32;
    let all: Vec<_> = Visible(label).to_string().chars().collect();
    match all.len() > LONGEST {
        true => format!("\u{2026}{}", String::from_iter(&all[all.len() - LONGEST + 1..])),
        false => String::from_iter(all),
    }
}

/// The progress of one file, or of several that go one after the other. It is gone from the terminal when it is dropped.
#[derive(Debug)]
pub(crate) struct Bar {
    label: String,
    began: Instant,
    /// How many bytes there are in all; of one file the engine tells.
    total: Option<u64>,
    /// How many of them earlier operations moved.
    before: u64,
    bar: Option<ProgressBar>,
    shown: bool,
}

impl Bar {
    /// A bar for one file, that is not to be seen yet.
    pub(crate) fn new(label: &str) -> Self {
        Self { label: label.into(), began: Instant::now(), total: None, before: 0, bar: None, shown: false }
    }

    /// A bar for several files of so many bytes together.
    pub(crate) fn of_all(bytes: u64) -> Self {
        let mut bar = Self::new("");
        bar.total = Some(bytes);
        bar
    }

    /// What comes from here on is about this.
    pub(crate) fn name(&mut self, label: &str) {
        label.clone_into(&mut self.label);
        if let Some(bar) = &self.bar {
            bar.set_message(short(label));
        }
    }

    /// Takes what the engine tells.
    pub(crate) fn on_event(&mut self, event: Event<'_>) {
        let Event::Progress(progress) = event else { return };
        let Some(total) = self.total.or(progress.total).filter(|_| is_wanted()) else { return };
        let template = "{msg} {wide_bar} {percent:>3}% {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        // It counts from the start, so that its rate is right when it shows.
        let bar = self.bar.get_or_insert_with(|| {
            let bar = line(Some(total), template, short(&self.label));
            bar.set_draw_target(ProgressDrawTarget::hidden());
            bar
        });
        bar.set_length(total);
        bar.set_position(self.before.saturating_add(progress.done).min(total));
        if !self.shown && self.began.elapsed() >= MOMENT {
            self.shown = true;
            bar.set_draw_target(ProgressDrawTarget::stderr());
            set(Some(bar.clone()));
        }
    }

    /// An operation of so many bytes is over, and another begins.
    pub(crate) fn passed(&mut self, bytes: u64) {
        self.before = self.before.saturating_add(bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.shown {
            set(None);
        }
    }
}

/// Says what is done for as long as it lives, and that it goes on.
#[derive(Debug)]
pub(crate) struct Doing {
    /// Dropped, it ends the thread.
    ends: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Doing {
    /// It is not to be seen yet.
    pub(crate) fn new(doing: &str) -> Self {
        if !is_wanted() {
            return Self { ends: None, thread: None };
        }
        let ((ends, ended), doing) = (channel::<()>(), String::from(doing));
        let show = move || {
            let goes_on = |patience| ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout);
            if !goes_on(MOMENT) {
                return;
            }
            let line = line(None, "{spinner} {wide_msg} {elapsed}", Visible(&doing).to_string())
                .with_elapsed(MOMENT);
            set(Some(line.clone()));
            while goes_on(TICK) {
                line.tick();
            }
            set(None);
        };
        // Without the thread nothing is said.
        Self { ends: Some(ends), thread: thread::Builder::new().name("progress".into()).spawn(show).ok() }
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        drop(self.ends.take());
        // It only waits.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

//! A bar on standard error for what takes longer than a moment.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rawpaste::Event;

use crate::report::{Visible, is_quiet};

/// What is done before this needs no bar.
const MOMENT: Duration = Duration::from_millis(500);

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
}

impl Bar {
    /// A bar for one file, that is not to be seen yet.
    pub(crate) fn new(label: &str) -> Self {
        let mut bar = Self::of(None);
        bar.name(label);
        bar
    }

    /// A bar for several files of so many bytes together.
    pub(crate) fn of_all(bytes: u64) -> Self {
        Self::of(Some(bytes))
    }

    fn of(total: Option<u64>) -> Self {
        Self { label: String::new(), began: Instant::now(), total, before: 0, bar: None }
    }

    /// What comes from here on is about this.
    pub(crate) fn name(&mut self, label: &str) {
        self.label = Visible(label).to_string();
        if let Some(bar) = &self.bar {
            bar.set_message(self.label.clone());
        }
    }

    /// Takes what the engine tells.
    pub(crate) fn on_event(&mut self, event: Event<'_>) {
        let Event::Progress(progress) = event else { return };
        let Some(total) = self.total.or(progress.total) else { return };
        if self.bar.is_none() && self.began.elapsed() >= MOMENT && io::stderr().is_terminal() && !is_quiet() {
            self.bar = Some(self.show(total));
        }
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(self.before.saturating_add(progress.done).min(total));
        }
    }

    /// An operation of so many bytes is over, and another begins.
    pub(crate) fn passed(&mut self, bytes: u64) {
        self.before = self.before.saturating_add(bytes);
    }

    /// Writes something while no bar is there.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn show(&self, total: u64) -> ProgressBar {
        let style =
            ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let bar = bar.with_message(self.label.clone()).with_elapsed(self.began.elapsed());
        if let Ok(style) = style { bar.with_style(style) } else { bar }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

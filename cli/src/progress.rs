//! A bar on standard error for what takes longer than a moment.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rawpaste::Event;

use crate::report::Visible;

/// What is done before this needs no bar.
const MOMENT: Duration = Duration::from_millis(300);

/// The progress of one file. It is gone from the terminal when it is dropped.
#[derive(Debug)]
pub(crate) struct Bar {
    label: String,
    began: Instant,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// A bar that is not to be seen yet.
    pub(crate) fn new(label: &str) -> Self {
        Self { label: Visible(label).to_string(), began: Instant::now(), bar: None }
    }

    /// Takes what the engine tells.
    pub(crate) fn on_event(&mut self, event: Event<'_>) {
        let Event::Progress(progress) = event else { return };
        let Some(total) = progress.total else { return };
        if self.bar.is_none() && self.began.elapsed() >= MOMENT && io::stderr().is_terminal() {
            self.bar = Some(self.show(total));
        }
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(progress.done);
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

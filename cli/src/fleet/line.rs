use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rawpaste::{Event, Placed};

use super::Told;
use crate::{
    port::Target,
    report::{Result, Visible, note, print, say, tell},
    telling::Teller,
};

/// The one line of a board: on a terminal its progress, and when it ends what it came to.
pub(crate) struct Line {
    place: String,
    lines: MultiProgress,
    bar: ProgressBar,
    /// What was said of the last file that is in place.
    last: String,
    count: Count,
}

/// How many files are in place, and their bytes; how many of them were there already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(super) files: usize,
    pub(super) bytes: u64,
    pub(super) same: usize,
}

impl Line {
    /// A line for each board, in their order.
    pub(crate) fn of(boards: &[Target], lines: &MultiProgress) -> Vec<Self> {
        let places: Vec<_> = boards.iter().map(ToString::to_string).collect();
        let width = places.iter().map(|place| place.chars().count()).max().unwrap_or_default();
        let line = |place: String| {
            let bar = lines.add(ProgressBar::new(0)).with_prefix(format!("{place:width$}"));
            if let Ok(style) = ProgressStyle::with_template("{prefix}") {
                bar.set_style(style);
            }
            bar.tick();
            let (last, lines) = (String::new(), lines.clone());
            Self { place, lines, bar, last, count: Count::default() }
        };
        places.into_iter().map(line).collect()
    }

    /// The line is gone from the terminal, and what the board came to is said, but for what stands in JSON.
    pub(crate) fn end(&self, done: bool, told: Told) -> Result<()> {
        self.bar.finish_and_clear();
        self.lines.remove(&self.bar);
        let Self { place, last, count: Count { files, bytes, same }, .. } = self;
        self.aside(|| match files {
            _ if !done => {
                say(&format!("not done: {place}"));
                Ok(())
            }
            _ if told == Told::AsJson => Ok(()),
            1 => tell(|out| writeln!(out, "{last}")),
            _ => tell(|out| {
                write!(out, "put {files} files ({bytes} bytes) on {place}")?;
                let there = if *same > 0 { format!("; already there: {same}") } else { String::new() };
                writeln!(out, "{there}")
            }),
        })
    }

    /// What is there by now.
    pub(super) const fn count(&self) -> Count {
        self.count
    }

    /// Writes something while no line of progress is there.
    fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.lines.suspend(write)
    }
}

impl Teller for Line {
    /// From here on the line shows how many are there.
    fn expect(&mut self, bytes: u64) {
        self.bar.set_length(bytes);
        if let Ok(style) = ProgressStyle::with_template(
            "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}",
        ) {
            self.bar.set_style(style);
        }
    }

    fn begins(&mut self, name: &str) {
        self.bar.set_message(Visible(name).to_string());
    }

    fn on_event(&mut self, event: Event<'_>) {
        if let Event::Progress(progress) = event {
            self.bar.set_position(progress.done);
        }
    }

    fn placed(&mut self, line: &str, placed: Placed, size: u64) -> Result<()> {
        line.clone_into(&mut self.last);
        self.count.files += 1;
        self.count.bytes = self.count.bytes.saturating_add(size);
        self.count.same += usize::from(placed == Placed::Same);
        Ok(())
    }

    fn tell(&mut self, text: &str) -> Result<()> {
        self.aside(|| print(|out| writeln!(out, "{}: {text}", self.place)))
    }

    fn note(&mut self, text: &str) {
        self.aside(|| note(&format!("{}: {text}", self.place)));
    }
}

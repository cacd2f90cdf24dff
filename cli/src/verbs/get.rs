//! `get`.

use std::{fs::File, fs::OpenOptions, io, io::Write, path::PathBuf};

use clap::Args;
use rawpaste::Sink;

use crate::{
    files::{Arriving, Stream, destination, is_standard},
    link::{Link, with_board},
    path::BoardPath,
    port::Target,
    progress::Bar,
    report::{Failure, Result, Visible, closed_output, print},
};

/// Get a file from the board, whole: it takes its name here when its digest agrees
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  rawpaste get :log.txt\n  rawpaste get :data/log.txt today.txt\n  rawpaste get :log.txt - | tail"
)]
pub(crate) struct Get {
    /// The file on the board
    #[arg(value_name = ":PATH")]
    path: BoardPath,
    /// Its name here, or the folder it goes into; - is standard output
    file: Option<PathBuf>,
}

impl Get {
    /// Gets the file.
    pub(crate) fn run(self, port: Option<Target>) -> Result<()> {
        if self.file.as_deref().is_some_and(is_standard) {
            return with_board(port, |link| stream(link, &self.path, io::stdout().lock()));
        }
        if let Some(file) = self.file.as_ref().filter(|file| file.to_string_lossy().starts_with(':')) {
            return Err(Failure::usage(format!(
                "{} is on the board, and get takes one file",
                Visible(&file.to_string_lossy())
            ))
            .next("get :PATH [FILE]; a file of this machine whose name begins with : is ./:NAME"));
        }
        let target = destination(&self.path, self.file.as_deref())?;
        let shown = target.to_string_lossy();
        with_board(port, |link| {
            // A device, say: there is nothing to put beside it.
            if target.metadata().is_ok_and(|metadata| !metadata.is_file()) {
                let device: io::Result<File> = OpenOptions::new().write(true).open(&target);
                let device = device.map_err(|error| Failure::file("write", &shown, &error))?;
                return stream(link, &self.path, device);
            }
            let mut arriving = Arriving::beside(&target)?;
            let size = get(link, &self.path, arriving.sink())?;
            arriving.finish()?;
            print(|out| writeln!(out, "got {} ({size} bytes) as {}", self.path, Visible(&shown)))
        })
    }
}

/// Gets a file into something that keeps what it has.
pub(crate) fn stream(link: &mut Link, path: &BoardPath, writer: impl Write) -> Result<()> {
    let mut stream = Stream::new(writer);
    let done = get(link, path, &mut stream);
    match stream.closed {
        Some(error) => Err(closed_output(&error)),
        None => done.map(drop),
    }
}

fn get(link: &mut Link, path: &BoardPath, sink: impl Sink) -> Result<u64> {
    let doing = format!("get {path} from {}", link.place());
    let operation =
        rawpaste::Get::new(link.path(path)?, sink).map_err(|error| Failure::of(&error.into(), &doing))?;
    let mut bar = Bar::new(path.as_str());
    let done = link.attend(operation, |event| bar.on_event(event));
    drop(bar);
    done.map_err(|error| Failure::of(&error, &doing))
}

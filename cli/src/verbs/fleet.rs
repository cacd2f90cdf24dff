//! `fleet`.

use clap::{Args, Subcommand};

use super::put::{Names, jobs};
use crate::{
    boards::Boards,
    files::Local,
    fleet::{Line, Told, on_each},
    jobs::upload,
    link::{Link, hint_at_folder},
    manner::Manner,
    port::{Kind, Target},
    report::Result,
};

/// Do the same on many boards at once
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  rawpaste fleet put main.py --all")]
pub(crate) struct Fleet {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Put(Put),
}

/// Put files on many boards at once, on each as `put` does it
///
/// Give --port for each board (where none is given, RAWPASTE_PORT), or --all. A board that fails or stalls holds up no other; the exit code is that of the gravest
/// failure. The same command again sends only what is missing. ^C stops on all boards, and leaves each at its prompt.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  rawpaste fleet put main.py --port /dev/ttyACM0 --port /dev/ttyACM1
  rawpaste fleet put a.py b.py :lib/ --all
  rawpaste fleet put main.py --port sim:one --port sim:two    a try, without boards, in two folders")]
struct Put {
    #[command(flatten)]
    names: Names,
    /// Put them on all boards that are there: on each serial port with USB ids. One that is no MicroPython fails
    #[arg(long)]
    all: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "explain")]
    json: bool,
    #[command(flatten)]
    manner: Manner,
}

impl Fleet {
    /// Does it.
    pub(crate) fn run(self, boards: Boards, tune: impl Fn(Target) -> Target) -> Result<()> {
        let What::Put(Put { names, all, json, manner }) = self.what;
        let (names, path) = names.split()?;
        let boards = boards.many(all, tune)?;
        let mut files = Vec::new();
        for name in names {
            let file = Local::open(&name)?;
            files.push((name, file));
        }
        let told = if json { Told::AsJson } else { Told::InLines };
        on_each(&boards, told, &|link: &mut Link, line: &mut Line| {
            let files = files.iter().map(|(name, file)| (name.clone(), file.shared())).collect();
            let jobs = jobs(link, files, path.clone())?;
            Ok(upload(link, jobs, &manner, line))
        })?;
        if let Some(board) = boards.iter().find(|board| matches!(board.kind, Kind::Simulated(None))) {
            hint_at_folder(board);
        }
        Ok(())
    }
}

//! `rm`.

use clap::Args;
use rawpaste::{Kind, Remove, TreeChange};

use crate::{
    jobs::{conclude, of_all},
    link::{Board, Link},
    path::BoardPath,
    report::{Failure, Result},
    tree::{change, list},
};

/// Remove files and empty folders of the board
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste rm :old.py :data/log.txt\n  rawpaste rm -r :lib")]
pub(crate) struct Rm {
    /// Remove folders with all that is in them
    #[arg(short, long)]
    recursive: bool,
    /// Be content with what is not there
    #[arg(short, long)]
    force: bool,
    /// What to remove
    #[arg(required = true, value_name = ":PATH")]
    paths: Vec<BoardPath>,
}

impl Rm {
    /// Removes them, up to the first that cannot be.
    pub(crate) fn run(self, board: &mut Board) -> Result<()> {
        // What is mounted there, a card say, would go with it.
        if let Some(path) = self.paths.iter().find(|path| path.as_file().name().is_none()) {
            return Err(Failure::usage(format!("{path} names nothing that can be removed"))
                .next("name the files and folders in it: rm -r :lib :main.py"));
        }
        let link = board.open()?;
        self.paths.iter().try_for_each(|path| self.remove(link, &path.as_file()))
    }

    fn remove(&self, link: &mut Link, path: &BoardPath) -> Result<()> {
        let doing = format!("remove {path} on {}", link.place());
        if self.recursive || self.force {
            match link.kind_of(path, &doing)? {
                None if self.force => return Ok(()),
                Some(Kind::Directory) if self.recursive => return remove_tree(link, path, &doing),
                _ => {}
            }
        }
        let remove = Remove::new(link.path(path)?).map_err(|error| Failure::of(&error.into(), &doing))?;
        link.run(remove, &doing)
    }
}

/// Removes a folder with all that is in it.
fn remove_tree(link: &mut Link, path: &BoardPath, doing: &str) -> Result<()> {
    let inside = list(link, path, false)?;
    // A folder is listed before what is in it.
    let inside = inside.iter().rev().map(|entry| path.join(&entry.path));
    let removes: Vec<_> =
        inside.chain([path.clone()]).map(|path| TreeChange::Remove(path.as_str().into())).collect();
    conclude(change(link, &removes, doing)?, |failed, all| {
        Failure::trouble(of_all(failed, all, "files and folders were not removed"))
    })
}

use std::{fs, path::PathBuf};

use rawpaste::{
    Content, DigestKind, DriveError, Error, Hash, TreeChange, TreeDigest, TreeEntry, TreePlan, unfit_names,
};

use super::{change, count, files, here::Here, ignored::Ignored, list, refuse, within};
use crate::{
    jobs::{Upload, conclude, of_all, upload},
    link::{Board, Link, hint_at_folder},
    manner::Manner,
    path::BoardPath,
    report::{Failure, Result, Visible, note, tell},
    telling::Alone,
};

/// Makes a folder of the board like one of this machine.
#[derive(Debug)]
pub(crate) struct Send {
    /// The folder here.
    pub(crate) dir: PathBuf,
    /// The folder on the board.
    pub(crate) path: BoardPath,
    /// Whether git's ignore files count.
    pub(crate) ignore: bool,
    /// What stays here besides, as in a `.gitignore`.
    pub(crate) patterns: Vec<String>,
    /// Whether what is only on the board goes.
    pub(crate) delete: bool,
    /// How files are put.
    pub(crate) manner: Manner,
    /// What becomes of the plan.
    pub(crate) course: Course,
}

/// What becomes of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// It is done.
    Done,
    /// It is said, and nothing is done.
    Said,
    /// The same, for machines.
    SaidAsJson,
}

impl Send {
    /// Does it; answers whether something changed on the board.
    pub(crate) fn run(&self, board: &mut Board) -> Result<bool> {
        let shown = self.dir.to_string_lossy();
        let (mut here, ignored) = self.read()?;
        here.left_out.iter().for_each(|line| note(line));
        let link = board.open()?;
        let plan = self.plan(link, &mut here, &ignored)?;
        if self.course == Course::SaidAsJson {
            return self.foretell_json(plan, files(&here.entries)).map(|()| false);
        }
        let does = self.course == Course::Done;
        let changes = does && plan.as_ref().is_some_and(|(plan, there)| !there || !plan.is_empty());
        let done = match plan {
            Some((plan, there)) if does => self.carry_out(link, &plan, there)?,
            Some((plan, there)) => self.foretell(&plan, there)?,
            None => count(files(&here.entries), "file") + ", all the same",
        };
        tell(|out| writeln!(out, "{} and {} on {}: {done}", Visible(&shown), self.path, link.place()))?;
        hint_at_folder(link.place());
        Ok(changes)
    }

    /// The digest of all that goes.
    pub(crate) fn snapshot(&self) -> Result<Hash> {
        self.read()?.0.hash(DigestKind::Sha256)
    }

    /// Returns where the folder is, in full.
    pub(super) fn root(&self) -> Result<PathBuf> {
        let shown = self.dir.to_string_lossy();
        let root = fs::canonicalize(&self.dir).map_err(|error| {
            Failure::file("read", &shown, &error).next("name a folder of this machine, then perhaps :PATH")
        })?;
        match root.is_dir() {
            true => Ok(root),
            false => Err(Failure::trouble(format!("{} is no folder", Visible(&shown)))
                .next("name a folder; put FILE puts a file")),
        }
    }

    /// Looks through the folder.
    fn read(&self) -> Result<(Here, Ignored)> {
        let root = self.root()?;
        let mut ignored = if self.ignore { Ignored::new(&root, &self.patterns)? } else { Ignored::Git };
        let here = Here::read(root, &mut ignored)?;
        let unfit = unfit_names(here.entries.iter().map(|entry| &*entry.path));
        if !unfit.is_empty() {
            let what = "not every board can hold these names";
            return Err(refuse(what, &unfit).next("rename them, or leave them out by a .gitignore"));
        }
        Ok((here, ignored))
    }

    /// Finds out what is to be done, and whether the folder is there; nothing if the digests are the same.
    fn plan(&self, link: &mut Link, here: &mut Here, ignored: &Ignored) -> Result<Option<(TreePlan, bool)>> {
        let doing = format!(
            "compare {} with {} on {}",
            self.path,
            Visible(&self.dir.to_string_lossy()),
            link.place()
        );
        let (kind, theirs) = self.ask(link, &doing)?;
        let ours = here.hash(kind)?;
        let mut there = match theirs {
            Theirs::Digest(hash) if hash == ours => return Ok(None),
            Theirs::Digest(_) | Theirs::Unreadable => list(link, &self.path, true)?,
            Theirs::Missing => Vec::new(),
        };
        for TreeEntry { path, content } in &mut there {
            let size = match content {
                Content::Folder => 0,
                Content::File { size, .. } | Content::Kept { size } => *size,
            };
            if ignored.covers(path, *content == Content::Folder) {
                *content = Content::Kept { size };
            }
        }
        let plan = TreePlan::new(&here.entries, &there, self.delete).map_err(|unfit| {
            let next =
                if self.delete { "move them away" } else { "move them away, or replace them: sync --delete" };
            refuse("something is in the way", &unfit).next(next)
        })?;
        Ok(Some((plan, theirs != Theirs::Missing)))
    }

    /// Asks the board for the digest of the folder; answers its kind, too.
    fn ask(&self, link: &mut Link, doing: &str) -> Result<(DigestKind, Theirs)> {
        let digest =
            TreeDigest::new(link.path(&self.path)?).map_err(|error| Failure::of(&error.into(), doing))?;
        Ok(match link.attend_slowly(digest, doing) {
            Ok((kind, Some(hash))) => (kind, Theirs::Digest(hash)),
            Ok((kind, None)) => {
                // It may also be something in it that cannot be found.
                let root = self.path.as_file();
                let there = root.as_str().is_empty() || link.kind_of(&root, doing)?.is_some();
                (kind, if there { Theirs::Unreadable } else { Theirs::Missing })
            }
            // A file that cannot be read, say: the listing tells the others.
            Err(DriveError::Engine(Error::Exception(exception))) if exception.errno.is_some() => {
                (link.digest_kind(), Theirs::Unreadable)
            }
            Err(error) => return Err(Failure::of(&error, doing)),
        })
    }

    /// The folders to be made: those above the folder, too, if it is not there.
    pub(super) fn makes(&self, plan: &TreePlan, there: bool) -> Vec<BoardPath> {
        let above = if there { Vec::new() } else { self.path.folders() };
        above.into_iter().chain(plan.make.iter().map(|folder| self.path.join(folder))).collect()
    }

    /// Does what the plan says, in its order; answers a summary.
    fn carry_out(&self, link: &mut Link, plan: &TreePlan, there: bool) -> Result<String> {
        let of = |path: &str| self.path.join(path);
        let removes = plan.remove.iter().map(|entry| TreeChange::Remove(of(&entry.path).as_str().into()));
        let folders = self.makes(plan, there);
        let made = folders.len();
        let makes = folders.into_iter().map(|folder| TreeChange::Make(folder.as_str().into()));
        let mut results = self.change(link, removes.chain(makes).collect())?;
        let jobs = plan.copy.iter().map(|copy| Upload {
            name: within(&self.dir, &copy.path),
            local: None,
            target: of(&copy.path),
            new: !copy.replaces && copy.left.is_none(),
        });
        results.extend(upload(link, jobs.collect(), &self.manner, &mut Alone::new()));
        conclude(results, |failed, all| {
            Failure::trouble(of_all(failed, all, "changes were not made"))
                .next("mend what is said above, and run the same command again: it goes on from there")
        })?;
        Ok(summary(plan, made))
    }

    /// Makes and removes, and says so of each.
    fn change(&self, link: &mut Link, changes: Vec<TreeChange>) -> Result<Vec<Result<()>>> {
        let doing = format!("change {} on {}", self.path, link.place());
        let came = change(link, &changes, &doing)?;
        let tell = |(change, came): (&TreeChange, Result<()>)| {
            let (past, path) = match change {
                TreeChange::Make(path) => ("made", path),
                TreeChange::Remove(path) => ("removed", path),
            };
            came.and_then(|()| tell(|out| writeln!(out, "{past} {}", BoardPath::of(path.as_str()))))
        };
        Ok(changes.iter().zip(came).map(tell).collect())
    }
}

/// What the board says of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theirs {
    Digest(Hash),
    Unreadable,
    Missing,
}

/// Says what a plan comes to.
pub(super) fn summary(plan: &TreePlan, made: usize) -> String {
    let stays = plan.stays.iter().filter(|entry| entry.content != Content::Folder).count();
    let parts = [
        (plan.copy.len(), "put"),
        (plan.same.len(), "the same"),
        (made, "made"),
        (plan.remove.len(), "removed"),
        (stays, "left there"),
    ];
    let said = |(n, what): &(usize, &str)| if *n > 0 { Some(format!("{n} {what}")) } else { None };
    let parts: Vec<_> = parts.iter().filter_map(said).collect();
    if parts.is_empty() { "nothing there".into() } else { parts.join(", ") }
}

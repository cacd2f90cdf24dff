use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use super::{
    Content, TreeEntry, Unfit,
    names::{differs_in_case, fold},
    path::above,
};
use crate::transfer::temporary;

/// What makes one tree like another. It does nothing itself: a caller shows it, or does it in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TreePlan {
    /// What is to be removed, folders after what is in them.
    pub remove: Vec<TreeEntry>,
    /// The folders to be made, parents first.
    pub make: Vec<String>,
    /// The files to be copied.
    pub copy: Vec<Copy>,
    /// The files that are the same already.
    pub same: Vec<String>,
    /// What is there only, and stays.
    pub stays: Vec<TreeEntry>,
}

/// A file to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copy {
    /// Its path inside both trees.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether it replaces one.
    pub replaces: bool,
    /// The size of what a cut-off put of it left there: its temporary file.
    pub left: Option<u64>,
}

impl TreePlan {
    /// Returns what makes `target` like `source`. With `delete`, what `source` does not have is removed there, and what
    /// is in the way is replaced; without, it stays.
    ///
    /// What is [`Content::Kept`] is never removed, nor is a folder that holds such, and it is not replaced. So a put that
    /// was cut off loses nothing, but where the file that it was for is put again.
    ///
    /// # Errors
    ///
    /// The paths at which something is in the way, all of them; do nothing then.
    pub fn new(source: &[TreeEntry], target: &[TreeEntry], delete: bool) -> Result<Self, Vec<Unfit>> {
        let mut planner = Planner::new(source, target, delete);
        for (path, content) in planner.wanted.clone() {
            planner.want(path, content);
        }
        planner.differ_in_case();
        planner.finish()
    }

    /// Returns whether there is nothing to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.make.is_empty() && self.copy.is_empty()
    }
}

struct Planner<'a> {
    wanted: BTreeMap<&'a str, Content>,
    there: BTreeMap<&'a str, Content>,
    /// The folders there that hold what is kept.
    held: BTreeSet<&'a str>,
    delete: bool,
    gone: BTreeSet<&'a str>,
    plan: TreePlan,
    unfit: Vec<Unfit>,
}

impl<'a> Planner<'a> {
    fn new(source: &'a [TreeEntry], target: &'a [TreeEntry], delete: bool) -> Self {
        let mut wanted = BTreeMap::new();
        for TreeEntry { path, content } in source {
            if !matches!(content, Content::Kept { .. }) {
                wanted.extend(above(path).map(|folder| (folder, Content::Folder)));
                wanted.insert(path, *content);
            }
        }
        let there: BTreeMap<_, _> = target.iter().map(|entry| (&*entry.path, entry.content)).collect();
        let kept = |content: &Content| matches!(content, Content::Kept { .. });
        let held =
            there.iter().filter(|(_, content)| kept(content)).flat_map(|(path, _)| above(path)).collect();
        let gone = there.keys().filter(|path| delete && !wanted.contains_key(*path)).copied().collect();
        Self { wanted, there, held, delete, gone, plan: TreePlan::default(), unfit: Vec::new() }
    }

    /// Decides about what the target is to have.
    fn want(&mut self, path: &'a str, content: Content) {
        match (content, self.there.get(path).copied()) {
            (Content::Kept { .. }, _) | (Content::Folder, Some(Content::Folder)) => {}
            (Content::Folder, None) => self.plan.make.push(path.into()),
            (Content::File { size, .. }, None) => self.copy(path, size, false),
            (
                Content::File { size, hash: Some(hash) },
                Some(Content::File { size: other, hash: Some(theirs) }),
            ) if size == other && hash == theirs => self.plan.same.push(path.into()),
            (Content::File { size, .. }, Some(Content::File { .. })) => self.copy(path, size, true),
            (_, Some(Content::Kept { .. })) => self.refuse(path, "is left alone where it is to go"),
            (Content::Folder, Some(Content::File { .. })) if self.delete => {
                self.gone.insert(path);
                self.plan.make.push(path.into());
            }
            (Content::File { size, .. }, Some(Content::Folder)) if self.delete => {
                if self.held.contains(path) {
                    return self
                        .refuse(path, "is a folder where it is to go, and something in that is left alone");
                }
                self.gone.insert(path);
                self.copy(path, size, false);
            }
            (Content::Folder, Some(Content::File { .. })) => {
                self.refuse(path, "is a folder, and a file where it is to go");
            }
            (Content::File { .. }, Some(Content::Folder)) => {
                self.refuse(path, "is a file, and a folder where it is to go");
            }
        }
    }

    fn copy(&mut self, path: &str, size: u64, replaces: bool) {
        let left = match self.there.get(&*temporary::lasting(path)) {
            Some(Content::Kept { size } | Content::File { size, .. }) => Some(*size),
            Some(Content::Folder) | None => None,
        };
        self.plan.copy.push(Copy { path: path.into(), size, replaces, left });
    }

    fn refuse(&mut self, path: &str, wrong: &str) {
        self.unfit.push(Unfit { path: path.into(), wrong: wrong.into() });
    }

    /// Refuses what is new and differs only in case from what stays there.
    fn differ_in_case(&mut self) {
        let stays = self.there.keys().filter(|path| !self.gone.contains(*path) || self.held.contains(*path));
        let stays: BTreeMap<_, _> = stays.map(|path| (fold(path), *path)).collect();
        let new = self.wanted.keys().filter(|path| !self.there.contains_key(*path));
        let clashes = new.filter_map(|path| Some(differs_in_case(path, stays.get(&fold(path))?)));
        self.unfit.extend(clashes);
    }

    fn finish(mut self) -> Result<TreePlan, Vec<Unfit>> {
        if !self.unfit.is_empty() {
            return Err(self.unfit);
        }
        for (path, content) in self.there {
            let kept = matches!(content, Content::Kept { .. }) || self.held.contains(path);
            let entry = || TreeEntry { path: path.into(), content };
            if self.gone.contains(path) && !kept {
                self.plan.remove.push(entry());
            } else if !self.wanted.contains_key(path) {
                self.plan.stays.push(entry());
            }
        }
        self.plan.remove.sort_by(|one, other| other.path.split('/').cmp(one.path.split('/')));
        self.plan.make.sort_by(|one, other| one.split('/').cmp(other.split('/')));
        Ok(self.plan)
    }
}

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use crate::report::{Failure, Result, Visible};

/// What does not go along: `.git`, and what git's ignore files say.
#[derive(Debug)]
pub(super) enum Ignored {
    /// `.git` alone.
    Git,
    /// What the rules say, too.
    Rules {
        /// The folder that goes.
        root: PathBuf,
        /// The rules of the folders in it, by their path in it; the root's is empty.
        inside: BTreeMap<String, Gitignore>,
        /// The rules from outside, the nearest first: the folders above it in the same repository, then what git has
        /// for the repository and for the user.
        outside: Vec<Gitignore>,
    },
}

impl Ignored {
    /// Reads the rules that come from outside. A folder that is in no repository has its own only.
    /// `patterns` are rules of the project for `root`.
    pub(super) fn new(root: &Path, patterns: &[String]) -> Result<Self> {
        let mut outside = Vec::new();
        if !patterns.is_empty() {
            let mut project = GitignoreBuilder::new(root);
            let added = patterns.iter().try_for_each(|pattern| project.add_line(None, pattern).map(drop));
            let built = added.and_then(|()| project.build());
            outside.push(built.map_err(|error| {
                Failure::usage(format!("a pattern of rawpaste.toml is none: {}", Visible(&error.to_string())))
            })?);
        }
        if let Some(repository) = root.ancestors().find(|folder| folder.join(".git").exists()) {
            let above = root.ancestors().skip(1).take_while(|folder| folder.starts_with(repository));
            for folder in above {
                outside.extend(rules(folder, &folder.join(".gitignore"))?);
            }
            outside.extend(rules(repository, &repository.join(".git/info/exclude"))?);
            outside.push(GitignoreBuilder::new(repository).build_global().0);
        }
        Ok(Self::Rules { root: root.into(), inside: BTreeMap::new(), outside })
    }

    /// Reads the rules of a folder in it, before what is in that is asked about.
    pub(super) fn enter(&mut self, folder: &str) -> Result<()> {
        let Self::Rules { root, inside, .. } = self else { return Ok(()) };
        let path = root.join(folder);
        inside.extend(rules(&path, &path.join(".gitignore"))?.map(|rules| (folder.into(), rules)));
        Ok(())
    }

    /// Whether a path in the folder does not go along, by itself or by a folder that it is in.
    pub(super) fn covers(&self, path: &str, folder: bool) -> bool {
        let ends = path.match_indices('/').map(|(slash, _)| (&path[..slash], true));
        ends.chain([(path, folder)]).any(|(path, folder)| self.covers_itself(path, folder))
    }

    fn covers_itself(&self, path: &str, folder: bool) -> bool {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        // The second is what a get that was cut off left here.
        if name == ".git" || name.starts_with(".rawpaste-") {
            return true;
        }
        let Self::Rules { root, inside, outside } = self else { return false };
        // What CPython leaves: no board can run it.
        if name == "__pycache__" && folder {
            return true;
        }
        let full = root.join(path);
        let mut folders: Vec<_> = above.match_indices('/').map(|(slash, _)| &above[..slash]).collect();
        folders.extend([above].into_iter().filter(|above| !above.is_empty()));
        let inside = folders.into_iter().rev().chain([""]).filter_map(|folder| inside.get(folder));
        for rules in inside.chain(outside) {
            match rules.matched(&full, folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }
}

fn rules(folder: &Path, file: &Path) -> Result<Option<Gitignore>> {
    if !file.is_file() {
        return Ok(None);
    }
    let mut builder = GitignoreBuilder::new(folder);
    let wrong = builder.add(file);
    match (wrong, builder.build()) {
        (None, Ok(rules)) => Ok(Some(rules)),
        (Some(error), _) | (None, Err(error)) => {
            let text = format!("cannot use {}: {error}", file.display());
            Err(Failure::trouble(Visible(&text).to_string()).next("mend it, or give --no-ignore"))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A test fails by panicking.
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_rule_counts_and_a_folder_takes_all_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("repository/src");
        fs::create_dir_all(root.join("inner")).unwrap();
        fs::create_dir(dir.path().join("repository/.git")).unwrap();
        fs::write(dir.path().join(".gitignore"), "outside-of-the-repository\n").unwrap();
        fs::write(dir.path().join("repository/.gitignore"), "*.log\n/src/rooted\n").unwrap();
        fs::write(root.join(".gitignore"), "build/\nsecret*\n").unwrap();
        fs::write(root.join("inner/.gitignore"), "!secret.py\n").unwrap();
        let mut ignored = Ignored::new(&root, &["*.tmp".into()]).unwrap();
        ignored.enter("").unwrap();
        ignored.enter("inner").unwrap();
        for (path, folder) in
            [("a.log", false), ("x.tmp", false), ("inner/a.log", false), ("rooted", false), ("build", true)]
        {
            assert!(ignored.covers(path, folder), "{path}");
        }
        assert!(ignored.covers("build/x", false) && ignored.covers("inner/build/deep/x", false));
        assert!(ignored.covers("secret.py", false) && !ignored.covers("inner/secret.py", false));
        assert!(ignored.covers(".git", true) && ignored.covers("inner/.git/config", false));
        for path in ["build", "outside-of-the-repository", "inner/rooted", "main.py"] {
            assert!(!ignored.covers(path, false), "{path}");
        }
        assert!(Ignored::Git.covers(".git/config", false) && !Ignored::Git.covers("a.log", false));
    }
}

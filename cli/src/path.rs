//! Paths on the board.

use std::{convert::Infallible, fmt, fs, path::Path, str::FromStr};

use crate::report::{Failure, Result, Visible};

/// A path on the board: what was given, without the `:` in front. Empty is the current folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BoardPath(String);

impl FromStr for BoardPath {
    type Err = Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        Ok(Self(text.strip_prefix(':').unwrap_or(text).into()))
    }
}

impl fmt::Display for BoardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ":{}", Visible(&self.0))
    }
}

impl BoardPath {
    /// Takes a path as the board knows it.
    pub(crate) fn of(path: &str) -> Self {
        Self(path.into())
    }

    /// The path, as the board knows it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can only be a folder.
    pub(crate) fn names_a_folder(&self) -> bool {
        self.0.is_empty() || self.0.ends_with('/')
    }

    /// The path of `name` in this folder.
    pub(crate) fn join(&self, name: &str) -> Self {
        let slash = if self.names_a_folder() { "" } else { "/" };
        Self(format!("{}{slash}{name}", self.0))
    }

    /// The folders that lead to this one, the topmost first, and itself.
    pub(crate) fn folders(&self) -> Vec<Self> {
        let path = self.0.trim_end_matches('/');
        let ends = path.match_indices('/').map(|(slash, _)| slash).chain([path.len()]);
        ends.filter(|end| !path[..*end].ends_with('/') && *end > 0)
            .map(|end| Self(path[..end].into()))
            .collect()
    }

    /// The same without `/` at its end.
    pub(crate) fn as_file(&self) -> Self {
        Self(self.0.trim_end_matches('/').into())
    }

    /// The last component, if it can be a file's name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.rsplit('/').next().filter(|name| !matches!(*name, "" | "." | ".."))
    }
}

/// Refuses a path that leaves `root`, which is the board's `/`, as far as can be known.
pub(crate) fn confine<'a>(path: &'a BoardPath, root: &Path) -> Result<&'a str> {
    let leaves = || {
        let folder = Visible(&root.to_string_lossy()).to_string();
        Failure::usage(format!("{path} leaves the folder {folder}"))
            .next("give a path inside it: on this port / is that folder, and nothing is above it")
    };
    let mut parts = Vec::new();
    for part in path.0.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => drop(parts.pop().ok_or_else(leaves)?),
            _ => parts.push(part),
        }
    }
    let mut host = root.to_path_buf();
    for part in parts {
        host.push(part);
        if fs::symlink_metadata(&host).is_ok_and(|metadata| metadata.is_symlink()) {
            host = fs::canonicalize(&host).map_err(|_| leaves())?;
            if !host.starts_with(root) {
                return Err(leaves());
            }
        }
    }
    Ok(&path.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_names() {
        let path = |text: &str| text.parse::<BoardPath>().unwrap();
        assert_eq!(path(":lib/").join("a.py"), path("lib/a.py"));
        assert_eq!(path(":lib").join("a.py"), path("lib/a.py"));
        assert_eq!(path(":").join("a.py"), path("a.py"));
        assert_eq!(path(":/").join("a.py"), path("/a.py"));
        assert_eq!(path(":lib/a.py").name(), Some("a.py"));
        let folders = |text| path(text).folders().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(folders(":/a/b/"), [":/a", ":/a/b"]);
        assert_eq!(folders("a//b"), [":a", ":a//b"]);
        assert!(folders(":").is_empty() && folders(":/").is_empty());
        for none in [":", ":/", ":lib/", ":..", ":lib/.."] {
            assert_eq!(path(none).name(), None, "{none}");
        }
    }
}

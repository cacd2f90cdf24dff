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

    /// The last component, if it can be a file's name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.rsplit('/').next().filter(|name| !matches!(*name, "" | "." | ".."))
    }
}

/// Refuses a path that leaves `root`, as far as can be known: the board's `/` is this machine's.
pub(crate) fn confine<'a>(path: &'a BoardPath, root: &Path) -> Result<&'a str> {
    let leaves = || {
        Failure::usage(format!("{path} leaves the folder {}", Visible(&root.to_string_lossy()))).next(
            "give a path inside it, without / in front and without ..; on this port / is this machine's",
        )
    };
    if path.0.starts_with('/') {
        return Err(leaves());
    }
    let mut host = root.to_path_buf();
    for part in path.0.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            return Err(leaves());
        }
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
        for none in [":", ":/", ":lib/", ":..", ":lib/.."] {
            assert_eq!(path(none).name(), None, "{none}");
        }
    }
}

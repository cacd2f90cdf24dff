//! `rawpaste.toml`: what a project says once for all commands in its folder.

use std::{
    env, fs,
    fs::File,
    io::Read,
    path::{Component, Path, PathBuf},
};

use ignore::gitignore::GitignoreBuilder;
use serde::Deserialize;

use crate::{
    path::BoardPath,
    port::{Kind, Target},
    report::{Failure, Result, Visible},
};

pub(crate) const NAME: &str = "rawpaste.toml";

/// The longest that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

const KEYS: [&str; 4] = ["port", "tree", "ignore", "after-sync"];

/// What a project file says. Its paths are below its folder, since a project may be another's: what is sent to a board, or written
/// where a board stands for a folder, is not to be anywhere else.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The board, if it is named.
    pub(crate) port: Option<Target>,
    /// What `sync` and `watch` take where they are given nothing: a folder here, in full, and one on the board.
    pub(crate) tree: Option<(PathBuf, BoardPath)>,
    /// What does not go to the board, as in a `.gitignore` in the tree's folder.
    pub(crate) ignore: Vec<String>,
    /// What follows a `sync` or `watch` that sent something.
    pub(crate) after_sync: AfterSync,
}

/// What is done on the board when a tree has been sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum AfterSync {
    /// Nothing.
    #[default]
    Nothing,
    /// A soft reset, which runs its main.py.
    Reset,
    /// A program of this machine, in full, is run as `run` does.
    Run(PathBuf),
}

/// The tree of a `sync` or `watch`.
pub(crate) struct Tree {
    /// The folder here.
    pub(crate) dir: PathBuf,
    /// The folder on the board.
    pub(crate) path: BoardPath,
    /// What stays here, as in a `.gitignore`.
    pub(crate) patterns: Vec<String>,
    /// What follows, if the project says so.
    pub(crate) after: Option<AfterSync>,
}

/// Returns the tree that is given, or the project's.
pub(crate) fn tree(dir: Option<PathBuf>, path: Option<BoardPath>) -> Result<Tree> {
    if let Some(dir) = dir {
        if dir.to_string_lossy().starts_with(':') {
            return Err(Failure::usage("the folder here comes first").next(
                "DIR :PATH; from the board to this machine it is get -r; a folder here whose name begins with : is ./:NAME",
            ));
        }
        let path = path.unwrap_or_else(|| BoardPath::of(""));
        let patterns = patterns(&dir)?;
        return Ok(Tree { dir, path, patterns, after: None });
    }
    let project = Project::here()?;
    let named = project.and_then(|project| Some((project.tree?, project.ignore, project.after_sync)));
    let ((dir, path), patterns, after) = named.ok_or_else(|| {
        Failure::usage("which folder?")
            .next("give DIR :PATH, or name a tree in rawpaste.toml (`rawpaste init`)")
    })?;
    Ok(Tree { dir, path, patterns, after: Some(after) })
}

/// What the project says that stays here of this folder: something if it is the project's tree.
pub(crate) fn patterns(dir: &Path) -> Result<Vec<String>> {
    let project = Project::here()?;
    let same = |tree: &Path| {
        fs::canonicalize(tree).is_ok_and(|tree| fs::canonicalize(dir).is_ok_and(|dir| dir == tree))
    };
    let of_it = project.filter(|project| project.tree.as_ref().is_some_and(|(tree, _)| same(tree)));
    Ok(of_it.map(|project| project.ignore).unwrap_or_default())
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    port: Option<Port>,
    tree: Option<WrittenTree>,
    ignore: Vec<Pattern>,
    after_sync: Option<Action>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Port(Target);

impl TryFrom<String> for Port {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let mut target: Target = text.parse()?;
        match &mut target.kind {
            Kind::Simulated(Some(dir)) | Kind::MicroPython(Some(dir)) => *dir = below(dir)?,
            Kind::Unnamed | Kind::Auto | Kind::Device(_) | Kind::SerialNumber(_) => {}
            Kind::Tcp(_) | Kind::Rfc2217(..) | Kind::Simulated(None) | Kind::MicroPython(None) => {}
        }
        Ok(Self(target))
    }
}

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a tree is \"DIR\", or [\"DIR\", \":DIR\"]: the folder here and the one on the board"
)]
enum Folders {
    Here(String),
    Both([String; 2]),
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Folders")]
struct WrittenTree(PathBuf, BoardPath);

impl TryFrom<Folders> for WrittenTree {
    type Error = String;

    fn try_from(folders: Folders) -> std::result::Result<Self, String> {
        let (here, board) = match folders {
            Folders::Here(here) => (here, ":".into()),
            Folders::Both([here, board]) => (here, board),
        };
        if here.starts_with(':') || !board.starts_with(':') {
            return Err("a tree is a folder here, then one on the board: [\"src\", \":lib\"]".into());
        }
        Ok(Self(below(Path::new(&here))?, BoardPath::of(&board[1..])))
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Pattern(String);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        match GitignoreBuilder::new("").add_line(None, &text) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(format!("{text:?} is no pattern of a .gitignore: {error}")),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Action(AfterSync);

impl TryFrom<String> for Action {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let text = text.trim();
        let (verb, file) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match (verb, file.trim()) {
            ("nothing", "") => Ok(Self(AfterSync::Nothing)),
            ("reset", "") => Ok(Self(AfterSync::Reset)),
            ("run", file) if !file.is_empty() && !file.starts_with(':') => {
                below(Path::new(file)).map(|file| Self(AfterSync::Run(file)))
            }
            _ => Err("after-sync is \"reset\", \"run FILE\" (a file here) or \"nothing\"".into()),
        }
    }
}

/// The path, if it stays below the project's folder.
fn below(path: &Path) -> std::result::Result<PathBuf, String> {
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.as_os_str().is_empty() || !path.components().all(inside) {
        return Err(format!(
            "{:?} is not below the folder of {NAME}: write it as a path from there",
            path.display()
        ));
    }
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let path: PathBuf = parts.collect();
    Ok(if path.as_os_str().is_empty() { ".".into() } else { path })
}

impl Project {
    /// Finds and reads the project file of the current folder: the one there, or in the nearest folder above.
    pub(crate) fn here() -> Result<Option<Self>> {
        // A current folder that is gone has no project.
        let Ok(here) = env::current_dir() else { return Ok(None) };
        here.ancestors().find(|dir| dir.join(NAME).is_file()).map(Self::read_in).transpose()
    }

    fn read_in(dir: &Path) -> Result<Self> {
        let path = dir.join(NAME);
        let mut text = String::new();
        let read = File::open(&path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
        read.map_err(|error| Failure::file("read", &path.to_string_lossy(), &error))?;
        Self::parse(&text, dir).map_err(|(line, why)| {
            let path = path.to_string_lossy();
            let why = why.trim_end().replace('\n', "; ");
            Failure::usage(format!("{}, line {line}: {}", Visible(&path), Visible(&why)))
                .next("correct it, or move it away")
        })
    }

    /// Reads the text; an error has the line and what is wrong there.
    pub(crate) fn parse(text: &str, dir: &Path) -> std::result::Result<Self, (usize, String)> {
        if text.len() as u64 > LONGEST {
            return Err((1, format!("it is longer than {LONGEST} bytes")));
        }
        let written: Written = toml::from_str(text).map_err(|error| explain(text, &error))?;
        let port = written.port.map(|Port(mut target)| {
            if let Kind::Simulated(Some(folder)) | Kind::MicroPython(Some(folder)) = &mut target.kind {
                *folder = dir.join(&folder);
            }
            target
        });
        let after_sync = match written.after_sync {
            Some(Action(AfterSync::Run(file))) => AfterSync::Run(dir.join(file)),
            Some(Action(other)) => other,
            None => AfterSync::default(),
        };
        Ok(Self {
            port: port.filter(|target| target.kind != Kind::Unnamed),
            tree: written.tree.map(|WrittenTree(here, board)| (dir.join(here), board)),
            ignore: written.ignore.into_iter().map(|Pattern(text)| text).collect(),
            after_sync,
        })
    }
}

/// Where an error is, and what it is; a key that is not known is an error with a suggestion.
fn explain(text: &str, error: &toml::de::Error) -> (usize, String) {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
    let table = text.parse().unwrap_or_else(|_| toml::Table::new());
    let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) else {
        return (line, error.message().into());
    };
    let near = KEYS
        .into_iter()
        .map(|key| (strsim::damerau_levenshtein(key, &unknown.to_lowercase().replace('_', "-")), key))
        .min()
        .filter(|(distance, key)| *distance <= key.len() / 2);
    let hint = near.map_or_else(String::new, |(_, key)| format!(" did you mean {key:?}?"));
    (line, format!("there is no key {unknown:?}:{hint} there are {}", KEYS.join(", ")))
}

#[cfg(test)]
mod tests;

//! Scenarios of trees.

use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};
use core::{convert::Infallible, ops::ControlFlow};
use std::sync::{Mutex, PoisonError};

use super::scenarios::{put, story};
use crate::{
    Board, ChangeTree, Content, DigestKind, Error, Hash, ListTree, Needs, Operation, Reply, Script, Stdin,
    TreeChange, TreeDigest, TreeEntry, hash_tree,
    testing::{Scenario, Task, scenario},
};

pub(super) fn trees() -> Vec<Scenario> {
    vec![a_tree(), many_entries(), changes()]
}

/// A tree whose names are such that their order matters, and some trouble.
fn a_tree() -> Scenario {
    let long: Vec<u8> = (0..40_000_u32).map(|at| ((at * at) >> 7) as u8).collect();
    let files =
        [("t/a/z", b"one".to_vec()), ("t/a/\u{e9}'.py", vec![]), ("t/a!b", vec![4; 256]), ("t/a/b/c", long)];
    let mut tasks = vec![change(&["+t", "+t/a", "+t/a/b", "+t/none", "+t/a"], "")];
    tasks.extend(files.iter().map(|(path, bytes)| put(path, bytes.clone(), "done")));
    tasks.push(change(&["+t/a/.rp-0"], ""));
    tasks.push(put("t/a/.rp-0/f", vec![1], "done"));
    let kinds = [DigestKind::Sha256, DigestKind::Crc32, DigestKind::Adler32];
    tasks.extend(kinds.map(|kind| digest("t", kind, &tree_of(kind, &files).1.to_string())));
    tasks.push(digest("none", DigestKind::Sha256, "no such folder"));
    let listed: String = tree_of(DigestKind::Sha256, &files).0.iter().map(tell).collect();
    tasks.push(list_tree("t", &listed));
    tasks.push(list_tree("none", "OSError 2"));
    tasks.push(change(
        &["-t/a", "-t/none", "-t/none", "+t/a!b", "+no/such"],
        "t/a OSError 39\nt/a!b OSError 17\nno/such OSError 2\n",
    ));
    tasks.push(change(&["-t/a/.rp-0/f", "-t/a/.rp-0"], ""));
    story("a_tree", vec![], tasks)
}

/// More entries than one script lists, and more than one script makes.
fn many_entries() -> Scenario {
    let mut paths = vec![String::from("m")];
    for at in 0..30 {
        paths.push(format!("m/{at:02}"));
        paths.extend((0..4).map(|inner| format!("m/{at:02}/with a name of some length {inner}")));
    }
    let signed: Vec<_> = paths.iter().map(|path| format!("+{path}")).collect();
    let made = change(&signed.iter().map(String::as_str).collect::<Vec<_>>(), "");
    let mut entries: Vec<_> = paths[1..].iter().map(|path| folder(&path[2..])).collect();
    let Ok(_) = hash_tree::<Infallible>(DigestKind::Sha256, &mut entries, |_, _| Ok(()));
    let listed: String = entries.iter().map(tell).collect();
    story("many_entries", vec![], vec![made, list_tree("m", &listed), list_tree("m/", &listed)])
}

/// Folders and files are made and removed in the order that is given.
fn changes() -> Scenario {
    let tasks = vec![
        change(&["+d", "+d/e"], ""),
        put("d/f", vec![1], "done"),
        change(&["-d/f", "-d/e", "-d", "+d"], ""),
        list_tree("d", ""),
        change(&[], ""),
    ];
    story("changes_of_a_tree", vec![], tasks)
}

fn folder(path: &str) -> TreeEntry {
    TreeEntry { path: path.into(), content: Content::Folder }
}

/// The tree that [`a_tree`] makes, as the host sees it.
fn tree_of(kind: DigestKind, files: &[(&'static str, Vec<u8>)]) -> (Vec<TreeEntry>, Hash) {
    let left = TreeEntry { path: "a/.rp-0".into(), content: Content::Kept { size: 0 } };
    let mut entries = vec![folder("a"), folder("a/b"), folder("none"), left];
    entries.extend(files.iter().map(|(path, bytes)| TreeEntry {
        path: path[2..].into(),
        content: Content::File { size: bytes.len() as u64, hash: None },
    }));
    let read = |path: &str, take: &mut dyn FnMut(&[u8])| {
        files
            .iter()
            .filter(|file| file.0[2..] == *path)
            .for_each(|file| file.1.chunks(300).for_each(&mut *take));
        Ok::<_, Infallible>(())
    };
    let Ok(hash) = hash_tree(kind, &mut entries, read);
    (entries, hash)
}

fn tell(entry: &TreeEntry) -> String {
    format!("{} {:?}\n", entry.path, entry.content)
}

fn digest(path: &'static str, kind: DigestKind, outcome: &str) -> Task {
    let tell = |(_, hash): (DigestKind, Option<Hash>)| match hash {
        Some(hash) => hash.to_string(),
        None => "no such folder".into(),
    };
    Task::new(move || Ok(TreeDigest::new(path)?.kind(kind)), tell, outcome)
}

fn change(signed: &[&str], outcome: &str) -> Task {
    let changes: Vec<_> = signed
        .iter()
        .map(|signed| match signed.split_at(1) {
            ("+", path) => TreeChange::Make(path.into()),
            (_, path) => TreeChange::Remove(path.into()),
        })
        .collect();
    let tell = |failed: Vec<(TreeChange, Error)>| {
        let line = |(change, error): (TreeChange, Error)| {
            let (TreeChange::Make(path) | TreeChange::Remove(path)) = change;
            format!("{path} {}\n", scenario::outcome(Err(error)))
        };
        failed.into_iter().map(line).collect()
    };
    Task::new(move || ChangeTree::new(changes.clone()), tell, outcome)
}

fn list_tree(path: &'static str, outcome: &str) -> Task {
    let make = move || {
        let text = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&text);
        let each: Each = Box::new(move |entry| {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push_str(&tell(&entry));
            Ok(())
        });
        Ok(Listing { list: ListTree::new(path, each)?, text })
    };
    Task::new(make, |listed| listed, outcome)
}

type Each = Box<dyn FnMut(TreeEntry) -> Result<(), Error> + Send>;

/// A listing that results in its text.
struct Listing {
    list: ListTree<Each>,
    text: Arc<Mutex<String>>,
}

impl Operation for Listing {
    type Output = String;

    fn needs(&self) -> Needs {
        self.list.needs()
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.list.script(board, script)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        self.list.output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<String>, Error> {
        Ok(match self.list.reply(reply)? {
            ControlFlow::Break(()) => {
                let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
                ControlFlow::Break(core::mem::take(&mut *text))
            }
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
        })
    }
}

//! Trees there and back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Instant;

use rawpaste_board::trial::Trial;
#[cfg(unix)]
use rawpaste_board::trial::when_possible;

use super::{Bench, trial};
#[cfg(unix)]
use crate::command::{at, code, errors, run};
use crate::command::{command, done, noise};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("a_tree_there_and_back", there_and_back),
        trial("a_tree_killed_at_any_moment", killed_at_any_moment),
        #[cfg(unix)]
        when_possible(Trial::test("a_tree_with_links_on_the_board_writes_nothing_outside", || {
            links_on_the_board();
            Ok(())
        })),
    ]
}

type Tree = BTreeMap<String, Option<Vec<u8>>>;

/// What is in a folder, nothing for a folder.
fn tree(root: &Path) -> Tree {
    let (mut found, mut folders) = (Tree::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                folders.push(format!("{path}/"));
                found.insert(path, None);
            } else {
                found.insert(path, Some(fs::read(entry.path()).unwrap()));
            }
        }
    }
    found
}

fn write(root: &Path, tree: &Tree) {
    for (path, content) in tree {
        match content {
            None => fs::create_dir_all(root.join(path)).unwrap(),
            Some(bytes) => fs::write(root.join(path), bytes).unwrap(),
        }
    }
}

/// Names whose order matters, more entries than one script lists, contents of all kinds.
fn a_tree() -> Tree {
    let mut tree = Tree::from([
        ("a".into(), None),
        ("a/z.py".into(), Some(b"z".to_vec())),
        ("a!b".into(), Some(noise(3_000, 1))),
        ("a/\u{fc}n\u{ef} '".into(), Some(vec![])),
        ("empty folder".into(), None),
        (".hidden".into(), Some(vec![4, 3, 0])),
        ("many".into(), None),
    ]);
    tree.extend((0..70).map(|at| (format!("many/{at}"), None)));
    tree.extend((0..10).map(|at| (format!("many/7/{at}.py"), Some(noise(at * 200, 2)))));
    tree
}

fn there_and_back(bench: &Bench) {
    let (src, back) = (bench.here("src"), bench.here("back"));
    fs::create_dir(&src).unwrap();
    let mut expected = a_tree();
    write(&src, &expected);
    let sync = |more: &[&str]| {
        let arguments = [&["sync", src.to_str().unwrap(), ":t"], more].concat();
        String::from_utf8(done(bench.name(), arguments)).unwrap()
    };
    assert!(sync(&[]).ends_with(": 14 put, 74 made\n"));
    assert!(tree(&bench.on_board("t")) == expected);
    assert!(sync(&[]).ends_with(": 14 files, all the same\n"));
    fs::write(bench.on_board("t/many/3/extra"), "extra").unwrap();
    fs::write(bench.on_board("t/a/.rp-11111111"), "half").unwrap();
    fs::write(src.join("a/z.py"), "Z").unwrap();
    expected.insert("a/z.py".into(), Some(b"Z".to_vec()));
    assert!(sync(&["--delete", "--dry-run"]).contains("would put :t/a/z.py (1 bytes, changed)\n"));
    assert!(sync(&["--delete"]).ends_with(": 1 put, 13 the same, 1 removed, 1 left there\n"));
    assert_eq!(done(bench.name(), ["leftovers"]), b"4 :t/a/.rp-11111111\n");
    done(bench.name(), ["rm", ":t/a/.rp-11111111"]);
    assert!(tree(&bench.on_board("t")) == expected);
    done(bench.name(), ["get", "-r", ":t", back.to_str().unwrap()]);
    assert!(tree(&back) == expected);
    let again = done(bench.name(), ["get", "-r", ":t", back.to_str().unwrap()]);
    assert!(String::from_utf8(again).unwrap().ends_with(": 14 files, 0 got, 14 the same\n"));
}

/// Every file on the board is whole at any time, and the next run goes on.
fn killed_at_any_moment(bench: &Bench) {
    let src = bench.here("src");
    fs::create_dir(&src).unwrap();
    let mut expected = Tree::from([("lib".into(), None)]);
    expected.extend((0..12).map(|at| (format!("lib/{at}.py"), Some(noise(3_000, at)))));
    write(&src, &expected);
    let arguments = ["sync", "--delete", src.to_str().unwrap(), ":"];
    let began = Instant::now();
    done(bench.name(), arguments);
    let whole = began.elapsed();
    for part in 0..16 {
        fs::remove_dir_all(bench.on_board("lib")).unwrap();
        let mut sync = command(bench.name(), arguments).spawn().unwrap();
        thread::sleep(whole * part / 14);
        sync.kill().unwrap();
        sync.wait().unwrap();
        for (path, content) in tree(&bench.on_board("")) {
            assert!(path.contains(".rp-") || expected.get(&path) == Some(&content), "{path} is not whole");
        }
        done(bench.name(), arguments);
        assert!(tree(&bench.on_board("")) == expected, "after {part} parts of 14");
    }
}

#[cfg(unix)]
fn links_on_the_board() {
    let (dir, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (src, outside) = (here.path().join("src"), here.path().join("outside"));
    write(
        &src,
        &Tree::from([(String::new(), None), ("lib".into(), None), ("lib/a.py".into(), Some(vec![1]))]),
    );
    write(
        &outside,
        &Tree::from([(String::new(), None), ("a.py".into(), Some(vec![2])), ("b.py".into(), Some(vec![3]))]),
    );
    let before = tree(&outside);
    std::os::unix::fs::symlink(&outside, dir.path().join("lib")).unwrap();
    let port = at("micropython", dir.path());
    for more in [&[][..], &["--delete"]] {
        let arguments = [&["sync", src.to_str().unwrap(), ":"], more].concat();
        let output = run(&port, arguments);
        assert_ne!(code(&output), 0);
        assert!(errors(&output).contains("leaves the folder"), "{}", errors(&output));
        assert_eq!(tree(&outside), before);
    }
    // What is there and cannot be found does not make the folder one that is not there.
    fs::remove_file(dir.path().join("lib")).unwrap();
    fs::create_dir(dir.path().join("t")).unwrap();
    std::os::unix::fs::symlink("nowhere", dir.path().join("t/dangling")).unwrap();
    let output = run(&port, ["sync", src.to_str().unwrap(), ":t"]);
    assert_eq!(code(&output), 3, "{}", errors(&output));
    assert!(errors(&output).contains("cannot list :t"), "{}", errors(&output));
    assert_eq!(fs::read_dir(dir.path().join("t")).unwrap().count(), 1);
}

//! Trees on the simulated board.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use command::{at, code, command, done, errors, noise};
use tempfile::TempDir;

/// A folder here, and a simulated board's.
struct Bench {
    here: TempDir,
    board: TempDir,
}

impl Bench {
    fn new(files: &[(&str, &str)]) -> Self {
        let bench = Self { here: tempfile::tempdir().unwrap(), board: tempfile::tempdir().unwrap() };
        fs::create_dir(bench.here.path().join("src")).unwrap();
        bench.write(files);
        bench
    }

    /// Writes files into `src`; a name that ends with / is a folder.
    fn write(&self, files: &[(&str, &str)]) {
        write(&self.here.path().join("src"), files);
    }

    /// Writes files to the board.
    fn write_on_board(&self, files: &[(&str, &str)]) {
        write(self.board.path(), files);
    }

    fn run(&self, arguments: &[&str]) -> Output {
        command(at("sim", self.board.path()), arguments).current_dir(self.here.path()).output().unwrap()
    }

    /// Runs it, which must succeed; answers its standard output.
    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it, which must be in vain; answers its standard error.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        let before = tree(self.board.path());
        let output = self.run(arguments);
        assert_eq!(code(&output), 3, "{}", errors(&output));
        assert_eq!(tree(self.board.path()), before, "something was done");
        errors(&output)
    }

    fn here(&self) -> BTreeMap<String, String> {
        tree(&self.here.path().join("src"))
    }

    fn on_board(&self) -> BTreeMap<String, String> {
        tree(self.board.path())
    }
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let full = root.join(path);
        if path.ends_with('/') {
            fs::create_dir_all(full).unwrap();
        } else {
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, content).unwrap();
        }
    }
}

/// What is in a folder: contents by paths, those of folders end with /.
fn tree(root: &Path) -> BTreeMap<String, String> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                folders.push(format!("{path}/"));
                found.insert(format!("{path}/"), String::new());
            } else {
                let content = fs::read(entry.path()).unwrap_or_default();
                found.insert(path, String::from_utf8_lossy(&content).into_owned());
            }
        }
    }
    found
}

/// A path as this system writes it.
fn here(path: &str) -> String {
    path.replace('/', std::path::MAIN_SEPARATOR_STR)
}

#[test]
fn a_tree_goes_and_then_only_what_changed() {
    let bench = Bench::new(&[("main.py", "main"), ("lib/a.py", "a"), ("lib/deep/b.py", "b"), ("empty/", "")]);
    let said = bench.done(&["sync", "src", ":"]);
    assert_eq!(bench.on_board(), bench.here());
    assert!(
        said.contains("made :lib/deep\n")
            && said.contains(&format!("put {} (4 bytes) on ", here("src/main.py"))),
        "{said}"
    );
    assert!(said.ends_with(": 3 put, 3 made\n"), "{said}");
    let said = bench.done(&["sync", "src", ":"]);
    assert!(said.starts_with("src and : on ") && said.ends_with(": 3 files, all the same\n"), "{said}");
    // One changes without changing its size, one goes, one comes.
    bench.write(&[("lib/a.py", "A"), ("lib/new.py", "new")]);
    fs::remove_file(bench.here.path().join("src/main.py")).unwrap();
    bench.write_on_board(&[("data/log.txt", "log")]);
    let said = bench.done(&["sync", "src", ":"]);
    assert!(said.ends_with(": 2 put, 1 the same, 2 left there\n"), "{said}");
    let on_board = bench.on_board();
    assert!(
        on_board["lib/a.py"] == "A" && on_board["main.py"] == "main" && on_board["data/log.txt"] == "log"
    );
    let planned = bench.done(&["sync", "src", ":", "--delete", "--dry-run"]);
    assert_eq!(bench.on_board(), on_board);
    let removes = ["would remove :main.py\n", "would remove :data/log.txt\n", "would remove :data\n"];
    assert!(planned.starts_with(&removes.concat()), "{planned}");
    assert!(planned.ends_with(": nothing was done; it would be 3 the same, 3 removed\n"), "{planned}");
    assert_eq!(planned.lines().count(), 4);
    let said = bench.done(&["sync", "src", ":", "--delete"]);
    for line in removes {
        assert!(said.contains(&line.replace("would remove", "removed")), "{said}");
    }
    assert_eq!(bench.on_board(), bench.here());
}

#[test]
fn a_folder_that_is_not_there_is_made() {
    let bench = Bench::new(&[("a.py", "a")]);
    assert!(bench.done(&["sync", "src", ":x/y"]).contains("made :x\nmade :x/y\n"));
    assert_eq!(bench.on_board()["x/y/a.py"], "a");
    assert!(bench.done(&["sync", "src", ":x/y/"]).ends_with(": 1 file, all the same\n"));
    bench.done(&["put", "-r", "src"]);
    bench.done(&["put", "-r", "src", ":x/"]);
    bench.done(&["put", "-r", "src", ":z"]);
    let on_board = bench.on_board();
    for path in ["src/a.py", "x/src/a.py", "z/a.py"] {
        assert_eq!(on_board[path], "a", "{path}");
    }
    assert_eq!(code(&bench.run(&["put", "-r", "src", "src"])), 2);
    assert_eq!(code(&bench.run(&["sync", ":", "src"])), 2);
    assert_eq!(code(&bench.run(&["sync", "none", ":"])), 3);
    assert_eq!(code(&bench.run(&["sync", "src/a.py", ":"])), 3);
}

#[test]
fn what_git_ignores_stays_on_both_sides() {
    let rules = "*.log\nsecrets.py\nbuild/\n!keep.log\n";
    let bench = Bench::new(&[
        (".gitignore", rules),
        ("main.py", "main"),
        ("a.log", "log"),
        ("keep.log", "kept"),
        ("build/x", "x"),
        (".git/config", "git"),
        ("lib/.git", "a file"),
        ("lib/.gitignore", "generated.py\n"),
        ("lib/generated.py", "generated"),
    ]);
    bench.write_on_board(&[
        ("secrets.py", "password"),
        ("lib/x.log", "log"),
        ("old/a.log", "log"),
        ("old/b", "b"),
    ]);
    let said = bench.done(&["sync", "src", ":", "--delete"]);
    assert!(said.contains("removed :old/b\n") && said.ends_with(", 3 left there\n"), "{said}");
    let expected = [
        ".gitignore",
        "keep.log",
        "lib/",
        "lib/.gitignore",
        "lib/x.log",
        "main.py",
        "old/",
        "old/a.log",
        "secrets.py",
    ];
    assert_eq!(bench.on_board().into_keys().collect::<Vec<_>>(), expected);
    bench.done(&["sync", "src", ":", "--delete", "--no-ignore"]);
    let mut here = bench.here();
    here.retain(|path, _| !path.contains(".git/") && path != "lib/.git");
    assert_eq!(bench.on_board(), here);
}

#[cfg(unix)]
#[test]
fn links_are_left_out_and_said_so() {
    let bench = Bench::new(&[("a.py", "a"), ("lib/b.py", "b")]);
    std::os::unix::fs::symlink("a.py", bench.here.path().join("src/link.py")).unwrap();
    std::os::unix::fs::symlink("..", bench.here.path().join("src/lib/up")).unwrap();
    let output = bench.run(&["sync", "src", ":"]);
    assert_eq!(code(&output), 0);
    for line in ["left out: link.py is a symbolic link", "left out: lib/up is a symbolic link"] {
        assert!(errors(&output).contains(line), "{}", errors(&output));
    }
    assert_eq!(bench.on_board().into_keys().collect::<Vec<_>>(), ["a.py", "lib/", "lib/b.py"]);
}

#[cfg(unix)]
#[test]
fn names_are_checked_before_anything_is_sent() {
    let bench = Bench::new(&[
        ("fine.py", "x"),
        ("what?.py", "x"),
        ("Lib/a.py", "x"),
        ("lib/b.py", "x"),
        ("dot.", "x"),
    ]);
    let said = bench.refused(&["sync", "src", ":"]);
    for part in [
        "what?.py has a character",
        "dot. ends with a dot",
        "lib differs only in case from \"Lib\"",
        "next: ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("fine.py"), "{said}");
    fs::remove_file(bench.here.path().join("src/what?.py")).unwrap();
    fs::remove_file(bench.here.path().join("src/dot.")).unwrap();
    fs::remove_dir_all(bench.here.path().join("src/Lib")).unwrap();
    bench.write_on_board(&[("LIB/b.py", "x")]);
    let said = bench.refused(&["sync", "src", ":"]);
    assert!(said.contains("lib differs only in case from \"LIB\""), "{said}");
    bench.done(&["sync", "src", ":", "--delete"]);
    assert_eq!(bench.on_board(), bench.here());
}

#[test]
fn what_is_in_the_way() {
    let bench = Bench::new(&[("a/x.py", "x"), ("b", "b"), ("c.py", "c")]);
    bench.write_on_board(&[("a", "a file"), ("b/inside/y", "y")]);
    let said = bench.refused(&["sync", "src", ":"]);
    assert!(said.contains("a is a folder, and a file where it is to go"), "{said}");
    assert!(
        said.contains("b is a file, and a folder where it is to go") && said.contains("--delete"),
        "{said}"
    );
    bench.done(&["sync", "src", ":", "--delete"]);
    assert_eq!(bench.on_board(), bench.here());
}

#[test]
fn what_cut_off_puts_left() {
    let bench = Bench::new(&[("lib/a.py", "a")]);
    bench.write_on_board(&[
        ("lib/.rp-00000000", "half"),
        (".rp-12345678", "some"),
        ("old/.rp-0", "x"),
        ("old/b", "b"),
    ]);
    bench.done(&["sync", "src", ":", "--delete"]);
    assert_eq!(bench.done(&["leftovers"]), "4 :.rp-12345678\n4 :lib/.rp-00000000\n1 :old/.rp-0\n");
    assert_eq!(bench.done(&["leftovers", ":lib"]), "4 :lib/.rp-00000000\n");
    bench.done(&["rm", ":.rp-12345678", ":lib/.rp-00000000", ":old/.rp-0", ":old"]);
    assert_eq!(bench.done(&["leftovers"]), "");
    assert_eq!(bench.on_board(), bench.here());
    assert_eq!(code(&bench.run(&["leftovers", ":none"])), 3);
}

/// The temporary name of `b.py` is a folder here, so that this one cannot be put.
#[test]
fn a_failure_in_one_leaves_the_others_done() {
    let bench = Bench::new(&[("a.py", "a"), ("b.py", "b"), ("c.py", "c")]);
    fs::write(bench.here.path().join("src/b.py"), noise(5_000, 1)).unwrap();
    bench.write_on_board(&[(".rp-845e3b10/", "")]);
    let output = bench.run(&["sync", "src", ":"]);
    assert_eq!(code(&output), 3);
    let said = errors(&output);
    assert!(
        said.contains(&format!("cannot put {}", here("src/b.py")))
            && said.contains("1 of 3 changes were not made"),
        "{said}"
    );
    assert!(!said.contains(&here("src/a.py")) && said.contains("run the same command again"), "{said}");
    let on_board = bench.on_board();
    assert!(on_board["a.py"] == "a" && on_board["c.py"] == "c" && !on_board.contains_key("b.py"));
    // The put took its temporary file away, and to littlefs an empty folder is one.
    let said = bench.done(&["sync", "src", ":"]);
    assert!(said.ends_with(": 1 put, 2 the same\n"), "{said}");
    let output = bench.run(&["put", "src/a.py", "none.py", ":"]);
    assert_eq!(code(&output), 3, "{}", errors(&output));
}

#[test]
fn a_tree_comes_and_then_only_what_changed() {
    let bench = Bench::new(&[]);
    let bytes = noise(5_000, 3);
    bench.write_on_board(&[("d/a.py", "a"), ("d/deep/b.py", "b"), ("d/empty/", ""), ("d/.rp-1", "half")]);
    fs::write(bench.board.path().join("d/noise"), &bytes).unwrap();
    let said = bench.done(&["get", "-r", ":d"]);
    assert!(said.ends_with(":d and d: 3 files, 3 got, 0 the same\n"), "{said}");
    let mut expected = tree(&bench.board.path().join("d"));
    expected.remove(".rp-1");
    let here = bench.here.path().join("d");
    assert_eq!(tree(&here), expected);
    assert!(fs::read(here.join("noise")).unwrap() == bytes);
    write(&here, &[("a.py", "A"), ("mine", "stays")]);
    let said = bench.done(&["get", "-r", ":d/", "d"]);
    assert!(
        said.ends_with(":d/ and d: 3 files, 1 got, 2 the same\n") && said.contains("got :d/a.py (1 bytes)")
    );
    assert_eq!(tree(&here)["a.py"], "a");
    bench.done(&["get", "-r", ":d", "into/"]);
    assert_eq!(tree(&bench.here.path().join("into/d")), expected);
    assert_eq!(code(&bench.run(&["get", "-r", ":"])), 2);
    assert_eq!(code(&bench.run(&["get", "-r", ":d", "-"])), 2);
    assert_eq!(code(&bench.run(&["get", "-r", ":none"])), 3);
    assert!(!bench.here.path().join("none").exists());
    // A folder in the way, and a file.
    fs::remove_file(here.join("a.py")).unwrap();
    fs::remove_dir_all(here.join("deep")).unwrap();
    write(&here, &[("a.py/", ""), ("deep", "a file")]);
    let said = errors(&bench.run(&["get", "-r", ":d"]));
    assert!(said.contains("a.py is a file, and a folder where it is to go"), "{said}");
    assert!(said.contains("deep is a folder, and a file where it is to go"), "{said}");
}

#[cfg(unix)]
#[test]
fn nothing_is_got_through_a_link() {
    let bench = Bench::new(&[]);
    bench.write_on_board(&[("d/lib/a.py", "new"), ("d/b.py", "new")]);
    write(bench.here.path(), &[("outside/a.py", "old"), ("outside/b.py", "old"), ("d/", "")]);
    std::os::unix::fs::symlink("../outside", bench.here.path().join("d/lib")).unwrap();
    std::os::unix::fs::symlink("../outside/b.py", bench.here.path().join("d/b.py")).unwrap();
    let output = bench.run(&["get", "-r", ":d"]);
    assert_eq!(code(&output), 3);
    assert!(errors(&output).contains("lib is a link") && errors(&output).contains("b.py is a link"));
    assert!(tree(&bench.here.path().join("outside")).values().all(|content| content == "old"));
}

#[test]
fn a_temporary_board_says_that_it_is_gone() {
    let bench = Bench::new(&[("a.py", "a")]);
    let src = bench.here.path().join("src");
    assert!(
        String::from_utf8(done("sim:", ["sync", src.to_str().unwrap(), ":"])).unwrap().ends_with(": 1 put\n")
    );
}

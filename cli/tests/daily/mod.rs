//! What people do with files each day, on a board of any kind.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{code, command, done, errors, run};

fn text(port: &str, arguments: &[&str]) -> String {
    String::from_utf8(done(port, arguments)).unwrap()
}

fn json(port: &str, arguments: &[&str]) -> Value {
    serde_json::from_slice(&done(port, arguments)).unwrap()
}

#[track_caller]
fn fails(port: &str, arguments: &[&str], exit: i32, says: &str) {
    let output = run(port, arguments);
    let said = errors(&output);
    assert!(code(&output) == exit && said.contains(says) && said.contains("next: "), "{arguments:?}: {said}");
}

/// Does it all; `board` is the folder that the board's files are in.
pub(crate) fn files(port: &str, board: &Path) {
    folders(port, board);
    copies(port, board);
    listings(port);
    moves(port, board);
    changes(port, board);
}

fn folders(port: &str, board: &Path) {
    done(port, ["mkdir", ":one"]);
    done(port, ["mkdir", "-p", ":one", ":two/deep/er"]);
    assert!(board.join("two/deep/er").is_dir());
    fails(port, &["mkdir", ":one"], 3, "there is one of this name");
    fails(port, &["mkdir", ":three/four"], 3, "no such");
    done(port, ["touch", ":two/a", ":b"]);
    fs::write(board.join("b"), "kept").unwrap();
    done(port, ["touch", ":b", ":one"]);
    assert_eq!(fs::read(board.join("b")).unwrap(), b"kept");
    assert_eq!(fs::read(board.join("two/a")).unwrap(), b"");
}

fn copies(port: &str, board: &Path) {
    let here = tempfile::tempdir().unwrap();
    let name = |name: &str| here.path().join(name).to_str().unwrap().to_owned();
    fs::write(name("x.py"), "x = 1\n").unwrap();
    fs::create_dir(name("dir")).unwrap();
    fs::write(name("dir/y.py"), "y = 1\n").unwrap();
    // To the board,
    done(port, ["cp", &name("x.py"), ":"]);
    done(port, ["cp", "-r", &name("dir"), &name("x.py"), ":one"]);
    done(port, ["cp", "-r", &name("dir"), ":other"]);
    assert_eq!(fs::read(board.join("one/dir/y.py")).unwrap(), b"y = 1\n");
    assert_eq!(fs::read(board.join("one/x.py")).unwrap(), b"x = 1\n");
    assert_eq!(fs::read(board.join("other/y.py")).unwrap(), b"y = 1\n");
    // there,
    done(port, ["cp", ":x.py", ":two"]);
    done(port, ["cp", ":x.py", ":z.py"]);
    done(port, ["cp", "-r", ":one", ":three"]);
    assert_eq!(fs::read(board.join("two/x.py")).unwrap(), b"x = 1\n");
    assert_eq!(fs::read(board.join("three/dir/y.py")).unwrap(), b"y = 1\n");
    // and back.
    done(port, ["cp", ":z.py", &name("back.py")]);
    done(port, ["cp", "-r", ":three", here.path().to_str().unwrap()]);
    assert_eq!(fs::read(name("back.py")).unwrap(), b"x = 1\n");
    assert_eq!(fs::read(name("three/dir/y.py")).unwrap(), b"y = 1\n");
    fails(port, &["cp", ":one", ":four"], 3, "cp -r");
    fails(port, &["cp", "-r", ":one", ":one/in"], 2, "in itself");
    fails(port, &["cp", ":x.py", ":x.py"], 2, "the same");
    fails(port, &["cp", ":x.py", ":b", ":z.py"], 2, "it is a file");
    fails(port, &["cp", "x.py", "y.py"], 2, "begins with :");
    fails(port, &["cp", ":x.py", "y.py", ":one"], 2, "some of these");
}

fn listings(port: &str) {
    assert_eq!(text(port, &["ls", ":three"]), "0 dir/\n6 x.py\n");
    assert_eq!(text(port, &["ls", "-r", ":three"]), "0 dir/\n6 dir/y.py\n6 x.py\n");
    assert_eq!(text(port, &["tree", ":three"]), ":three\n├── dir\n│   └── y.py\n└── x.py\n");
    assert!(text(port, &["ls", "-l", ":three"]).ends_with("x.py\n"));
    let listed = json(port, &["ls", "-r", "--json", ":three"]);
    let file = serde_json::json!({ "path": "dir/y.py", "kind": "file", "size": 6 });
    assert!(listed.as_array().unwrap().len() == 3 && listed[1] == file, "{listed}");
    assert_eq!(json(port, &["tree", "--json", ":three"]), listed);
    let digest = "a5ce66e91ef08d6a4872b4fd44e84a4bcaeb14ecf06f5e0fb1d43a8ae2a8dcbb";
    let hashed = text(port, &["hash", ":x.py"]);
    assert!(hashed.len() == digest.len() + "  :x.py\n".len(), "{hashed}");
    let hash = json(port, &["hash", "--json", ":x.py", ":b"]);
    assert_eq!(hash[0]["digest"].as_str().unwrap(), &hashed[..64]);
    assert!(hash[1]["kind"] == "sha256" && hash[1]["size"] == 4, "{hash}");
    let mounts = json(port, &["df", "--json"]);
    assert!(mounts[0]["free"].as_u64().unwrap() <= mounts[0]["total"].as_u64().unwrap(), "{mounts}");
    assert!(text(port, &["df"]).contains(mounts[0]["kind"].as_str().unwrap()));
    assert!(json(port, &["info", "--json"])["firmware"].as_str().unwrap().contains("micropython"));
}

fn moves(port: &str, board: &Path) {
    done(port, ["mv", ":x.py", ":y.py"]);
    done(port, ["mv", ":y.py", ":z.py", ":three/dir"]);
    assert!(board.join("three/dir/z.py").exists() && !board.join("z.py").exists());
    done(port, ["mv", ":three", ":four"]);
    assert!(board.join("four/dir/z.py").exists());
    fails(port, &["mv", ":four", ":b"], 3, "a file stands there");
    fails(port, &["mv", ":none", ":b"], 3, "no such");
    fails(port, &["mv", ":b", ":two", ":b"], 2, "it is a file");
    // A file that is named is replaced.
    fs::write(board.join("four/b"), "old").unwrap();
    done(port, ["mv", ":b", ":four/"]);
    assert_eq!(fs::read(board.join("four/b")).unwrap(), b"kept");
    fails(port, &["rm", ":four"], 3, "cannot remove");
    fails(port, &["rm", "-r", ":"], 2, "names nothing");
    fails(port, &["rm", "-r", ":none"], 3, "no such");
    done(port, ["rm", "-f", ":none"]);
    done(port, ["rm", "-rf", ":one", ":two", ":four/", ":other", ":none"]);
    assert_eq!(fs::read_dir(board).unwrap().count(), 0);
}

fn changes(port: &str, board: &Path) {
    let edit = |editor: &str| {
        let output =
            command(port, ["edit", ":note"]).env("EDITOR", editor).env_remove("VISUAL").output().unwrap();
        (code(&output), errors(&output))
    };
    let append = if cfg!(windows) { "echo one>>" } else { "printf 'one\\n' >>" };
    assert_eq!(edit(append).0, 0);
    assert_eq!(edit(append).0, 0);
    let lines = fs::read_to_string(board.join("note")).unwrap();
    assert_eq!(lines.lines().collect::<Vec<_>>(), ["one", "one"]);
    let (exit, said) = edit("exit 7; ");
    assert!(exit == 3 && said.contains("ended with an error"), "{said}");
    let (exit, said) = edit(if cfg!(windows) { "rem " } else { "true " });
    assert!(exit == 0 && said.contains("not changed"), "{said}");
    assert_eq!(fs::read_to_string(board.join("note")).unwrap(), lines);
    if cfg!(unix) {
        // What was saved before the editor failed is kept.
        let (exit, said) = edit("f() { echo two >> \"$1\"; return 7; }; f ");
        let kept =
            said.lines().find_map(|line| line.split_once("is kept in ")).map(|(_, kept)| kept).unwrap();
        assert_eq!((exit, fs::read_to_string(kept).unwrap()), (3, format!("{lines}two\n")));
        fs::remove_dir_all(Path::new(kept).parent().unwrap()).unwrap();
    }
    let new =
        command(port, ["edit", ":new"]).env("EDITOR", if cfg!(windows) { "rem " } else { "true " }).output();
    let new = new.unwrap();
    assert!(code(&new) == 0 && errors(&new).contains("nothing was saved"), "{}", errors(&new));
    assert!(!board.join("new").exists());
}

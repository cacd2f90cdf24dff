//! What a get finds beside its target, and what it leaves there.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;

use std::fs;
use std::path::{Path, PathBuf};

use command::{at, code, done, errors, noise, run};
use rawpaste::{DigestKind, Hash};
use tempfile::TempDir;

/// A board's folder with `f`, a folder here, and the name under which `back` arrives there.
fn folders(content: &[u8]) -> (TempDir, TempDir, PathBuf) {
    let (board, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(board.path().join("f"), content).unwrap();
    let arriving = here.path().join(format!(".rawpaste-{}", Hash::of(DigestKind::Crc32, b"back")));
    (board, here, arriving)
}

fn get(board: &Path, here: &Path) {
    done(at("sim", board), ["get", ":f", here.join("back").to_str().unwrap()]);
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_was_kept_becomes_the_file() {
    let content = noise(20_000, 1);
    let other = noise(20_000, 2);
    for kept in [&content[..0], &content[..9000], &content, &other] {
        let (board, here, arriving) = folders(&content);
        fs::write(&arriving, kept).unwrap();
        get(board.path(), here.path());
        assert!(fs::read(here.path().join("back")).unwrap() == content);
        assert_eq!(names(here.path()), ["back"]);
    }
}

#[test]
fn a_refusal_leaves_nothing() {
    let (board, here, arriving) = folders(b"x");
    fs::write(arriving, "kept").unwrap();
    let back = here.path().join("back");
    let output = run(at("sim", board.path()), ["get", ":none", back.to_str().unwrap()]);
    assert_eq!(code(&output), 3, "{}", errors(&output));
    assert_eq!(names(here.path()), [""; 0]);
}

#[cfg(unix)]
mod safely {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use rustix::fs::{FlockOperation, flock};

    use super::*;

    #[test]
    fn a_link_is_not_followed() {
        let content = noise(5000, 1);
        let (board, here, arriving) = folders(&content);
        let outside = tempfile::tempdir().unwrap();
        for name in ["there", "not there"] {
            let aim = outside.path().join(name);
            fs::write(outside.path().join("there"), "old").unwrap();
            symlink(&aim, &arriving).unwrap();
            get(board.path(), here.path());
            assert!(fs::read(here.path().join("back")).unwrap() == content);
            assert_eq!(fs::read(outside.path().join("there")).unwrap(), b"old");
            assert_eq!(names(outside.path()), ["there"]);
            fs::remove_file(&arriving).unwrap();
        }
        // Nor is a file known by another name, and a folder is in nobody's way.
        fs::hard_link(outside.path().join("there"), &arriving).unwrap();
        get(board.path(), here.path());
        assert_eq!(fs::read(outside.path().join("there")).unwrap(), b"old");
        fs::remove_file(&arriving).unwrap();
        fs::create_dir(&arriving).unwrap();
        get(board.path(), here.path());
        fs::remove_dir(&arriving).unwrap();
        assert_eq!(names(here.path()), ["back"]);
    }

    #[test]
    fn another_get_at_work_is_left_alone() {
        let content = noise(5000, 1);
        let (board, here, arriving) = folders(&content);
        fs::write(&arriving, "another's").unwrap();
        let another = fs::File::open(&arriving).unwrap();
        flock(&another, FlockOperation::LockExclusive).unwrap();
        get(board.path(), here.path());
        assert!(fs::read(here.path().join("back")).unwrap() == content);
        assert_eq!(fs::read(&arriving).unwrap(), b"another's");
        assert_eq!(names(here.path()).len(), 2);
    }

    #[test]
    fn nobody_else_may_read_what_nobody_else_could() {
        let (board, here, arriving) = folders(b"secret");
        let back = here.path().join("back");
        let mode = |name: &Path| name.metadata().unwrap().permissions().mode() & 0o777;
        fs::write(&arriving, "sec").unwrap();
        fs::set_permissions(&arriving, Permissions::from_mode(0o666)).unwrap();
        fs::write(&back, "old").unwrap();
        fs::set_permissions(&back, Permissions::from_mode(0o600)).unwrap();
        get(board.path(), here.path());
        assert_eq!(mode(&back), 0o600);
        // A new one is as any new file.
        fs::remove_file(&back).unwrap();
        get(board.path(), here.path());
        fs::write(&arriving, "").unwrap();
        assert_eq!(mode(&back), mode(&arriving));
    }
}

#[cfg(windows)]
mod on_windows {
    use std::os::windows::fs::OpenOptionsExt;

    use super::*;

    /// It is all kept, and nothing of it comes twice.
    #[test]
    fn a_target_that_is_open_elsewhere() {
        let content = noise(20_000, 1);
        let (board, here, arriving) = folders(&content);
        let back = here.path().join("back");
        fs::write(&back, "old").unwrap();
        let held = fs::OpenOptions::new().read(true).share_mode(1).open(&back).unwrap();
        let arguments = ["get", ":f", back.to_str().unwrap()];
        let output = run(at("sim", board.path()), arguments);
        assert_eq!(code(&output), 3, "{}", errors(&output));
        assert!(errors(&output).contains("next: close the program"), "{}", errors(&output));
        assert_eq!(fs::read(&back).unwrap(), b"old");
        assert!(fs::read(&arriving).unwrap() == content);
        drop(held);
        get(board.path(), here.path());
        assert!(fs::read(&back).unwrap() == content);
        assert_eq!(names(here.path()), ["back"]);
    }

    #[test]
    fn another_get_at_work_is_left_alone() {
        let content = noise(5000, 1);
        let (board, here, arriving) = folders(&content);
        fs::write(&arriving, "another's").unwrap();
        let another = fs::OpenOptions::new().read(true).write(true).share_mode(4).open(&arriving).unwrap();
        get(board.path(), here.path());
        drop(another);
        assert!(fs::read(here.path().join("back")).unwrap() == content);
        assert_eq!(fs::read(&arriving).unwrap(), b"another's");
        assert_eq!(names(here.path()).len(), 2);
    }
}

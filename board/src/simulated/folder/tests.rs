#![allow(clippy::unwrap_used)] // A test fails by panicking.

use super::*;
use rawpaste::testing::FileSystem;

fn empty() -> Disk {
    Disk::new(FileSystem::Littlefs, 1 << 20)
}

fn load(root: &Path, disk: &mut Disk) -> Folder {
    Folder::load(root.into(), disk, 1 << 20).unwrap()
}

#[test]
fn changes_are_mirrored() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("kept"), "old").unwrap();
    let mut disk = empty();
    let mut folder = load(root.path(), &mut disk);
    assert_eq!(disk.get("kept"), Some(&b"old"[..]));
    disk.insert("lib/deep/a", "1");
    disk.insert("kept", "new");
    folder.save(&disk).unwrap();
    assert_eq!(fs::read(root.path().join("lib/deep/a")).unwrap(), b"1");
    assert_eq!(fs::read(root.path().join("kept")).unwrap(), b"new");
    // A file where a folder was, and the other way round.
    disk.remove("lib/deep/a").unwrap();
    disk.remove_dir("lib/deep").unwrap();
    disk.remove_dir("lib").unwrap();
    disk.remove("kept").unwrap();
    disk.insert("lib", "2");
    disk.make_dir("kept").unwrap();
    folder.save(&disk).unwrap();
    assert_eq!(fs::read(root.path().join("lib")).unwrap(), b"2");
    assert!(root.path().join("kept").is_dir());
    let mut again = empty();
    load(root.path(), &mut again);
    assert!(again.files().eq(disk.files()) && again.folders().eq(disk.folders()));
}

#[test]
fn nothing_is_written_outside() {
    let root = tempfile::tempdir().unwrap();
    let inside = root.path().join("inside");
    fs::create_dir(&inside).unwrap();
    for name in ["../out", "a/../../out", "..", "./out"] {
        let mut disk = empty();
        let mut folder = load(&inside, &mut disk);
        disk.insert(name, "x");
        assert!(folder.save(&disk).is_err(), "{name}");
    }
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn what_is_not_the_boards_is_left_alone() {
    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(root.path().join(".rawpaste-1.tmp"), "half").unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), root.path().join("link")).unwrap();
    let mut disk = empty();
    let mut folder = load(root.path(), &mut disk);
    assert_eq!(disk.files().count() + disk.folders().count(), 0);
    disk.insert("link/secret", "x");
    assert!(cfg!(not(unix)) || folder.save(&disk).is_err());
    assert_eq!(fs::read(outside.path().join("secret")).unwrap(), b"secret");
}

#[test]
fn a_folder_larger_than_the_disk_is_refused() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("big"), [0; 2000]).unwrap();
    assert_eq!(
        Folder::load(root.path().into(), &mut empty(), 1999).unwrap_err().kind(),
        io::ErrorKind::FileTooLarge
    );
}

#[test]
fn names_that_windows_takes_for_something_else() {
    for name in ["NUL", "com1.txt", "a:b", "a\\b", "dot.", "space ", "q?"] {
        assert!(!allowed_on_windows(name), "{name}");
    }
    for name in ["main.py", "company.txt", "comet", "ünï 日本"] {
        assert!(allowed_on_windows(name), "{name}");
    }
}

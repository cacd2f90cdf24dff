use alloc::{string::String, vec::Vec};

use crate::testing::{Disk, FileSystem, Raised};

pub(super) fn disk(kind: FileSystem) -> Disk {
    Disk::new(kind, 4096)
}

/// Returns what a board prints of the outcome.
pub(super) fn outcome<T>(result: Result<T, Raised>) -> String {
    result.map_or_else(|raised| raised.message, |_| "ok".into())
}

fn files(disk: &Disk) -> Vec<(&str, &[u8])> {
    disk.files().collect()
}

/// A disk with a file `old`, a file `new`, an empty folder `empty`, a folder `full` with a file in it.
pub(super) fn furnished(kind: FileSystem) -> Disk {
    let mut disk = disk(kind);
    disk.insert("old", b"o");
    disk.insert("new", b"n");
    disk.insert("full/inside", b"i");
    disk.make_dir("/empty").unwrap();
    disk
}

/// What MicroPython of 2026-08 does on a bare-metal board with both file systems; rename: from, to, littlefs, FAT.
#[test]
fn renames_by_the_table() {
    let rows = [
        ("new", "old", "ok", "ok"),
        ("missing", "old", "[Errno 2] ENOENT", "[Errno 2] ENOENT"),
        ("old", "old", "ok", "ok"),
        ("new", "empty", "[Errno 21] EISDIR", "[Errno 21] EISDIR"),
        ("empty", "old", "20", "ok"),
        ("empty", "full", "39", "[Errno 21] EISDIR"),
        ("full", "empty", "ok", "[Errno 21] EISDIR"),
        ("new", "missing/new", "[Errno 2] ENOENT", "[Errno 2] ENOENT"),
        ("full", "full/deeper", "[Errno 22] EINVAL", "[Errno 22] EINVAL"),
    ];
    for (from, to, littlefs, fat) in rows {
        for (kind, expected) in [(FileSystem::Littlefs, littlefs), (FileSystem::Fat, fat)] {
            let mut disk = furnished(kind);
            let (before, source) = (files(&disk).len(), disk.get(from).map(<[u8]>::to_vec));
            assert_eq!(outcome(disk.rename(from, to)), expected, "{kind:?} {from} {to}");
            let moved = expected == "ok" && from != to;
            assert_eq!(disk.stat(from).is_ok(), from != "missing" && !moved, "{kind:?} {from} {to}");
            if moved && source.is_some() {
                assert_eq!(disk.get(to), source.as_deref());
            } else if expected != "ok" {
                assert_eq!(files(&disk).len(), before);
            }
        }
    }
    // FAT let the folder replace the file: the file is gone.
    let mut fat = furnished(FileSystem::Fat);
    fat.rename("empty", "old").unwrap();
    assert!(fat.stat("old").unwrap().folder);
    let mut littlefs = furnished(FileSystem::Littlefs);
    littlefs.rename("full", "empty").unwrap();
    assert_eq!(littlefs.get("/empty/inside"), Some(&b"i"[..]));
}

#[test]
fn case_matters_on_littlefs_and_not_on_fat() {
    for (kind, expected) in [(FileSystem::Littlefs, 2), (FileSystem::Fat, 1)] {
        let mut disk = disk(kind);
        for name in ["CaSe", "case"] {
            let file = disk.open(name, "wb").unwrap();
            disk.write(file, name.as_bytes()).unwrap();
            disk.close(file);
        }
        assert_eq!(files(&disk).len(), expected);
        assert_eq!(files(&disk)[0], ("CaSe", if expected == 1 { &b"case"[..] } else { b"CaSe" }));
        let mut disk = furnished(kind);
        disk.rename("old", "OLD").unwrap();
        assert_eq!(disk.files().map(|(name, _)| name).collect::<Vec<_>>(), ["OLD", "full/inside", "new"]);
    }
}

#[derive(Clone, Copy, Debug)]
enum Verb {
    Create,
    Read,
    Remove,
    RemoveDir,
    MakeDir,
    List,
}

impl Verb {
    fn run(self, disk: &mut Disk, path: &str) -> String {
        match self {
            Self::Create => outcome(disk.open(path, "wb")),
            Self::Read => outcome(disk.open(path, "rb")),
            Self::Remove => outcome(disk.remove(path)),
            Self::RemoveDir => outcome(disk.remove_dir(path)),
            Self::MakeDir => outcome(disk.make_dir(path)),
            Self::List => outcome(disk.list(path)),
        }
    }
}

#[test]
fn names_and_folders_have_their_errors() {
    use FileSystem::{Fat, Littlefs};
    let long = "n".repeat(255);
    let longer = "n".repeat(256);
    use Verb::{Create, List, MakeDir, Read, Remove, RemoveDir};
    let rows: [(Verb, &str, &str, &str); 17] = [
        (Create, &long, "ok", "ok"),
        (Create, &longer, "36", "[Errno 22] EINVAL"),
        (Create, "full", "[Errno 21] EISDIR", "[Errno 13] EACCES"),
        (Create, "missing/x", "[Errno 2] ENOENT", "[Errno 2] ENOENT"),
        (Create, "old/x", "20", "[Errno 2] ENOENT"),
        (Read, "missing", "[Errno 2] ENOENT", "[Errno 2] ENOENT"),
        (Read, "./full/../full//inside", "ok", "ok"),
        (Remove, "missing", "[Errno 2] ENOENT", "[Errno 2] ENOENT"),
        (Remove, "full", "39", "[Errno 21] EISDIR"),
        (RemoveDir, "full", "39", "[Errno 13] EACCES"),
        (RemoveDir, "empty", "ok", "ok"),
        (RemoveDir, "old", "ok", "20"),
        (Remove, "empty", "ok", "[Errno 21] EISDIR"),
        (MakeDir, "old", "[Errno 17] EEXIST", "[Errno 17] EEXIST"),
        (MakeDir, "a/b", "[Errno 2] ENOENT", "[Errno 2] ENOENT"),
        (List, "old", "20", "[Errno 2] ENOENT"),
        (List, "/", "ok", "ok"),
    ];
    for (row, (verb, path, littlefs, fat)) in rows.into_iter().enumerate() {
        assert_eq!(verb.run(&mut furnished(Littlefs), path), littlefs, "row {row}");
        assert_eq!(verb.run(&mut furnished(Fat), path), fat, "row {row}");
        let changes = !matches!(verb, Read | List);
        if changes {
            let mut disk = furnished(Littlefs);
            disk.set_read_only(true);
            assert_eq!(verb.run(&mut disk, path), "30", "row {row}");
        }
        if path != "/" {
            assert_eq!(
                verb.run(&mut Disk::new(FileSystem::Missing, 0), &path[..1]),
                "[Errno 19] ENODEV",
                "row {row}"
            );
        }
    }
    let names =
        furnished(Littlefs).list("").unwrap().into_iter().map(|entry| (entry.name, entry.folder, entry.size));
    let expected = [("empty", true, 0), ("full", true, 0), ("new", false, 1), ("old", false, 1)];
    assert!(names.eq(expected.map(|(name, folder, size)| (name.into(), folder, size))));
}

#[test]
fn a_full_disk_leaves_what_the_file_system_leaves() {
    for (kind, left) in [(FileSystem::Littlefs, 0), (FileSystem::Fat, 4096), (FileSystem::Flat, 4096)] {
        let mut disk = disk(kind);
        let file = disk.open("big", "wb").unwrap();
        assert_eq!(disk.write(file, &[1; 4000]), Ok(4000));
        assert_eq!(outcome(disk.write(file, &[2; 1000])), "28");
        assert_eq!(outcome(disk.flush(file)), "ok");
        disk.close(file);
        assert_eq!(disk.get("big").map(<[u8]>::len), Some(left), "{kind:?}");
        disk.remove("big").unwrap();
        assert_eq!(disk.space().unwrap().free, 8);
    }
}

#[test]
fn blocks_are_counted_with_open_files() {
    let mut disk = disk(FileSystem::Littlefs);
    disk.insert("old", [0; 513]);
    disk.make_dir("folder").unwrap();
    let free = |disk: &Disk| disk.space().unwrap().free;
    assert_eq!(free(&disk), 5);
    // The old content stays until the new one is flushed, on littlefs.
    let file = disk.open("old", "wb").unwrap();
    disk.write(file, &[1; 1024]).unwrap();
    assert_eq!(free(&disk), 3);
    assert_eq!(disk.get("old"), Some(&[0; 513][..]));
    disk.close(file);
    assert_eq!((free(&disk), disk.get("old")), (5, Some(&[1; 1024][..])));
    assert_eq!(outcome(disk.read(file, 1)), "");
    disk.insert("rest", [0; 5 * 512]);
    assert_eq!(outcome(disk.make_dir("more")), "28");
}

#[test]
fn a_flat_disk_has_no_folders_and_no_rename() {
    let mut disk = disk(FileSystem::Flat);
    disk.insert("a", b"1");
    let missing = |function: &str| alloc::format!("'module' object has no attribute '{function}'");
    assert_eq!(outcome(disk.rename("a", "b")), missing("rename"));
    assert_eq!(outcome(disk.make_dir("d")), missing("mkdir"));
    assert_eq!(outcome(disk.remove_dir("d")), missing("rmdir"));
    assert_eq!(outcome(disk.remove("a")), "ok");
}

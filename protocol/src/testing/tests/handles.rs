use super::files::{disk, furnished, outcome};
use crate::testing::FileSystem;

#[test]
fn handles_keep_their_file() {
    for (kind, kept) in [(FileSystem::Littlefs, 0), (FileSystem::Fat, 900)] {
        // The target is open for reading while it is replaced.
        let mut disk = furnished(kind);
        let reader = disk.open("old", "rb").unwrap();
        disk.rename("new", "old").unwrap();
        assert_eq!(disk.read(reader, 9), Ok(b"o".to_vec()));
        // A file that is open for writing is renamed: what was not flushed is lost without an error.
        for (flush, content) in [(false, &b""[..]), (true, b"unflushed")] {
            let file = disk.open("part", "wb").unwrap();
            disk.write(file, b"unflushed").unwrap();
            if flush {
                disk.flush(file).unwrap();
            }
            disk.rename("part", "whole").unwrap();
            disk.write(file, b"later").unwrap();
            disk.close(file);
            assert_eq!(disk.get("whole"), Some(content));
            assert_eq!(disk.get("part"), None);
        }
        let file = disk.open("old", "ab").unwrap();
        disk.remove("old").unwrap();
        disk.write(file, b"x").unwrap();
        disk.close(file);
        assert_eq!(disk.get("old"), None);
        // A reset while a file is open.
        let file = disk.open("unclosed", "wb").unwrap();
        disk.write(file, &[7; 900]).unwrap();
        disk.lose_open();
        assert_eq!(disk.get("unclosed").map(<[u8]>::len), Some(kept));
    }
}

/// A writer of what was replaced does not write into what replaced it; what `w` empties at once is FAT's way.
#[test]
fn writers_of_replaced_and_emptied_files() {
    for (kind, emptied) in [(FileSystem::Littlefs, &b"n"[..]), (FileSystem::Fat, b"")] {
        let mut disk = furnished(kind);
        let writer = disk.open("old", "ab").unwrap();
        disk.write(writer, b"x").unwrap();
        disk.rename("new", "old").unwrap();
        disk.close(writer);
        assert_eq!(disk.get("old"), Some(&b"n"[..]));
        disk.open("old", "wb").unwrap();
        assert_eq!(disk.get("old"), Some(emptied));
    }
}

#[test]
fn files_are_read_appended_and_changed_in_place() {
    let mut disk = disk(FileSystem::Littlefs);
    disk.insert("f", b"abcdef");
    let file = disk.open("f", "r+b").unwrap();
    disk.seek(file, 2).unwrap();
    disk.write(file, b"XY").unwrap();
    assert_eq!((disk.tell(file), disk.read(file, 1)), (Ok(4), Ok(b"e".to_vec())));
    disk.close(file);
    let file = disk.open("f", "ab").unwrap();
    disk.write(file, b"!").unwrap();
    disk.close(file);
    assert_eq!(disk.get("f"), Some(&b"abXYef!"[..]));
    let file = disk.open("f", "rb").unwrap();
    assert_eq!(outcome(disk.write(file, b"x")), "[Errno 9] EBADF");
    assert_eq!(outcome(disk.open("f", "xb")), "[Errno 17] EEXIST");
}

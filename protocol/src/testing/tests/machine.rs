use alloc::string::ToString;

use super::firmware;
use crate::testing::{Machine, Raised};

#[test]
fn exceptions_are_written_as_a_board_writes_them() {
    let rows = [
        (Raised::os_error(2), "OSError: [Errno 2] ENOENT", Some(2)),
        (Raised::os_error(28), "OSError: 28", Some(28)),
        (Raised::os_error(30), "OSError: 30", Some(30)),
        (Raised::new("OSError", "no number"), "OSError: no number", None),
        (Raised::new("ValueError", "5"), "ValueError: 5", None),
        (Raised::memory_error(8), "MemoryError: memory allocation failed, allocating 8 bytes", None),
    ];
    for (raised, expected, errno) in rows {
        assert_eq!((raised.to_string().as_str(), raised.errno()), (expected, errno));
    }
}

#[test]
fn objects_live_until_the_class_goes() {
    let mut machine = Machine::new(firmware());
    *machine.object("count", || 1u32) += 1;
    assert_eq!(*machine.object("count", || 1u32), 2);
    // Another type under the same name starts afresh.
    assert_eq!(*machine.object("count", || 7u8), 7);
    assert_eq!(machine.take_object::<u32>("count"), None);
    *machine.object("count", || 7u8) += 1;
    machine.forget();
    assert_eq!(*machine.object("count", || 7u8), 7);
    assert_eq!(machine.take_object::<u8>("count"), Some(7));
    assert_eq!(machine.take_object::<u8>("count"), None);
}

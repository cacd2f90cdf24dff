//! What a board has besides files: other file systems, copies, a clock.

use alloc::{format, vec, vec::Vec};

use super::{done, put, story};
use crate::{
    Clock, CopyFile, DateTime, Digest, DigestKind, Hash, List, MakeDir, Mount, Mounts,
    testing::{Scenario, Task, noise},
};

pub(super) fn board() -> Vec<Scenario> {
    let bytes = noise(3, 20_000);
    let same = format!("20000 {}", Hash::of(DigestKind::Sha256, &bytes));
    let copy = |from, to, outcome: &str| {
        Task::new(move || CopyFile::new(from, to), |size| format!("{size}"), outcome)
    };
    let mut on_a_clock = story("a_clock", vec![], clock());
    on_a_clock.simulated_only = Some("the unix port has no machine.RTC");
    vec![
        story(
            "copies",
            vec![],
            vec![
                put("one", bytes, "done"),
                copy("one", "two", "20000"),
                Task::new(|| Digest::new("two"), |(size, hash)| format!("{size} {hash}"), same),
                put("small", b"x".to_vec(), "done"),
                copy("small", "two", "1"),
                copy("none", "two", "OSError 2"),
                Task::new(|| MakeDir::new("lib"), done, "done"),
                copy("two", "lib/two", "1"),
                copy("lib/two", "none/two", "OSError 2"),
                Task::new(|| List::new(""), |all| format!("{}", all.len()), "4"),
            ],
        ),
        story("mounts", vec![], vec![Task::new(|| Ok(Mounts::new()), told, "/ has room")]),
        on_a_clock,
    ]
}

fn told(mounts: Vec<Mount>) -> alloc::string::String {
    let root = mounts.iter().find(|mount| mount.path == "/");
    let room = root.filter(|mount| mount.room.free > 0 && mount.room.free <= mount.room.total);
    room.map_or_else(|| format!("{mounts:?}"), |mount| format!("{} has room", mount.path))
}

fn clock() -> Vec<Task> {
    let time = DateTime { year: 2031, month: 12, day: 24, weekday: 2, hour: 23, minute: 59, second: 7 };
    let set = move || Ok(Clock::set(time));
    let told = |time: DateTime| {
        format!("{} {} {} {} {}", time.year, time.month, time.day, time.weekday, time.hour * 60 + time.minute)
    };
    vec![
        Task::new(|| Ok(Clock::new()), told, "2000 1 1 5 0"),
        Task::new(set, |time| format!("{}", time.second), "7"),
        Task::new(|| Ok(Clock::new()), |time| format!("{time:?}"), format!("{time:?}")),
    ]
}

//! The pipe as a property, and its edges.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

use std::io::{ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rawpaste_board::pipe;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Everything arrives in order, both ways at once, under any capacity and any cuts.
    #[test]
    fn carries_all(
        capacity in 0_usize..70,
        data in proptest::collection::vec(any::<u8>(), 0..2000),
        cuts in proptest::collection::vec(1_usize..100, 1..20),
    ) {
        let (left, right) = pipe(capacity);
        let threads: Vec<_> = [left, right].into_iter().map(|end| {
            let (mut writer, mut reader) = (end.try_clone().unwrap(), end);
            let (data, cuts) = (data.clone(), cuts.clone());
            let reads = cuts.clone();
            let total = data.len();
            let written = thread::spawn(move || {
                let mut rest = &data[..];
                for cut in cuts.iter().cycle() {
                    if rest.is_empty() {
                        break;
                    }
                    let n = writer.write(&rest[..rest.len().min(*cut)]).unwrap();
                    rest = &rest[n..];
                }
            });
            let read = thread::spawn(move || {
                let mut got = Vec::new();
                for cut in reads.iter().cycle() {
                    if got.len() == total {
                        break;
                    }
                    let mut buffer = vec![0; *cut];
                    let n = reader.read(&mut buffer).unwrap();
                    got.extend_from_slice(&buffer[..n]);
                }
                (got, reader)
            });
            (written, read)
        }).collect();
        // Ends are kept until both are done: a dropped end ends the other's writes.
        let mut ends = Vec::new();
        for (written, read) in threads {
            written.join().unwrap();
            let (got, end) = read.join().unwrap();
            prop_assert_eq!(&got, &data);
            ends.push(end);
        }
    }
}

#[test]
fn is_bounded() {
    let (mut left, mut right) = pipe(3);
    left.set_timeout(Duration::ZERO);
    assert_eq!(left.write(b"abcd").unwrap(), 3);
    assert_eq!(left.write(b"d").unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(right.read(&mut [0]).unwrap(), 1);
    assert_eq!(left.write(b"d").unwrap(), 1);
    assert_eq!(left.read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut);
}

#[test]
fn waits_as_long_as_told() {
    let (mut left, _right) = pipe(1);
    left.set_timeout(Duration::from_millis(20));
    let start = Instant::now();
    assert_eq!(left.read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut);
    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[test]
fn ends_with_the_last_clone() {
    let (mut left, mut right) = pipe(8);
    let clone = left.try_clone().unwrap();
    left.write_all(b"last").unwrap();
    drop(left);
    right.set_timeout(Duration::ZERO);
    assert_eq!(right.read(&mut [0; 8]).unwrap(), 4);
    assert_eq!(right.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::TimedOut);
    drop(clone);
    assert_eq!(right.read(&mut [0; 8]).unwrap(), 0);
    assert_eq!(right.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);
}

#[test]
fn shutting_wakes_who_waits() {
    let (left, mut right) = pipe(8);
    right.set_timeout(Duration::MAX);
    let reader = thread::spawn(move || right.read(&mut [0]).unwrap());
    left.shut();
    assert_eq!(reader.join().unwrap(), 0);
}

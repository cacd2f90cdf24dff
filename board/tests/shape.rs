//! A link counted: what arrives, in what order, and not sooner than the link allows.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rawpaste_board::{End, Running, Shape, pipe};

/// Only a hang reaches it.
const HANG: Duration = Duration::from_secs(30);

/// A board that sends back what it hears, and whether it has ended.
fn echo() -> (Running, Arc<AtomicBool>) {
    let (host, mut board) = pipe(4096);
    board.set_timeout(Duration::MAX);
    let ended = Arc::new(AtomicBool::new(false));
    let at_end = Arc::clone(&ended);
    thread::spawn(move || {
        let mut buffer = [0; 1000];
        while let Ok(n @ 1..) = board.read(&mut buffer) {
            if board.write_all(&buffer[..n]).is_err() {
                break;
            }
        }
        at_end.store(true, Ordering::Relaxed);
    });
    (Running::from_end(host, ()), ended)
}

/// Sends `total` bytes there and back, checks them, and answers how long it took.
fn round_trip(mut host: End, total: usize) -> Duration {
    host.set_timeout(HANG);
    let data: Vec<u8> = (0..total).map(|n| (n % 251) as u8).collect();
    let mut writer = host.try_clone().unwrap();
    let sent = data.clone();
    let start = Instant::now();
    let written = thread::spawn(move || writer.write_all(&sent).unwrap());
    let mut got = vec![0; total];
    host.read_exact(&mut got).unwrap();
    written.join().unwrap();
    assert!(got == data);
    start.elapsed()
}

#[test]
fn carries_all_and_not_too_soon() {
    for (rate, millis, total) in
        [(None, 0, 300_000), (None, 5, 200_000), (Some(200_000), 0, 50_000), (Some(100_000), 10, 20_000)]
    {
        let shape = Shape { rate, delay: Duration::from_millis(millis) };
        let host = echo().0.shaped(shape).unwrap().in_process();
        let took = round_trip(host, total);
        let line = rate.map_or(0.0, |rate| total as f64 / f64::from(rate));
        let least = Duration::from_secs_f64(line) + 2 * shape.delay;
        // A late wake-up is made good, so the average is the rate's, up to what may be caught up at the start.
        assert!(took + Duration::from_millis(1) >= least, "{shape:?}: {took:?}, at least {least:?}");
        assert!(took < HANG, "{shape:?}: {took:?}");
    }
}

#[test]
fn bytes_that_travel_together_arrive_together() {
    let (host, mut board) = pipe(4096);
    let shape = Shape { rate: Some(100_000), delay: Duration::from_millis(1) };
    let mut host = Running::from_end(host, ()).shaped(shape).unwrap().in_process();
    host.set_timeout(HANG);
    board.write_all(&[7; 1000]).unwrap();
    let (mut buffer, mut came, mut reads) = ([0; 1000], 0, 0);
    while came < 1000 {
        came += host.read(&mut buffer).unwrap();
        reads += 1;
    }
    // 10 ms of line in quarters of a millisecond; a late wake-up makes it fewer.
    assert!(reads <= 45, "{reads} pieces");
}

#[test]
fn pushes_back() {
    let (host, board) = pipe(4096);
    let shape = Shape { rate: Some(1), delay: Duration::ZERO };
    let mut host = Running::from_end(host, board).shaped(shape).unwrap().in_process();
    host.set_timeout(Duration::from_millis(300));
    let mut taken = 0;
    let refused = loop {
        match host.write(&[0; 1000]) {
            Ok(n) => taken += n,
            Err(error) => break error,
        }
    };
    assert_eq!(refused.kind(), ErrorKind::TimedOut);
    assert!((4096..4200).contains(&taken), "{taken}");
}

#[test]
fn delivers_what_was_said_before_the_end() {
    let (host, mut board) = pipe(4096);
    let shape = Shape { rate: Some(100_000), delay: Duration::from_millis(5) };
    let mut host = Running::from_end(host, ()).shaped(shape).unwrap().in_process();
    board.write_all(&[7; 3000]).unwrap();
    drop(board);
    let mut got = Vec::new();
    host.read_to_end(&mut got).unwrap();
    assert_eq!(got, [7; 3000]);
}

#[test]
fn ends_the_board_with_the_last_host() {
    for shape in [Shape::default(), Shape { rate: Some(1000), delay: Duration::from_millis(1) }] {
        let (running, ended) = echo();
        let host = running.shaped(shape).unwrap().shaped(shape).unwrap().in_process();
        let clone = host.try_clone().unwrap();
        drop(host);
        assert!(!ended.load(Ordering::Relaxed));
        drop(clone);
        let limit = Instant::now() + HANG;
        while !ended.load(Ordering::Relaxed) {
            assert!(Instant::now() < limit);
            thread::yield_now();
        }
    }
}

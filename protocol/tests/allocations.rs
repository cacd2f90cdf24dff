//! How often the engine allocates: as often for a large file as for a small one. In a process of its own, for the
//! allocator that counts.

use allocation_counter::measure;
use rawpaste::{
    Choices, Config, Encoding, Flow, Get, Instant, Operation, Put, Session, Sink, Step,
    testing::{Device, Firmware, noise},
};

/// A board in lockstep, and how often the engine allocated for it.
struct Counted {
    device: Device,
    session: Session,
    count: u64,
}

impl Counted {
    fn new(flow: Flow) -> Self {
        let mut config = Config::default();
        config.flow = flow;
        let firmware = Firmware { heap: 512 * 1024, disk: 64 * 1024 * 1024, ..Firmware::default() };
        Self { device: Device::new(firmware), session: Session::new(config), count: 0 }
    }

    /// Runs an operation, which must succeed; returns how often the engine allocated from its first poll on.
    fn run<O: Operation>(&mut self, operation: O) -> u64 {
        let Self { device, session, count } = self;
        let (now, mut answer) = (Instant::EPOCH, Vec::new());
        *count = 0;
        let mut counts = |work: &mut dyn FnMut()| *count += measure(work).count_total;
        let mut run = session.run(operation);
        loop {
            let mut step = None;
            {
                let (run, step) = (&mut run, &mut step);
                let mut run = Some(run);
                counts(&mut || *step = run.take().map(|run| run.poll(now)));
            }
            match step {
                Some(Step::Write { bytes, .. }) => {
                    let n = bytes.len();
                    let mut rest = bytes;
                    while !rest.is_empty() {
                        rest = &rest[device.received(now, rest)..];
                        device.poll(now);
                        loop {
                            let said = device.take_output();
                            answer.extend_from_slice(&said);
                            device.poll(now);
                            if said.is_empty() {
                                break;
                            }
                        }
                    }
                    counts(&mut || run.wrote(n));
                }
                Some(Step::Read { until }) if answer.is_empty() => {
                    assert_eq!(until, now, "the board is silent")
                }
                Some(Step::Read { .. }) => {
                    counts(&mut || run.received(&answer));
                    answer.clear();
                }
                Some(Step::Event(_)) => {}
                Some(Step::Flush { .. }) => unreachable!("the transport holds nothing back"),
                Some(Step::Done(result)) => {
                    assert!(result.is_ok(), "{:?}", result.err());
                    return *count;
                }
                None => unreachable!("each poll has a step"),
            }
        }
    }
}

/// A text that goes on without repeating itself exactly.
fn text(length: usize) -> Vec<u8> {
    let line =
        |at: u32| format!("    value[{at}] = self.read(0x{:x})\n", at.wrapping_mul(7919) % 4093).into_bytes();
    (0..).flat_map(line).take(length).collect()
}

/// A put of 1 MiB at most asks first what the old file has in common with it, and one above that does not.
const SIZES: [[usize; 2]; 2] = [[100 * 1024, 1024 * 1024], [2 * 1024 * 1024, 4 * 1024 * 1024]];

#[test]
fn a_put_allocates_as_often_whatever_its_size() {
    for flow in [Flow::Windowed, Flow::Open] {
        for encoding in [Encoding::Dense, Encoding::Deflate, Encoding::Base64, Encoding::Ascii] {
            for sizes in SIZES {
                let counts = sizes.map(|size| {
                    let mut choices = Choices::default();
                    choices.encoding = Some(encoding);
                    let content = if encoding == Encoding::Deflate { text(size) } else { noise(1, size) };
                    let mut board = Counted::new(flow);
                    let count = board.run(Put::new(content.clone(), "f").expect("a path").choices(choices));
                    assert_eq!(board.device.disk().get("f"), Some(&content[..]));
                    count
                });
                assert_eq!(counts[0], counts[1], "{flow:?}, {encoding}, {sizes:?}");
                assert!((50..200).contains(&counts[0]), "{flow:?}, {encoding}, {sizes:?}: {counts:?}");
            }
        }
    }
}

/// Counts what it is given.
struct Counts(u64);

impl Sink for Counts {
    fn start(&mut self, _size: u64, _kept: u64) -> Result<(), rawpaste::Error> {
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), rawpaste::Error> {
        self.0 += bytes.len() as u64;
        Ok(())
    }
}

#[test]
fn a_get_allocates_as_often_whatever_its_size() {
    for sizes in SIZES {
        let counts = sizes.map(|size| {
            let mut board = Counted::new(Flow::Windowed);
            board.device.disk_mut().insert("f", noise(1, size));
            board.run(Get::new("f", Counts(0)).expect("a path"))
        });
        assert_eq!(counts[0], counts[1], "{sizes:?}");
        assert!((20..100).contains(&counts[0]), "{sizes:?}: {counts:?}");
    }
}

//! What a session and an operation keep has a bound: measured, so in a process of its own, one at a time.

mod by_hand;

use std::sync::{Mutex, PoisonError};

use by_hand::{at, enter};
use peak_alloc::PeakAlloc;
use rawpaste::{
    Board, Choices, Encoding, Entry, Error, Exec, Get, List, Operation, Patience, Put, Refused, Reply,
    Script, Session, Sink, Source, Stdin, Step,
    testing::{Bench, Firmware, LinkShape, drive},
};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Held by whoever measures: the allocator counts for the whole process.
static MEASURES: Mutex<()> = Mutex::new(());

/// Entries without an end. Their names have a bound, and so has their number: the list of them is there twice while it
/// grows.
#[test]
fn a_listing_without_an_end() {
    let _alone = MEASURES.lock().unwrap_or_else(PoisonError::into_inner);
    for (width, most) in [(255, 96 * 1024), (100, 128 * 1024), (1, 320 * 1024)] {
        let entry = format!("(b'{}', 32768, 1)\r\n", "n".repeat(width));
        let mut list = List::new("").expect("a path");
        list.script(&Board::default(), &mut Script::default()).expect("a script");
        let mut stdin = Stdin::default();
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let ended = (0..1_000_000).find_map(|_| list.output(entry.as_bytes(), &mut stdin).err());
        let peak = ALLOCATOR.peak_usage().saturating_sub(before);
        assert!(matches!(ended, Some(Error::Refused(Refused::TooMuch { .. }))), "{ended:?}");
        assert!(peak < most, "{width}: {peak} bytes");
        assert!(peak > List::NAMES.min(List::LIMIT * size_of::<Entry>()), "it measures nothing");
    }
}

/// A get keeps one block, whatever the file's size, and however much of it comes at once.
#[test]
fn a_get_keeps_one_block() {
    struct Counts(u64);
    impl Sink for Counts {
        fn start(&mut self, _size: u64, _kept: u64) -> Result<(), Error> {
            Ok(())
        }

        fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
            self.0 += bytes.len() as u64;
            Ok(())
        }
    }
    let _alone = MEASURES.lock().unwrap_or_else(PoisonError::into_inner);
    // Of a board that is not known: lines of hex, and a sum after each 4 KiB.
    let block = [[b"00".repeat(256), b"\r\n".to_vec()].concat().repeat(16), b"0\r\n".to_vec()].concat();
    let pieces = block.repeat(8);
    let mut get = Get::new("f", Counts(0)).expect("a path");
    let mut stdin = Stdin::default();
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    get.script(&Board::default(), &mut Script::default()).expect("a script");
    get.output(b"(67108864, 0)\r\n", &mut stdin).expect("a size");
    for _ in 0..64 * 1024 * 1024 / (8 * 4096) {
        get.output(&pieces, &mut stdin).expect("a block");
    }
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    assert_eq!(get.into_sink().0, 64 * 1024 * 1024);
    assert!((4096..16 * 1024).contains(&peak), "{peak} bytes");
}

/// A megabyte of one thing in a phase of the conversation, and the most memory that the session took for it.
fn flood<O: Operation>(operation: O, before: &[&[u8]], flood: &[u8]) -> usize {
    let mut session = Session::default();
    let mut run = session.run(operation);
    assert!(enter(&mut run).is_none(), "it ended");
    ALLOCATOR.reset_peak_usage();
    let start = ALLOCATOR.current_usage();
    for piece in before {
        run.received(piece);
        while let Step::Write { bytes, .. } = run.poll(at(0)) {
            let n = bytes.len();
            run.wrote(n);
        }
    }
    for _ in 0..1024 * 1024 / flood.len() {
        run.received(flood);
        if matches!(run.poll(at(0)), Step::Done(_)) {
            break;
        }
    }
    ALLOCATOR.peak_usage().saturating_sub(start)
}

/// Whatever the board sends, and wherever, a session keeps at most 64 KiB.
#[test]
fn memory_is_bounded() {
    let _alone = MEASURES.lock().unwrap_or_else(PoisonError::into_inner);
    let header: &[u8] = b"R\x01\x80\x00\x01";
    let ran: &[u8] = b"\x04";
    let text = [b'x'; 4096];
    let exec = || Exec::new("print(1)", |_| Ok(())).expect("code").patience(Patience::Forever);
    let captured = || Exec::captured("print(1)", 16 * 1024).expect("code");
    let peaks = [
        ("header", flood(exec(), &[], &text)),
        ("grants", flood(exec(), &[header], &[1; 4096])),
        ("output", flood(exec(), &[header, ran], &text)),
        ("output that is kept", flood(captured(), &[header, ran], &text)),
        ("error", flood(exec(), &[header, ran, b"\x04"], &text)),
        ("prompt", flood(exec(), &[header, ran, b"\x04\x04"], &text)),
        ("reset", flood(exec(), &[header, ran, b"\x04\x04MPY: soft reboot\r\n"], &text)),
        ("a line without an end", flood(List::new("").expect("a path"), &[header, ran], &text)),
        ("not a file", flood(Get::new("f", Vec::new()).expect("a path"), &[header, ran], &text)),
    ];
    for (what, peak) in peaks {
        assert!(peak < 64 * 1024, "{what}: {peak} bytes");
    }
}

/// A file that is nowhere in memory.
struct Endless {
    size: u64,
    /// How many bytes were read from it.
    read: u64,
}

impl Source for Endless {
    fn size(&mut self) -> Result<u64, Error> {
        Ok(self.size)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        for (byte, at) in buffer.iter_mut().zip(offset..) {
            *byte = ((at * at) >> 7) as u8;
        }
        self.read += buffer.len() as u64;
        Ok(buffer.len())
    }
}

/// What a put takes does not grow with the file.
#[test]
fn a_put_of_a_large_file() {
    let _alone = MEASURES.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut session, mut bench) = (
        Session::default(),
        Bench::new(Firmware { heap: 512 * 1024, ..Firmware::default() }, LinkShape::default()),
    );
    let driven =
        drive(&mut session, &mut bench, Put::new(vec![1], "f").expect("a path"), &Default::default());
    assert!(matches!(driven.result, Some(Ok(_))), "{:?}", driven.result);
    for (encoding, most) in [(Encoding::Dense, 64 * 1024), (Encoding::Deflate, 512 * 1024)] {
        for size in [256 * 1024, 4096 * 1024] {
            let mut choices = Choices::default();
            choices.encoding = Some(encoding);
            ALLOCATOR.reset_peak_usage();
            let before = ALLOCATOR.current_usage();
            let mut put = Put::new(Endless { size, read: 0 }, "f").expect("a path").choices(choices);
            answer_nothing(&mut put, session.board());
            let peak = ALLOCATOR.peak_usage().saturating_sub(before);
            // Once to digest it, and once to send it.
            assert_eq!(put.into_source().read, 2 * size, "{encoding}");
            assert!(peak < most, "{encoding}: {peak} bytes for {size}");
        }
    }
}

/// Answers a look, and then nothing, which is what chunks print, until the put wants more.
fn answer_nothing(put: &mut Put<Endless>, board: &Board) {
    let mut answer: &[u8] = b"(-2, (), -2, (), 0, 0)\r\n";
    loop {
        let (mut script, mut stdin) = (Script::default(), Stdin::default());
        let ended = put.script(board, &mut script).and_then(|()| {
            put.output(core::mem::take(&mut answer), &mut stdin)?;
            put.reply(Reply::Finished)
        });
        if ended.is_err() {
            return;
        }
    }
}

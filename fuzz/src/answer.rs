use std::{ops::ControlFlow, sync::OnceLock};

use rawpaste::{
    Board, Digest, DigestKind, Error, Exception, Get, Hash, Info, List, Operation, Placed, Put, Reply,
    Script, Session, Space, Stat, Stdin,
    testing::{Bench, Capabilities, Firmware, LinkShape, drive},
};

use super::presentable;

/// What helpers print, taken by the operations directly.
///
/// The input: which operation, the size of the pieces (0 for one), which board (three of them, with different digests),
/// how often the answer repeats (0 to 15) to see that it is bounded; the rest is the answer. For an honest [`Get`] two
/// more say where a byte of its answer is changed, and how, and the rest is the file. For a [`Put`] a byte of 0xff ends
/// each script's answer.
///
/// # Panics
///
/// If an operation takes more than it states, or a [`Get`] succeeds with a wrong content.
pub fn answer(input: &[u8]) {
    let Some((&[which, cut, board, repeat], rest)) = input.split_first_chunk() else { return };
    let board = &boards()[usize::from(board) % 3];
    let printed = rest.repeat(1 + usize::from(repeat & 15));
    let told = Told { board, cut: usize::from(cut), printed: &printed };
    match which % 9 {
        0 => told.once(List::new("d")).map_or((), |entries| assert!(entries.len() <= List::LIMIT)),
        1 => told.bounded(Stat::new("f"), 256),
        2 => told.bounded(Space::new(""), 256),
        3 => digest(&told),
        4 => told.bounded(Ok(Info::new()), 1024),
        5 => get(&told),
        6 => honest_get(board, usize::from(cut), rest),
        7 => put(&told),
        _ => presentable(&Exception::parse(rest).into()),
    }
}

/// What a board of a kind prints.
#[derive(Clone, Copy)]
struct Told<'a> {
    board: &'a Board,
    cut: usize,
    printed: &'a [u8],
}

impl Told<'_> {
    /// One script of `operation` printed this, and ended.
    fn reply<O: Operation>(&self, operation: &mut O) -> Result<ControlFlow<O::Output>, Error> {
        let (mut script, mut stdin) = (Script::default(), Stdin::default());
        operation.script(self.board, &mut script)?;
        let size = if self.cut == 0 { usize::MAX } else { self.cut };
        for piece in self.printed.chunks(size) {
            operation.output(piece, &mut stdin)?;
        }
        operation.reply(Reply::Finished)
    }

    /// Returns the result of an operation of one script, if it came to one.
    fn once<O: Operation>(&self, operation: Result<O, Error>) -> Option<O::Output> {
        let mut operation = operation.expect("a path");
        match self.reply(&mut operation) {
            Ok(ControlFlow::Break(output)) => Some(output),
            Ok(ControlFlow::Continue(())) => panic!("one script is enough"),
            Err(error) => {
                presentable(&error);
                None
            }
        }
    }

    /// The same, of an operation that keeps at most so many bytes.
    fn bounded<O: Operation>(&self, operation: Result<O, Error>, limit: usize) {
        let ended = self.once(operation);
        assert!(ended.is_none() || self.printed.len() <= limit, "{} bytes were kept", self.printed.len());
    }
}

/// Whatever was printed: a get that succeeds has a content with the digest that was printed last.
fn get(told: &Told<'_>) {
    let mut content = Vec::new();
    let Some(size) = told.once(Get::new("f", &mut content)) else { return };
    assert_eq!(size, content.len() as u64);
    let text = String::from_utf8_lossy(told.printed).trim_ascii_end().to_ascii_lowercase();
    assert!(text.ends_with(&Hash::of(kind(told.board), &content).to_string()), "a wrong content");
}

/// How many bytes of a file a get checks together.
const BLOCK: usize = 4096;

/// What stands behind a block: the check over everything up to there.
fn check(crc: bool, bytes: &[u8]) -> String {
    if let (Hash::Crc32(word), true) = (Hash::of(DigestKind::Crc32, bytes), crc) {
        return word.to_string();
    }
    (bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>() & 0xff_ffff).to_string()
}

/// A true answer, with one byte changed: the content is right, or it is an error.
fn honest_get(board: &Board, cut: usize, rest: &[u8]) {
    let Some((&[at, mask], file)) = rest.split_first_chunk() else { return };
    let mut printed = format!("({}, 0)\r\n", file.len()).into_bytes();
    let about = board.about().cloned().unwrap_or_default();
    for end in (0..file.len()).step_by(BLOCK).map(|start| file.len().min(start + BLOCK)) {
        let block = &file[(end - 1) / BLOCK * BLOCK..end];
        if about.binary_output {
            for &byte in block {
                match byte {
                    4 | 0x10 => printed.extend([0x10, byte + 1]),
                    _ => printed.push(byte),
                }
            }
        } else {
            let lines = block.chunks(256).map(|line| line.iter().map(|byte| format!("{byte:02x}")));
            lines.for_each(|line| printed.extend(line.chain(["\r\n".into()]).collect::<String>().bytes()));
        }
        printed.extend(format!("{}\r\n", check(about.crc32, &file[..end])).bytes());
    }
    printed.extend(format!("('{}', True)\r\n", Hash::of(kind(board), file)).bytes());
    let at = usize::from(at) % printed.len();
    printed[at] ^= mask;
    let base64 = board.about().is_some_and(|about| about.base64 && !about.binary_output);
    let mut content = Vec::new();
    let size = Told { board, cut, printed: &printed }.once(Get::new("f", &mut content));
    if size.is_some() && !base64 {
        assert_eq!(content, file, "a wrong content");
    }
    assert!(size.is_some() || mask != 0 || base64, "a true answer was not taken");
}

/// Dots are signs of life and not kept.
fn digest(told: &Told<'_>) {
    let ended = told.once(Digest::new("f"));
    let kept = told.printed.iter().filter(|byte| **byte != b'.').count();
    assert!(ended.is_none() || kept <= 256, "{kept} bytes were kept");
}

/// A put of several chunks; it succeeds only if the last that the board says, dots aside, is `True`, or `1` for a file
/// that is there.
fn put(told: &Told<'_>) {
    let mut put = Put::new(vec![7; 600], "f").expect("a path").chunk(256);
    for printed in told.printed.split(|byte| *byte == 0xff).take(64) {
        match (Told { printed, ..*told }).reply(&mut put) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(placed)) => {
                let mut said = printed.to_vec();
                said.retain(|byte| *byte != b'.');
                let last = said.trim_ascii().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
                let says: &[u8] = if placed == Placed::Same { b"1" } else { b"True" };
                return assert_eq!(last.trim_ascii(), says);
            }
            Err(error) => return presentable(&error),
        }
    }
}

fn kind(board: &Board) -> DigestKind {
    board.about().map(|about| about.digest).unwrap_or_default()
}

/// Boards that were asked what they can: SHA-256 and bytes as they are; CRC-32 and base64; Adler-32 and hex.
fn boards() -> &'static [Board; 3] {
    static BOARDS: OnceLock<[Board; 3]> = OnceLock::new();
    BOARDS.get_or_init(|| {
        let without = |binascii| Capabilities {
            sha256: false,
            stdout_buffer: false,
            binascii,
            ..Capabilities::default()
        };
        [Capabilities::default(), without(true), without(false)].map(|can| {
            let mut bench = Bench::new(Firmware { can, ..Firmware::default() }, LinkShape::default());
            bench.device.disk_mut().insert("f", *b"content");
            let mut session = Session::default();
            let driven =
                drive(&mut session, &mut bench, Digest::new("f").expect("a path"), &Default::default());
            assert!(matches!(driven.result, Some(Ok(_))), "{:?}", driven.result);
            session.board().clone()
        })
    })
}

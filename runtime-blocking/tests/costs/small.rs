//! Boards with little memory.

use std::fs;

use rawpaste::{Choices, Encoding, Error, Exception, Exec, PutAll, Refused, Session};
use rawpaste_blocking::Connection;
use rawpaste_board::{
    MicroPython, Running,
    trial::{Failed, Trial, when_possible},
};
use tempfile::TempDir;

use crate::{content::Content, in_process::InProcess, measure::Planned};

/// A heap of which 20 KiB are free.
const HEAP_20_KIB: usize = 24 * 1024;
/// How far apart smaller ones are.
const SWEEP: usize = 512;

pub(crate) fn trials() -> Vec<Trial> {
    let trial = |name, test: fn() -> Result<(), Failed>| when_possible(Trial::test(name, test));
    vec![
        trial("20 KiB free: a file of 200 KiB arrives whole", large_files),
        trial("less free: a file arrives whole, or nothing is left of it", less_and_less),
        trial("literals that are too long are halved", long_literals),
        trial("a window that is too wide is narrowed, or there is no stream", wide_windows),
        trial("a MemoryError has a frame if the script ran", frames),
    ]
}

/// A MicroPython with so much heap, and a folder of its own.
struct Small {
    heap: usize,
    connection: Connection<InProcess>,
    dir: TempDir,
}

/// What became of a put.
struct Ended<'a> {
    /// Nothing, or why it did not go.
    result: Result<(), Error>,
    plans: Planned<'a>,
}

impl Small {
    fn start(heap: usize) -> Result<Self, Failed> {
        let dir = tempfile::tempdir()?;
        let board = Running::micropython(MicroPython::new(dir.path()).heap(heap.to_string()))?;
        let connection = Connection::new(InProcess::started(board.in_process())?, Session::default());
        Ok(Self { heap, connection, dir })
    }

    /// Puts a file. The folder then holds it alone and whole, or nothing under its name.
    fn put<'a>(&mut self, content: &'a [u8], choices: Choices) -> Result<Ended<'a>, Failed> {
        let mut put = PutAll::new(Planned::new(content), ["a file"])?.choices(choices.clone());
        let result = match self.connection.run(&mut put) {
            Ok(mut results) => results.pop().ok_or("no result")?.map(drop),
            Err(rawpaste_blocking::Error::Engine(error)) => Err(error),
            Err(error) => return Err(error.into()),
        };
        let mut entries = fs::read_dir(self.dir.path())?.collect::<Result<Vec<_>, _>>()?;
        if result.is_ok() {
            let only = entries.pop().ok_or("there is no file")?;
            assert_eq!(only.file_name(), "a file");
            assert!(fs::read(only.path())? == content, "it is another file");
        }
        // Where literals of a forced size broke the memory in pieces, not even a removal can be compiled any more.
        entries.retain(|left| {
            choices == Choices::default() || !left.file_name().to_string_lossy().starts_with(".rp-")
        });
        assert!(entries.is_empty(), "a heap of {}: {result:?} left {entries:?}", self.heap);
        Ok(Ended { result, plans: put.into_files() })
    }
}

fn large_files() -> Result<(), Failed> {
    let content = Content::new();
    for content in [content.random(200 * 1024), content.text(50 * 1024)] {
        let mut small = Small::start(HEAP_20_KIB)?;
        let ended = small.put(content, Choices::default())?;
        ended.result?;
        assert_eq!((content.len(), ended.plans.plans[0].literal), (200 * 1024, 512));
        let free = small.connection.session().board().about().ok_or("it was not asked")?.free;
        assert_eq!(free / 1024, 20);
    }
    Ok(())
}

fn less_and_less() -> Result<(), Failed> {
    let content = Content::new();
    let forced = |chunk, encoding, window_bits| {
        let mut choices = Choices::default();
        (choices.chunk, choices.encoding, choices.window_bits) = (Some(chunk), Some(encoding), window_bits);
        choices
    };
    for (content, choices) in [
        (content.random(16 * 1024), Choices::default()),
        (content.text(4 * 1024), Choices::default()),
        (content.random(32 * 1024), forced(8192, Encoding::Dense, None)),
        (content.text(4 * 1024), forced(256, Encoding::Deflate, Some(15))),
        (content.text(8 * 1024), forced(2048, Encoding::Deflate, Some(12))),
    ] {
        let (mut whole, mut refused) = (0, 0);
        for heap in (8 * 1024..HEAP_20_KIB).step_by(SWEEP) {
            match Small::start(heap)?.put(content, choices.clone())?.result {
                Ok(()) => whole += 1,
                Err(Error::Refused(Refused::Unsupported { .. })) => refused += 1,
                Err(error) => return Err(format!("a heap of {heap}: {error:?}").into()),
            }
        }
        assert!(whole > 0 && refused > 0, "{choices:?}: {whole} whole, {refused} refused");
    }
    Ok(())
}

fn long_literals() -> Result<(), Failed> {
    let content = Content::new();
    let mut choices = Choices::default();
    (choices.chunk, choices.encoding) = (Some(8192), Some(Encoding::Dense));
    let ended = Small::start(HEAP_20_KIB)?.put(content.random(40 * 1024), choices)?;
    ended.result?;
    let literals: Vec<_> = ended.plans.plans.iter().map(|plan| plan.literal).collect();
    assert!(literals.len() > 1 && literals.is_sorted_by(|a, b| b * 2 <= *a), "{literals:?}");
    Ok(())
}

fn wide_windows() -> Result<(), Failed> {
    let content = Content::new();
    let mut choices = Choices::default();
    (choices.chunk, choices.encoding, choices.window_bits) = (Some(256), Some(Encoding::Deflate), Some(15));
    for (heap, streams) in [(HEAP_20_KIB, true), (14 * 1024, false)] {
        let ended = Small::start(heap)?.put(content.text(10 * 1024), choices.clone())?;
        ended.result?;
        let windows: Vec<_> = ended.plans.plans.iter().map(|plan| plan.window_bits).collect();
        assert!(windows[0] > windows[windows.len() - 1], "{windows:?}");
        assert!(windows.is_sorted_by(|a, b| b <= a), "{windows:?}");
        assert_eq!(windows.last().is_some_and(Option::is_some), streams, "{windows:?}");
    }
    Ok(())
}

/// What tells a literal that was too long from a window that was too wide.
fn frames() -> Result<(), Failed> {
    let raised = |code: String| -> Result<Exception, Failed> {
        match Small::start(HEAP_20_KIB)?.connection.run(Exec::captured(code, 100)?) {
            Err(rawpaste_blocking::Error::Engine(Error::Exception(exception))) => Ok(exception),
            other => Err(format!("{other:?}").into()),
        }
    };
    let parsed = (0..4000).map(|n| format!("x={n}00000\n")).collect::<String>();
    for (code, kind, frame) in [
        (&*format!("x=b'{}'", "a".repeat(16_000)), "MemoryError", false),
        (&parsed, "MemoryError", false),
        ("x=(\n", "SyntaxError", true),
        ("bytearray(100000)\n", "MemoryError", true),
        ("def f():\n bytearray(100000)\nf()\n", "MemoryError", true),
        // No byte is left for the frame; the unix port keeps some aside.
        ("a=None\nwhile 1:a=(a,)\n", "MemoryError", true),
    ] {
        let exception = raised(code.into())?;
        assert_eq!((&*exception.kind, exception.file.is_some()), (kind, frame), "{exception}");
    }
    Ok(())
}

//! How much heap a put needs: the smallest on which a real MicroPython takes it as it was asked for.

use std::fmt;

use rawpaste::{
    Board, Choices, Config, Encoding, Error, Files, Info, Plan, PutAll, Scripts, Session, Source,
};
use rawpaste_blocking::Connection;
use rawpaste_board::{MicroPython, Running, trial::Failed};

use crate::{content::Content, in_process::InProcess};

/// Heaps are told apart to so many bytes.
const STEP: usize = 128;
/// No heap below this is tried: MicroPython itself hardly starts on it.
const LEAST: usize = 4096;
/// Nothing is tried above this: what does not work then has another cause.
const MOST: usize = 1 << 20;

/// One way to put a file, of which the cost is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// In chunks, written so.
    Chunks(Encoding),
    /// In chunks, through the stream with this window.
    Deflate(u8),
    /// A small file in one script.
    One,
}

impl Way {
    /// All of them, in the order of the table.
    pub(crate) fn all() -> Vec<Self> {
        let chunks = [Encoding::Dense, Encoding::Base64, Encoding::Ascii].map(Self::Chunks);
        let windows = [9, 10, 11, 12, 13, 14, 15].map(Self::Deflate);
        [&[Self::One][..], &chunks, &windows].concat()
    }

    /// Returns whether there are such literals.
    pub(crate) fn takes(self, literal: usize) -> bool {
        // One script takes files under 3 KiB.
        !matches!(self, Self::One) || literal < 3072
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chunks(encoding) => write!(f, "{encoding}"),
            Self::Deflate(bits) => write!(f, "deflate {bits}"),
            Self::One => f.write_str("one script"),
        }
    }
}

/// What a put met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    /// It went as it was planned; so much memory was free when the board was entered.
    Enough(u64),
    /// It did not, or went in another way than was planned first.
    TooLittle,
}

/// One file that keeps its plans: there is a second only where the first did not work.
pub(crate) struct Planned<'a> {
    content: &'a [u8],
    pub(crate) plans: Vec<Plan>,
}

impl<'a> Planned<'a> {
    pub(crate) fn new(content: &'a [u8]) -> Self {
        Self { content, plans: Vec::new() }
    }
}

impl Files for Planned<'_> {
    fn size(&mut self, _index: usize) -> Result<u64, Error> {
        Ok(self.content.len() as u64)
    }

    fn read_at(&mut self, _index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        Source::read_at(&mut self.content, offset, buffer)
    }

    fn planned(&mut self, _index: usize, plan: &Plan) {
        self.plans.push(plan.clone());
    }
}

/// Measures puts.
pub(crate) struct Gauge {
    /// A board that is said to have a lot of memory, so that nothing but the heap is against one script.
    rich: Board,
    content: Content,
}

impl Gauge {
    pub(crate) fn new() -> Result<Self, Failed> {
        let dir = tempfile::tempdir()?;
        let board = Running::micropython(MicroPython::new(dir.path()))?;
        let mut connection = Connection::new(InProcess::started(board.in_process())?, Session::default());
        connection.run(PutAll::new(Planned::new(b"x"), ["f"])?)?;
        Ok(Self { rich: connection.into_parts().1.board().clone(), content: Content::new() })
    }

    /// Puts a file of some literals of `literal` bytes on a MicroPython with so much heap.
    pub(crate) fn put(&self, way: Way, literal: usize, heap: usize) -> Result<Met, Failed> {
        let dir = tempfile::tempdir()?;
        let board = Running::micropython(MicroPython::new(dir.path()).heap(heap.to_string()))?;
        let session = match way {
            Way::One => Session::with_board(Config::default(), self.rich.clone()),
            Way::Chunks(_) | Way::Deflate(_) => Session::default(),
        };
        let mut connection = Connection::new(InProcess::started(board.in_process())?, session);
        let Ok(about) = connection.run(Info::new()) else { return Ok(Met::TooLittle) };
        let (encoding, window_bits) = match way {
            Way::Chunks(encoding) => (encoding, None),
            Way::Deflate(bits) => (Encoding::Deflate, Some(bits)),
            Way::One => (Encoding::Dense, None),
        };
        let mut choices = Choices::default();
        (choices.chunk, choices.encoding, choices.window_bits) = (Some(literal), Some(encoding), window_bits);
        let content = match way {
            Way::Chunks(_) => self.content.random(4 * literal),
            Way::Deflate(_) => self.content.text(4 * literal),
            Way::One => self.content.random(literal),
        };
        let mut put = PutAll::new(Planned::new(content), ["f"])?.choices(choices);
        let ended = connection.run(&mut put);
        let plans = put.into_files().plans;
        let placed = matches!(&ended, Ok(results) if matches!(results[..], [Ok(_)]));
        if !placed || plans.len() != 1 {
            return Ok(Met::TooLittle);
        }
        assert_eq!(std::fs::read(dir.path().join("f"))?, content, "{way} {literal}");
        let one = matches!(way, Way::One);
        assert_eq!(plans[0].scripts == Scripts::One, one, "{}", plans[0]);
        Ok(Met::Enough(about.free))
    }

    /// Returns the least free memory with which that works.
    pub(crate) fn need(&self, way: Way, literal: usize) -> Result<u64, Failed> {
        let (mut fails, mut works) = (LEAST, 16 * 1024);
        let mut free = loop {
            match self.put(way, literal, works)? {
                Met::Enough(free) => break free,
                Met::TooLittle => (fails, works) = (works, works * 2),
            }
            if works > MOST {
                return Err(format!("{way} with literals of {literal} does not work at all").into());
            }
        };
        while works - fails > STEP {
            let heap = usize::midpoint(fails, works) / STEP * STEP;
            match self.put(way, literal, heap)? {
                Met::Enough(less) => (works, free) = (heap, less),
                Met::TooLittle => fails = heap,
            }
        }
        Ok(free)
    }
}

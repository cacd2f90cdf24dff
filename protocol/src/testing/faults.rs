use alloc::vec::Vec;
use core::time::Duration;

/// Which way a fault stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the host to the board.
    Up,
    /// From the board to the host.
    Down,
}

/// Something that goes wrong on a [`Wire`](crate::testing::Wire), once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which way.
    pub direction: Direction,
    /// Before or with which byte of that way, counted from 0 as they enter the wire.
    pub at: u64,
    /// What goes wrong.
    pub trouble: Trouble,
}

/// What may go wrong on a wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// So many bytes, this one the first, are lost, however late the later ones come.
    Drop(u64),
    /// This byte arrives so many times more.
    Repeat(usize),
    /// This byte arrives changed: exclusive or with the mask.
    Corrupt(u8),
    /// Nothing moves for a while before this byte.
    Stall(Duration),
    /// This text arrives before the byte.
    Chatter(Vec<u8>),
    /// The board is reset when the byte would arrive; the byte is lost.
    Reset,
    /// The wire is cut before the byte, both ways: the host sees the end of the file.
    End,
}

impl Trouble {
    /// Returns one of each kind, to try at each byte: silence for longer than the usual patience among them.
    #[must_use]
    pub fn kinds() -> [Self; 8] {
        [
            Self::Drop(1),
            Self::Repeat(1),
            Self::Corrupt(0x01),
            Self::Corrupt(0x80),
            Self::Stall(Duration::from_secs(12)),
            Self::Chatter(b"tick\r\n".to_vec()),
            Self::Reset,
            Self::End,
        ]
    }
}

impl Fault {
    /// Returns trouble with byte `at` from host to board.
    #[must_use]
    pub const fn up(at: u64, trouble: Trouble) -> Self {
        Self { direction: Direction::Up, at, trouble }
    }

    /// Returns trouble with byte `at` from board to host.
    #[must_use]
    pub const fn down(at: u64, trouble: Trouble) -> Self {
        Self { direction: Direction::Down, at, trouble }
    }
}

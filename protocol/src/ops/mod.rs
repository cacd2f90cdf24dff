//! Operations: one file each. A new one touches nothing else but the lists of its name here and in the crate's root.

mod about;
mod change;
mod clock;
mod eight_bit;
mod eval;
mod exec;
mod leave;
mod list;
mod make_dir;
mod mounts;
mod remove;
mod rename;
mod reset;
mod space;
mod stat;
mod stat_all;

pub use about::Info;
pub use clock::{Clock, DateTime};
pub use eval::Eval;
pub use exec::{Captured, Exec};
pub use leave::Leave;
pub use list::{Entry, List};
pub use make_dir::MakeDir;
pub use mounts::{Mount, Mounts};
pub use remove::Remove;
pub use rename::Rename;
pub use reset::Reset;
pub use space::{Room, Space};
pub use stat::{Kind, Stat, Status};
pub use stat_all::StatAll;

use alloc::format;
use core::ops::ControlFlow;

use crate::{Board, Error, Needs, Operation, Refused, Reply, Script, Stdin};
use eight_bit::EightBit;
pub(crate) use eight_bit::SelfTest;
#[cfg(feature = "testing")]
pub(crate) use reset::{BOOTLOADER, HARD};
#[cfg(feature = "transfer")]
pub(crate) use {make_dir::MAKE_DIR, remove::REMOVE};

/// The helpers of these operations.
#[cfg(feature = "testing")]
pub(crate) const HELPERS: &[&crate::Helper] = &[
    &about::ABOUT,
    &clock::CLOCK,
    &eight_bit::TEST,
    &list::LIST,
    &MAKE_DIR,
    &mounts::MOUNTS,
    &REMOVE,
    &rename::RENAME,
    &space::SPACE,
    &stat::STAT,
];

/// What the engine runs before an operation that needs to know something of the board.
#[derive(Debug)]
pub(crate) enum Probe {
    About(Info),
    EightBit(EightBit),
}

impl Probe {
    /// Returns the first probe that is still to be run.
    pub(crate) fn first(needs: Needs, board: &Board) -> Option<Self> {
        if needs.about && board.about.is_none() {
            return Some(Self::About(Info::new()));
        }
        let asks = needs.eight_bit && board.eight_bit.is_none() && !board.self_test.unsure;
        asks.then(|| Self::EightBit(EightBit::new()))
    }

    pub(crate) fn script(&mut self, board: &mut Board, script: &mut Script) -> Result<(), Error> {
        match self {
            Self::About(info) => info.script(board, script),
            Self::EightBit(test) => {
                test.script(board, script);
                Ok(())
            }
        }
    }

    pub(crate) fn output(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Self::About(info) => info.output(bytes, &mut Stdin::default()),
            Self::EightBit(test) => test.output(bytes),
        }
    }

    pub(crate) fn reply(&mut self, reply: Reply, board: &mut Board) -> Result<(), Error> {
        match self {
            Self::About(info) => {
                if let ControlFlow::Break(about) = info.reply(reply)? {
                    board.about = Some(about);
                }
            }
            Self::EightBit(test) => test.reply(reply, board)?,
        }
        Ok(())
    }
}

/// Turns the exceptions that have a known way out into a refusal that names it; `calls` are the functions of `os` that
/// the operation calls.
pub(crate) fn explain(error: Error, calls: &[&str]) -> Error {
    let Error::Exception(exception) = &error else { return error };
    let is_about = |name: &str| exception.message.contains(&format!("'{name}'"));
    let lacks_function = match &*exception.kind {
        "AttributeError" => calls.iter().any(|name| is_about(name)),
        "ImportError" => !calls.is_empty() && is_about("os"),
        _ => false,
    };
    let refused = match exception.errno {
        Some(30) => Refused::Unsupported {
            lacks: "a file system that is read-only now",
            instead: "on CircuitPython eject its USB drive, or call storage.remount('/', False) in boot.py",
        },
        Some(19) => Refused::Unsupported {
            lacks: "no file system there",
            instead: "format or mount one (MicroPython's documentation, `vfs`), or use a firmware with one",
        },
        _ if lacks_function => Refused::Unsupported {
            lacks: "a firmware without this function of `os`",
            instead: "run code of your own with Exec, or use a firmware that has it",
        },
        _ => return error,
    };
    refused.into()
}

/// What the board had no memory for, and there is no way to ask less.
pub(crate) const NO_MEMORY: Refused = Refused::Unsupported {
    lacks: "too little free memory for this (MemoryError)",
    instead: "reset it and keep its own program from running (main.py), which fills it; then run it again",
};

/// Checks a path for the board before anything is sent.
pub(crate) fn check_path(path: &str) -> Result<(), Error> {
    let wrong = if path.contains('\0') {
        "holds a NUL"
    } else if path.split('/').any(|name| name.len() > 255) {
        "has a part of more than 255 bytes, which no file system of a board holds"
    } else {
        return Ok(());
    };
    Err(Refused::Path { path: path.into(), wrong }.into())
}

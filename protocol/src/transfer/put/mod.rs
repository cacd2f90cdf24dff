//! Puts.

mod all;
mod compare;
mod current;
mod delta;
mod flight;
mod heard;
mod next;
mod on_board;
mod setbacks;
mod stream;

use alloc::string::String;
use core::{fmt, ops::ControlFlow};

use super::{
    plan::{Choices, Plan},
    source::Source,
};
use crate::{Board, Error, Needs, Operation, Progress, Refused, Reply, Script, Stdin};

pub use all::{Files, Placed, PutAll};
#[cfg(feature = "testing")]
pub(super) use on_board::HELPERS;
#[cfg(feature = "testing")]
pub(super) use on_board::{ONCE, PATCH};

/// Puts a file on the board: the target is the old file or the new one, at any moment.
///
/// What it sends goes to a temporary name beside the target; its digest is compared on the board, then it is renamed
/// over the target. The source is digested first, and again as it is sent, so that a file that changed under the put is an
/// error. Where the target is the same already nothing is sent, but
/// of a file below 3 KiB, which goes in the one script that a look would take. After a fault, a cancel or a kill the temporary file stays,
/// and the next put there goes on from what it holds; after an exception or a refusal it is removed. On FAT the rename has
/// a gap in which neither file is there (MicroPython's `extmod/vfs_fat.c`). A board without `os.rename` has its target
/// written directly ([`Plan`] says so).
pub struct Put<S>(PutAll<Only<S>>);

impl<S: Source> Put<S> {
    /// Returns the operation that puts what `source` holds at `path`, which names the file itself.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`] if no board can have such a file, or its name begins with `.rp-`, as those of temporary files do.
    pub fn new(source: S, path: &str) -> Result<Self, Error> {
        Ok(Self(PutAll::new(Only { source, plan: None }, [String::from(path)])?))
    }

    /// Forces choices that the [`Plan`] makes otherwise.
    #[must_use]
    pub fn choices(self, choices: Choices) -> Self {
        Self(self.0.choices(choices))
    }

    /// Forces how many bytes the literals of one script hold.
    #[must_use]
    pub fn chunk(mut self, bytes: usize) -> Self {
        self.0.choices.chunk = Some(bytes);
        self
    }

    /// Says that where there is no room for both the old file goes first. Cut off then, the board has neither.
    #[must_use]
    pub fn in_place(self, in_place: bool) -> Self {
        Self(self.0.in_place(in_place))
    }

    /// Returns how the file travels, once that is decided.
    #[must_use]
    pub const fn plan(&self) -> Option<&Plan> {
        self.0.files.plan.as_ref()
    }

    /// Ends the operation and gives the source back.
    pub fn into_source(self) -> S {
        self.0.into_files().source
    }
}

impl<S: Source> Operation for Put<S> {
    type Output = Placed;

    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.0.script(board, script)
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        self.0.output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Placed>, Error> {
        Ok(match self.0.reply(reply)? {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break(results) => {
                let only = results.into_iter().next();
                ControlFlow::Break(only.unwrap_or_else(|| Err(Refused::Ended.into()))?)
            }
        })
    }

    fn progress(&self) -> Option<Progress> {
        self.0.progress()
    }
}

impl<S> fmt::Debug for Put<S> {
    /// Never shows the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Put").field(&self.0).finish()
    }
}

/// The one file of a [`Put`].
struct Only<S> {
    source: S,
    plan: Option<Plan>,
}

impl<S: Source> Files for Only<S> {
    fn size(&mut self, _index: usize) -> Result<u64, Error> {
        self.source.size()
    }

    fn read_at(&mut self, _index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.source.read_at(offset, buffer)
    }

    fn planned(&mut self, _index: usize, plan: &Plan) {
        self.plan = Some(plan.clone());
    }
}

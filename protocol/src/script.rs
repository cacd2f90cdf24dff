use alloc::{format, vec::Vec};
use core::fmt;

use crate::{Error, Helper, Patience, Quoting, Refused, control, helper, quote, quote_str};

/// Python source for the board, and what the session must know about it.
///
/// An [`Operation`](crate::Operation) fills it in [`script`](crate::Operation::script); the buffer is reused from
/// script to script. It cannot hold `^C`, `^D` or NUL, which would act on the REPL.
#[derive(Default)]
pub struct Script {
    source: Vec<u8>,
    helpers: Vec<&'static Helper>,
    quoting: Quoting,
    patience: Option<Patience>,
    resets: Resets,
    follows: Follows,
    leaves: Option<Leaves>,
    /// Whether the helpers are gone once it ran.
    wipes: bool,
    /// Whether it is the operation's first of a run.
    first: bool,
    /// Whether nothing of the engine is on the board.
    bare: bool,
    windowed: bool,
    ahead: bool,
}

/// What follows a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Follows {
    /// Perhaps nothing.
    #[default]
    Nothing,
    /// Another script.
    Another,
    /// Another script, which may be asked for before this one's reply.
    AtOnce,
}

/// Whether a script resets the board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Resets {
    #[default]
    No,
    /// It may; what comes then is listened to, up to a prompt.
    May,
    /// It does unless it raises, and what the board does then is not waited for.
    Does,
}

/// Where the board is left after a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// At the friendly prompt.
    AtPrompt,
    /// Softly reset from there.
    Reset,
}

/// One argument of a helper.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument<'a> {
    /// An integer.
    Int(u64),
    /// A str; a path goes in this way.
    Str(&'a str),
    /// A bytes literal.
    Bytes(&'a [u8]),
    /// The same in base64, which is bytes again on the board; the script [requires](Script::require) [`helper::BASE64`].
    #[cfg(feature = "transfer")]
    Base64(&'a [u8]),
    /// A tuple of tuples: an offset, a length and bytes.
    #[cfg(feature = "transfer")]
    Pieces(&'a [(u64, u64, &'a [u8])]),
}

impl Script {
    /// Appends source as it is.
    ///
    /// # Errors
    ///
    /// [`Refused::Byte`] at the first `^C`, `^D` or NUL; the script is unchanged then.
    pub fn code(&mut self, source: &[u8]) -> Result<(), Error> {
        let forbidden = |byte: &u8| matches!(*byte, 0 | control::CTRL_C | control::CTRL_D);
        if let Some(at) = source.iter().position(forbidden) {
            return Err(Refused::Byte { byte: source[at], at: self.source.len() + at }.into());
        }
        self.source.extend_from_slice(source);
        Ok(())
    }

    /// Appends a call of `helper`, a line of its own. The session defines it on the board first if it must.
    pub(crate) fn call(&mut self, helper: &'static Helper, arguments: &[Argument<'_>]) {
        self.require(&helper::CALL);
        self.require(helper);
        let check = helper::check(helper.name, arguments);
        self.source.extend_from_slice(format!("_rp.z({check},'{}'", helper.name).as_bytes());
        for argument in arguments {
            self.source.push(b',');
            self.literal(*argument);
        }
        self.source.extend_from_slice(b")\n");
    }

    /// Appends a call of `helper` as [`call`](Self::call) does, but without a check over its arguments: the helper
    /// notices itself what did not arrive as it was sent.
    #[cfg(feature = "transfer")]
    pub(crate) fn call_bare<'a>(
        &mut self,
        helper: &'static Helper,
        arguments: impl IntoIterator<Item = Argument<'a>>,
    ) {
        self.require(helper);
        for part in ["_rp.", helper.name, "("] {
            self.source.extend_from_slice(part.as_bytes());
        }
        for (at, argument) in arguments.into_iter().enumerate() {
            if at > 0 {
                self.source.push(b',');
            }
            self.literal(argument);
        }
        self.source.extend_from_slice(b")\n");
    }

    /// Writes the script that is `whole`, which needs no helper and leaves none.
    #[cfg(feature = "transfer")]
    pub(crate) fn whole(&mut self, whole: &'static helper::Whole, arguments: &[Argument<'_>]) {
        self.wipes = true;
        for (at, piece) in whole.pieces.iter().enumerate() {
            self.source.extend_from_slice(piece.as_bytes());
            if let Some(argument) = arguments.get(at) {
                self.literal(*argument);
            }
        }
    }

    fn literal(&mut self, argument: Argument<'_>) {
        match argument {
            Argument::Int(number) => self.number(number),
            Argument::Str(text) => quote_str(text, &mut self.source),
            Argument::Bytes(bytes) => quote(bytes, self.quoting, &mut self.source),
            #[cfg(feature = "transfer")]
            Argument::Base64(bytes) => {
                for part in ["_rp.", helper::BASE64.name, "('"] {
                    self.source.extend_from_slice(part.as_bytes());
                }
                self.base64(bytes);
                self.source.extend_from_slice(b"')");
            }
            #[cfg(feature = "transfer")]
            Argument::Pieces(pieces) => {
                self.source.push(b'(');
                for (offset, length, bytes) in pieces {
                    self.source.extend_from_slice(format!("({offset},{length},").as_bytes());
                    quote(bytes, self.quoting, &mut self.source);
                    self.source.extend_from_slice(b"),");
                }
                self.source.push(b')');
            }
        }
    }

    /// Appends a number in decimal.
    fn number(&mut self, mut number: u64) {
        let (mut digits, mut first) = ([0; 20], 20);
        while first == 20 || number > 0 {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.source.extend_from_slice(&digits[first..]);
    }

    #[cfg(feature = "transfer")]
    fn base64(&mut self, bytes: &[u8]) {
        use base64::{Engine, engine::general_purpose::STANDARD};

        let start = self.source.len();
        self.source.resize(start + bytes.len().div_ceil(3) * 4, 0);
        let written = STANDARD.encode_slice(bytes, &mut self.source[start..]);
        // It has room for all.
        self.source.truncate(start + written.unwrap_or(0));
    }

    /// Says that the script needs `helper`, which its calls do not name.
    pub(crate) fn require(&mut self, helper: &'static Helper) {
        for needed in helper.requires {
            self.require(needed);
        }
        if !self.helpers.iter().any(|there| core::ptr::eq(*there, helper)) {
            if self.helpers.capacity() == 0 {
                // More than any script needs, so that each of two in turn allocates once.
                self.helpers.reserve(16);
            }
            self.helpers.push(helper);
        }
    }

    /// Sets how long the board may be silent while this script runs; otherwise it is
    /// [`Config::patience`](crate::Config::patience).
    pub fn patience(&mut self, patience: Patience) {
        self.patience = Some(patience);
    }

    /// Says that the script may reset the board: the end of the port is then its end, and no fault.
    pub fn may_reset(&mut self) {
        self.resets = Resets::May;
    }

    /// Says that the script resets the board, unless it raises: what the board does then is not waited for.
    pub(crate) const fn does_reset(&mut self) {
        self.resets = Resets::Does;
        self.wipes = true;
    }

    /// Says that another script follows, so that its offer may ride along with this script's `^D`: that saves the way there
    /// and back. A script that reads its standard input must not say so: the offer would be read as input.
    pub fn more(&mut self) {
        if self.follows == Follows::Nothing {
            self.follows = Follows::Another;
        }
    }

    /// Says [`more`](Self::more), and that the next script may be asked for before this one's reply. In an
    /// [open flow](crate::Flow::Open) its source then goes out behind this one's, so that two are in flight at most; replies
    /// come in the order of scripts. In a windowed flow it is `more` and nothing else.
    ///
    /// The next script runs whatever becomes of this one: let it look for itself on the board, and do nothing where this
    /// one failed. A script of the engine's own that arrives damaged is not sent again then; its exception is the
    /// reply. An independent script must not reset the board, nor run for long: a `^C` may wait behind the next one's source.
    pub fn independent(&mut self) {
        self.follows = Follows::AtOnce;
    }

    /// Says that bytes were lost on the way, as an earlier reply showed: from this script on the flow is
    /// [windowed](crate::Flow::Windowed), until [`Session::lose`](crate::Session::lose). The script waits for the replies of those in
    /// flight.
    pub fn windowed(&mut self) {
        self.windowed = true;
    }

    /// Returns whether it is asked for before the reply of the one before, which is [independent](Self::independent). If not,
    /// nothing is in flight: replies that an operation still waits for were lost with an earlier run.
    #[must_use]
    pub const fn is_ahead(&self) -> bool {
        self.ahead
    }

    /// Says that after this script the board is to be left so.
    pub(crate) const fn leave(&mut self, leaves: Leaves) {
        self.leaves = Some(leaves);
    }

    /// Returns whether it is the operation's first of a run, or the last one was not sent: what went before may have
    /// arrived or not.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.first
    }

    /// Returns whether nothing of the engine is on the board, so that a script that needs no helper is the shortest.
    #[cfg(feature = "transfer")]
    pub(crate) const fn is_bare(&self) -> bool {
        self.bare
    }

    /// Sets how bytes are quoted from here on.
    #[cfg(feature = "transfer")]
    pub(crate) const fn quote_as(&mut self, quoting: Quoting) {
        self.quoting = quoting;
    }

    /// Takes note of when it is written.
    pub(crate) const fn at(&mut self, first: bool, bare: bool) {
        (self.first, self.bare) = (first, bare);
    }

    pub(crate) fn clear(&mut self, quoting: Quoting) {
        self.source.clear();
        self.helpers.clear();
        self.quoting = quoting;
        self.patience = None;
        self.resets = Resets::No;
        self.follows = Follows::Nothing;
        self.leaves = None;
        self.wipes = false;
        (self.first, self.bare) = (false, false);
        self.windowed = false;
        self.ahead = false;
    }

    /// Makes it one that is written while another is under way.
    pub(crate) fn clear_ahead(&mut self, quoting: Quoting) {
        self.clear(quoting);
        self.ahead = true;
    }

    /// Packs it, if that makes it shorter.
    #[cfg(feature = "deflate")]
    pub(crate) fn pack(&mut self, quoting: Quoting) {
        if let Some(packed) = crate::packed::pack(&self.source, quoting) {
            self.source = packed;
        }
    }

    /// Makes it the script that defines `helpers`.
    pub(crate) fn define(&mut self, helpers: Vec<&'static Helper>, nonce: Option<u32>) {
        self.clear(Quoting::Dense);
        helper::define(&helpers, nonce, &mut self.source);
        self.helpers = helpers;
        self.more();
    }

    #[inline]
    pub(crate) fn source(&self) -> &[u8] {
        &self.source
    }

    pub(crate) fn helpers(&self) -> &[&'static Helper] {
        &self.helpers
    }

    pub(crate) const fn asked_patience(&self) -> Option<Patience> {
        self.patience
    }

    pub(crate) const fn resets(&self) -> Resets {
        self.resets
    }

    pub(crate) fn has_more(&self) -> bool {
        self.follows != Follows::Nothing
    }

    pub(crate) fn is_independent(&self) -> bool {
        self.follows == Follows::AtOnce
    }

    pub(crate) const fn says_windowed(&self) -> bool {
        self.windowed
    }

    pub(crate) const fn wipes(&self) -> bool {
        self.wipes
    }

    pub(crate) const fn leaves(&self) -> Option<Leaves> {
        self.leaves
    }

    /// Checks that the script can go in plain raw mode, where `^A` and `^B` act and length can stop the firmware.
    pub(crate) fn check_plain(&self, limit: usize) -> Result<(), Error> {
        let forbidden = |byte: &u8| matches!(*byte, control::CTRL_A | control::CTRL_B);
        if let Some(at) = self.source.iter().position(forbidden) {
            return Err(Refused::Byte { byte: self.source[at], at }.into());
        }
        if self.source.len() > limit {
            return Err(Refused::TooLong { length: self.source.len(), limit }.into());
        }
        Ok(())
    }
}

impl fmt::Debug for Script {
    /// Never shows the source: it holds the contents of files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("length", &self.source.len()).finish_non_exhaustive()
    }
}

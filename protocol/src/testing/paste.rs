use alloc::vec::Vec;

use crate::testing::{
    Raised,
    console::{Carrier, Core, syntax_error},
    input::Ring,
    lexer::Lexer,
    mode::Mode,
    raw,
    traceback::Origin,
};

/// An open raw paste.
#[derive(Debug)]
pub(crate) struct Paste {
    window: u16,
    /// Bytes until the next grant.
    remaining: u16,
    granted: usize,
    /// Source bytes that arrived, for the statistics.
    arrived: usize,
    /// Source bytes that were read.
    taken: usize,
    /// No `^C` or `^D` has arrived: what comes is source.
    open: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Reading {
        source: Vec<u8>,
        lexer: Lexer,
    },
    /// The compiler has given up, and the rest is thrown away.
    Discarding(Raised, Origin),
}

impl Paste {
    pub(crate) fn new(window: u16, core: &mut Core, input: &Ring) -> Self {
        let state = State::Reading { source: Vec::new(), lexer: Lexer::new() };
        let arrived = input.source_waiting();
        let open = !input.ends_source();
        let paste = Self { window, remaining: window, granted: 0, arrived, taken: 0, open, state };
        paste.account(core);
        paste
    }

    /// A byte arrived; it may still wait to be read, or have been dropped.
    pub(crate) fn arrives(&mut self, byte: u8, core: &mut Core) {
        self.open &= !matches!(byte, 3 | 4);
        if self.open {
            self.arrived += 1;
            self.account(core);
        }
    }

    fn account(&self, core: &mut Core) {
        let unread = self.arrived.saturating_sub(self.taken);
        core.statistics.highest_unread = core.statistics.highest_unread.max(unread);
        let credit = (2 + self.granted) * usize::from(self.window);
        core.statistics.credit_exceeded |= self.arrived > credit;
    }

    /// What the paste makes of a byte.
    pub(crate) fn byte(mut self, byte: u8, core: &mut Core) -> Mode {
        if matches!(byte, 3 | 4) {
            return self.end(byte, core);
        }
        self.taken += 1;
        let State::Reading { source, lexer } = &mut self.state else { return Mode::Paste(self) };
        self.remaining = self.remaining.saturating_sub(1);
        if self.remaining == 0 {
            core.say(b"\x01");
            self.remaining = self.window;
            self.granted += 1;
        }
        source.push(byte);
        let lexed = lexer.byte(byte).map_err(syntax_error).and_then(|()| core.fits(0, lexer.literals()));
        let refused = lexed.err().or_else(|| core.refused(source));
        if let Some((raised, origin)) = refused {
            core.say(b"\x04");
            self.state = State::Discarding(raised, origin);
        }
        Mode::Paste(self)
    }

    fn end(self, byte: u8, core: &mut Core) -> Mode {
        let (raised, origin) = match self.state {
            State::Discarding(raised, origin) => (raised, origin),
            State::Reading { source, .. } => {
                core.say(b"\x04");
                if byte == 4 {
                    return raw::run(&source, Carrier::Paste, core);
                }
                (Raised::new("KeyboardInterrupt", ""), Origin::Reading)
            }
        };
        core.say(b"\x04");
        core.report(&raised, &origin);
        core.say(b"\x04>");
        Mode::Raw(Vec::new())
    }
}

use alloc::vec::Vec;
use core::time::Duration;

use crate::{
    Board, Config, Fault, Flow, Helper, Holds, Instant, Operation, Outbox, Patience, Reply, Run, Script,
    Stdin,
    link::{Desk, Link, Turn},
};

/// What is kept from run to run: where the link is, what is known of the board, which helpers are defined there.
///
/// It holds no port and no clock: a driver carries the bytes of one [`Run`] at a time. A session keeps at most 64 KiB
/// besides the scripts that the caller wrote, whatever the board sends.
#[derive(Debug)]
pub struct Session {
    pub(crate) config: Config,
    pub(crate) board: Board,
    pub(crate) link: Link,
    pub(crate) outbox: Outbox,
    pub(crate) stdin: Stdin,
    /// The script of the operation, or of a probe before it.
    pub(crate) script: Script,
    /// The operation's next script, while `script` is under way.
    pub(crate) next: Script,
    /// The script that defines helpers, while `script` waits for them.
    pub(crate) definition: Script,
    /// The helpers that are on the board.
    pub(crate) defined: Vec<&'static Helper>,
    /// How many helpers one script defines: fewer where the board had no memory to compile as many.
    together: usize,
    /// Whether bytes went or came since the last poll.
    pub(crate) stirred: bool,
    /// Whether the flow became windowed, which no event has said yet.
    pub(crate) narrowed: bool,
    /// Whose script is under way.
    pub(crate) whose: Whose,
}

/// Whose a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The operation's, in `script`: what is typed is for it.
    Operation,
    /// A probe's, in `script`.
    Probe,
    /// The engine's, in `definition`.
    Definition,
}

impl Session {
    /// Returns a session that knows nothing of the board yet. Nothing is sent before an operation is run.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self::with_board(config, Board::default())
    }

    /// Returns a session for a board that an earlier one came to know, perhaps through another port.
    #[must_use]
    pub fn with_board(mut config: Config, board: Board) -> Self {
        config.nonce = (config.nonce & 0x3fff_ffff).max(1);
        let outbox = Outbox::new(config.holds, config.policy);
        let board = board.on_another_path(&config);
        Self {
            config,
            board,
            link: Link::new(),
            outbox,
            stdin: Stdin::default(),
            script: Script::default(),
            next: Script::default(),
            definition: Script::default(),
            defined: Vec::new(),
            together: usize::MAX,
            stirred: false,
            narrowed: false,
            whose: Whose::Probe,
        }
    }

    /// Starts an operation. Nothing happens before the first [`Run::poll`]; dropping the run is legal at any step, and
    /// the next run finds its own way back to a clean prompt.
    pub fn run<O: Operation>(&mut self, operation: O) -> Run<'_, O> {
        Run::new(self, operation)
    }

    /// Returns what is known of the board.
    #[must_use]
    pub const fn board(&self) -> &Board {
        &self.board
    }

    /// Returns how source goes on this connection: what [`Config::flow`] asks for, until bytes were lost. From then on
    /// it is windowed, until [`lose`](Self::lose).
    #[must_use]
    pub const fn flow(&self) -> Flow {
        self.board.flow()
    }

    /// Says that the transport was replaced, or that something else talked to the board: the next run enters afresh, and
    /// what belongs to the path is found out again.
    pub fn lose(&mut self) {
        self.give_up();
        self.link.forget();
        self.board = self.board.clone().on_another_path(&self.config);
        self.narrowed = false;
    }

    /// The link failed: the next run enters afresh.
    pub(crate) fn give_up(&mut self) {
        self.link.lose();
        self.forget_writes();
    }

    /// What was not written must not go, and for what was no flush is owed: whatever is written next will bring one.
    fn forget_writes(&mut self) {
        self.outbox.clear();
        self.outbox.flushed();
    }

    /// Begins a run: what an earlier one left unsent must not go.
    pub(crate) fn begin(&mut self) {
        self.forget_writes();
        self.stdin.clear();
        self.board.self_test.unsure = false;
        self.whose = Whose::Probe;
        self.stirred = false;
        if !self.link.is_settled() {
            self.link.lose();
        }
    }

    pub(crate) fn poll_link(&mut self, now: Instant) -> Result<Turn, Fault> {
        let (script, stdin) = match self.whose {
            Whose::Operation => (&self.script, Some(&mut self.stdin)),
            Whose::Probe => (&self.script, None),
            Whose::Definition => (&self.definition, None),
        };
        let (next, outbox, config) = (&self.next, &mut self.outbox, &self.config);
        self.link.poll(now, &mut Desk { script, next, outbox, stdin, config })
    }

    /// Says whether the middle of a windowed paste is on its way to a transport that holds nothing back.
    pub(crate) const fn is_streaming(&self) -> bool {
        matches!(self.config.holds, Holds::Nothing)
            && self.config.in_flight.is_none()
            && self.link.is_streaming()
    }

    /// Puts in the outbox what counts as sent of the script under way, from here on.
    pub(crate) fn keep(&mut self, at: usize) {
        let source = match self.whose {
            Whose::Operation | Whose::Probe => self.script.source(),
            Whose::Definition => self.definition.source(),
        };
        self.outbox.push(source.get(at..self.link.sent()).unwrap_or_default());
    }

    /// Returns the script under way.
    #[inline]
    pub(crate) const fn current(&self) -> &Script {
        match self.whose {
            Whose::Operation | Whose::Probe => &self.script,
            Whose::Definition => &self.definition,
        }
    }

    /// Asks for `^C`; returns whether the write under way was given up for it.
    pub(crate) fn interrupt(&mut self) -> bool {
        let void = self.link.interrupt();
        if void {
            self.outbox.clear();
        }
        void
    }

    /// Returns how long the write under way may take; for ever is very long.
    pub(crate) const fn write_patience(&self) -> Duration {
        match self.link.write_patience(self.current(), &self.config) {
            Patience::For(time) => time,
            Patience::Forever => Duration::MAX,
        }
    }

    /// Bytes were lost on the way: from here on it is windowed.
    pub(crate) const fn narrow(&mut self) {
        self.narrowed |= self.board.close_flow();
    }

    /// The script under way was answered, and the next one takes its place.
    pub(crate) const fn turn_over(&mut self) {
        core::mem::swap(&mut self.script, &mut self.next);
    }

    /// The transport ended. That may be what the script was for.
    pub(crate) fn closed(&mut self) -> Result<Reply, Fault> {
        self.forget_writes();
        self.link.closed()
    }

    /// Returns whether the operation's script calls a helper that is not on the board; writes its definition then. In
    /// plain raw mode, where scripts are short, it defines one at a time.
    pub(crate) fn lacks_helpers(&mut self, again: bool) -> bool {
        let lacks = |helper: &&'static Helper| self.lacks(helper);
        if !self.script.helpers().iter().any(lacks) {
            return false;
        }
        let mut missing: Vec<_> = self.script.helpers().iter().copied().filter(lacks).collect();
        missing.truncate(if self.board.plain { self.together.min(1) } else { self.together });
        let nonce = self.defined.is_empty().then_some(self.config.nonce);
        self.definition.define(missing, nonce);
        // What did not work packed is sent as it is; so is all where there was too little memory.
        #[cfg(feature = "deflate")]
        if !again && self.together == usize::MAX && crate::packed::takes(&self.board) {
            self.definition.pack(self.board.quoting());
        }
        let _ = again;
        true
    }

    /// The board had no memory for the definition; returns whether there is a way to ask less: fewer at once, then none
    /// of those that this script does not call.
    pub(crate) fn defines_fewer(&mut self) -> bool {
        let last = self.definition.helpers().len();
        let needless = |helper: &&'static Helper| !self.script.helpers().contains(helper);
        if last > 1 {
            self.together = last / 2;
            return true;
        }
        if !self.defined.iter().any(needless) {
            return false;
        }
        // A definition of none takes the place of all.
        self.defined.clear();
        self.together = 0;
        true
    }

    fn lacks(&self, helper: &'static Helper) -> bool {
        // Each is one static.
        !self.defined.iter().any(|defined| core::ptr::eq(*defined, helper))
    }

    /// Returns whether the next script may go behind the one under way: in an open flow, if its helpers are there.
    pub(crate) fn may_follow(&self) -> bool {
        let lacks = self.next.helpers().iter().any(|helper| self.lacks(helper));
        self.board.next_flow() == Flow::Open && !lacks && self.next.leaves().is_none()
    }

    /// The definition ran: its helpers are there now.
    pub(crate) fn has_helpers(&mut self) {
        self.together = self.together.max(1);
        for helper in self.definition.helpers() {
            // Of the variants of one the last counts.
            self.defined.retain(|defined| defined.name != helper.name);
            self.defined.push(helper);
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

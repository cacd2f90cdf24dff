//! Scripts that must run in order, as an operation that keeps two of them in flight, and what they do on the board.

use std::{collections::VecDeque, ops::ControlFlow};

use rawpaste::{
    Board, Error, Operation, Reply, Script,
    testing::{Act, Bench, Machine, Program, Raised},
};

/// What a board runs for each step.
type Twin = fn(&mut Machine) -> Result<(), Raised>;

/// As many steps as there may be.
const TWINS: [Twin; 12] = [
    step::<0>, step::<1>, step::<2>, step::<3>, step::<4>, step::<5>, step::<6>, step::<7>, step::<8>,
    step::<9>, step::<10>, step::<11>,
];

/// Appends a byte to a file, if the steps before it did; does nothing if it did so already.
fn step<const N: usize>(machine: &mut Machine) -> Result<(), Raised> {
    let done = machine.disk.get("log").map_or(0, <[u8]>::len);
    if done < N {
        return Err(Raised::new("ValueError", "too early"));
    }
    if done == N {
        let file = machine.disk.open("log", "ab")?;
        machine.disk.write(file, b".")?;
        machine.disk.close(file);
    }
    Ok(())
}

/// The source of a step, of about so many bytes.
pub(crate) fn source(at: usize, length: usize) -> String {
    format!("step({at})#{}\n", "x".repeat(length))
}

/// Steps that are independent of each other.
#[derive(Debug)]
pub(crate) struct Steps {
    length: usize,
    count: usize,
    /// So many were seen to be done.
    pub(crate) done: usize,
    /// Those in flight; none where a reply no longer matters.
    flying: VecDeque<Option<usize>>,
    next: usize,
    lost: bool,
    /// The most that were in flight.
    pub(crate) most: usize,
}

impl Steps {
    /// So many steps, whose sources have about so many bytes.
    pub(crate) fn new(count: usize, length: usize) -> Self {
        Self { length, count, done: 0, flying: VecDeque::new(), next: 0, lost: false, most: 0 }
    }

    /// Teaches the board of the bench what they do.
    pub(crate) fn register(&self, bench: &mut Bench) {
        for (at, twin) in TWINS.iter().enumerate().take(self.count) {
            bench.device.register(Program::new(source(at, self.length), [Act::Native(*twin)]));
        }
    }

    /// Returns whether the board did all of them, each once and in order.
    pub(crate) fn are_on(&self, bench: &Bench) -> bool {
        bench.device.disk().get("log").map(<[u8]>::len) == Some(self.count)
    }
}

impl Operation for Steps {
    type Output = ();

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        if !script.is_ahead() {
            self.flying.clear();
            self.next = self.done;
        }
        if std::mem::take(&mut self.lost) {
            script.windowed();
            self.flying.iter_mut().for_each(|at| *at = None);
            self.next = self.done;
        }
        script.code(source(self.next, self.length).as_bytes())?;
        if self.next + 1 < self.count {
            script.independent();
        }
        self.flying.push_back(Some(self.next));
        self.next += 1;
        self.most = self.most.max(self.flying.len());
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        let at = self.flying.pop_front().expect("a reply for each script");
        match (at, reply) {
            (None, _) => {}
            (Some(at), Reply::Finished) => self.done = at + 1,
            (Some(_), Reply::Exception(exception)) if exception.is_interrupt() => {
                return Err(exception.into());
            }
            (Some(_), Reply::Exception(_)) => self.lost = true,
            (Some(_), reply) => reply.finished()?,
        }
        let ended = self.done == self.count;
        Ok(if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

use std::ops::ControlFlow;

use rawpaste::{
    Board, Error, Eval, Exec, Get, Info, Leave, List, Operation, Placed, Put, Reply, Script, Session,
    testing::{Bench, Firmware, LinkShape, drive},
};

use super::{
    host::{Host, Manner},
    paste::session,
};

/// The whole conversation: everything from the first byte on is the board's, over up to four runs of one session.
/// Afterwards the session works on a board in good order.
///
/// The input: which operations (two bits each, the first in the lowest), then as for [`paste`](super::paste) but without
/// the window; the rest is the board.
///
/// # Panics
///
/// If the engine breaks a promise.
pub fn link(input: &[u8]) {
    let Some((&[which, reads, writes, pace, meddle, flags], board)) = input.split_first_chunk() else {
        return;
    };
    let manner = Manner { reads, writes, pace, meddle, flags };
    let mut session = session(manner);
    let mut host = Host::new(manner, board, None);
    for turn in 0..4 {
        any(&mut host, &mut session, which >> (2 * turn) & 3, turn);
        if !host.has_more() {
            break;
        }
    }
    session.lose();
    recovers(&mut session);
}

/// Runs one of the operations; how it ends is the board's affair.
fn any(host: &mut Host<'_>, session: &mut Session, which: u8, turn: u8) {
    let content = [0, 1, 2, 3, 4, 5, 10, 13, 255].repeat(60);
    let code = "print('a line of sixteen')\n".repeat(20);
    let ended = match (which, turn % 2) {
        (0, 0) => run(host, session, Exec::new(code, |_| Ok(()))),
        (0, _) => run(host, session, Ok(Chain::default())),
        (1, _) => run(host, session, Put::new(content, "f")),
        (2, 0) => run(host, session, Get::new("f", Vec::new())),
        (2, _) => run(host, session, Eval::new("1+1")),
        (_, 0) => run(host, session, List::new("")),
        (_, _) => run(host, session, Ok(Info::new())).and_then(|()| run(host, session, Ok(Leave::default()))),
    };
    let _ = ended;
}

/// Scripts that are independent of each other, and never enough of them.
#[derive(Default)]
struct Chain {
    replies: u32,
}

impl Operation for Chain {
    type Output = ();

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        script.independent();
        script.code(&b"x = 1\n".repeat(200))
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        reply.finished()?;
        self.replies += 1;
        Ok(if self.replies < 5 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }
}

fn run<O: Operation>(
    host: &mut Host<'_>,
    session: &mut Session,
    operation: Result<O, Error>,
) -> Result<(), Error> {
    host.run(session, operation.expect("a fit operation")).map(drop)
}

/// Whatever a session has heard, a board in good order is served.
fn recovers(session: &mut Session) {
    let mut bench = Bench::new(Firmware::default(), LinkShape::default());
    let content = b"new \x00\x01\x02\x03\x04 content".to_vec();
    let manner = Default::default();
    let put = Put::new(content.clone(), "f").expect("a path");
    let driven = drive(session, &mut bench, put, &manner);
    assert_eq!(driven.result, Some(Ok(Placed::Written { resumed: 0 })), "{:?}", session.board());
    assert_eq!(bench.device.disk().get("f"), Some(&content[..]));
    let driven = drive(session, &mut bench, Leave::default(), &manner);
    assert_eq!(driven.result, Some(Ok(())));
    assert!(bench.device.is_friendly(), "it was left elsewhere");
}

//! What goes wrong while two scripts are in flight.

use std::{ops::ControlFlow, time::Duration};

use rawpaste::{
    Board, Error, FaultKind, Flow, Operation, Reply, Script, Session,
    testing::{
        Act, Fault, Firmware, Input, LinkShape, Main, Manner, Program,
        Transport::{self, Bare, Unix, Windows},
        Trouble, drive,
    },
};
use rstest::rstest;

use crate::{bench, config, open, settle, steps::Steps};

const MILLISECOND: Duration = Duration::from_millis(1);

/// A board that takes bytes more slowly than the link brings them, so that both ways fill.
fn slow() -> Firmware {
    Firmware { consume: Duration::from_micros(20), ..Firmware::default() }
}

/// A board whose input buffer overflows without a word: the operation sees it, and from then on it is windowed.
#[rstest]
fn a_board_that_drops_bytes(#[values(Bare, Windows, Unix)] transport: Transport) {
    let firmware =
        Firmware { input: Input::Overflows(512), consume: Duration::from_micros(2), ..Firmware::default() };
    let mut steps = Steps::new(8, 1500);
    let mut bench = bench(&steps, firmware, LinkShape::usb());
    let mut session = open(transport);
    let mut events = Vec::new();
    for _ in 0..3 {
        let driven = drive(&mut session, &mut bench, &mut steps, &Manner::default());
        events.extend(driven.events);
        match driven.result {
            Some(Ok(())) => break,
            result => assert!(matches!(result, Some(Err(Error::Fault(_)))), "{result:?}"),
        }
    }
    assert!(steps.are_on(&bench), "{steps:?}");
    assert!(bench.device.statistics().dropped > 0);
    assert_eq!(events.iter().filter(|event| *event == "windowed").count(), 1, "{events:?}");
    assert_eq!(session.flow(), Flow::Windowed);
    // It stays so for the rest of the connection, and no byte is lost any more.
    let dropped = bench.device.statistics().dropped;
    let mut more = Steps::new(8, 1500);
    let driven = drive(&mut session, &mut bench, &mut more, &Manner::default());
    assert_eq!((driven.result, more.most), (Some(Ok(())), 1));
    assert_eq!(bench.device.statistics().dropped, dropped);
    session.lose();
    assert_eq!(session.flow(), Flow::Open);
}

/// Bytes that vanish on the way: whichever it is, the operation goes on or can be run again, and all are done in order.
#[rstest]
fn each_byte_is_lost_in_turn(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut faults, mut seen) = (0, 0);
    for lost in 0.. {
        let mut steps = Steps::new(4, 60);
        let mut bench = bench(&steps, Firmware::default(), LinkShape::default());
        bench.wire.add(Fault::up(lost, Trouble::Drop(1)));
        let mut session = open(transport);
        let mut events = Vec::new();
        for attempt in 0..3 {
            let driven = drive(&mut session, &mut bench, &mut steps, &Manner::default());
            events.extend(driven.events);
            match driven.result {
                Some(Ok(())) => break,
                result => {
                    assert!(
                        matches!(result, Some(Err(Error::Fault(_)))) && attempt < 2,
                        "{lost}: {result:?}"
                    );
                    faults += 1;
                }
            }
        }
        assert!(steps.are_on(&bench), "byte {lost}: {steps:?}");
        let said = events.iter().filter(|event| *event == "windowed").count();
        assert_eq!(said == 1, session.flow() == Flow::Windowed, "byte {lost}: {events:?}");
        seen += said;
        if lost >= bench.wire.sent() {
            break;
        }
    }
    assert!(faults > 5 && seen > 100, "{faults} faults, {seen} losses");
}

/// A board that is reset in the middle of a burst echoes every byte from then on. Both pipes hold 4 KiB; the engine looks
/// at what came after each 1 KiB, so neither waits for the other.
#[rstest]
fn a_reset_in_mid_burst_behind_a_pipe(#[values(Bare, Windows, Unix)] transport: Transport) {
    for after in (500..24_000).step_by(3333) {
        let mut steps = Steps::new(10, 4000);
        let mut bench = bench(&steps, Firmware { main: Main::Prompt, ..slow() }, LinkShape::usb());
        let mut config = config(transport, Flow::Open);
        // The friendly prompt draws the whole line again for each byte in the middle of it, and an offer's ^A goes there.
        config.entry = Duration::from_secs(60);
        let mut session = Session::new(config);
        settle(&mut session, &mut bench);
        bench.wire.add(Fault::up(bench.wire.sent() + after, Trouble::Reset));
        let start = bench.now;
        let driven = drive(&mut session, &mut bench, &mut steps, &Manner::default());
        let Some(Err(Error::Fault(fault))) = driven.result else { panic!("{:?}", driven.result) };
        assert!(matches!(fault.kind, FaultKind::Unexpected(_)), "{fault}");
        // What was sent takes its time on this board; no write had to be given up to hear of it.
        let took = bench.now.saturating_duration_since(start);
        let board = Duration::from_micros(20) * u32::try_from(after).expect("it fits");
        assert!(took < board + 200 * MILLISECOND, "after {after} bytes it took {took:?}");
        let driven = drive(&mut session, &mut bench, &mut steps, &Manner::default());
        assert_eq!(driven.result, Some(Ok(())), "after {after} bytes");
        assert!(steps.are_on(&bench));
    }
}

/// Given up at each step, or at every 31st where there are thousands: the same operation, run again, goes on.
#[rstest]
fn cancelled_at_each_step(#[values(Bare, Windows, Unix)] transport: Transport) {
    for (firmware, stride) in [(Firmware::default(), 1), (slow(), 31)] {
        for cancel in (0..).step_by(stride) {
            let mut steps = Steps::new(4, 1100);
            let mut bench = bench(&steps, firmware.clone(), LinkShape::usb());
            let mut session = open(transport);
            let manner = Manner { cancel: Some(cancel), writes: vec![700], ..Manner::default() };
            let ended = drive(&mut session, &mut bench, &mut steps, &manner).result.is_some();
            let driven = drive(&mut session, &mut bench, &mut steps, &Manner::default());
            assert_eq!(driven.result, Some(Ok(())), "cancelled at step {cancel}: {:?}", driven.events);
            assert!(steps.are_on(&bench), "cancelled at step {cancel}");
            assert_eq!(session.flow(), Flow::Open);
            if ended {
                break;
            }
        }
    }
}

/// Interrupted at each moment: the run ends at once, and the next one is served.
#[rstest]
fn interrupted_at_each_moment(#[values(Bare, Windows, Unix)] transport: Transport) {
    for input in [Input::PushesBack(512), Input::Overflows(8192)] {
        let mut ended = 0;
        for moment in 0..300 {
            let mut steps = Steps::new(6, 1400);
            let firmware = Firmware { input, consume: Duration::from_micros(3), ..Firmware::default() };
            let mut bench = bench(&steps, firmware, LinkShape::usb());
            let mut session = open(transport);
            let at = Duration::from_micros(250 * moment);
            let manner = Manner { typed: vec![(at, b"\x03".to_vec())], ..Manner::default() };
            match drive(&mut session, &mut bench, &mut steps, &manner).result {
                Some(Ok(())) => ended += 1,
                Some(Err(Error::Exception(exception))) => assert!(exception.is_interrupt(), "{exception}"),
                result => panic!("interrupted after {at:?}: {result:?}"),
            }
            let driven = drive(&mut session, &mut bench, &mut steps, &Manner::default());
            assert_eq!(driven.result, Some(Ok(())), "interrupted after {at:?}");
            assert!(steps.are_on(&bench));
            assert_eq!(bench.device.statistics().soft_resets, 0);
        }
        assert!((1..250).contains(&ended), "{ended} were over by then");
    }
}

/// A script that runs for ever with the next one behind it.
struct Endless;

impl Operation for Endless {
    type Output = ();

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        script.independent();
        let is_endless = script.is_ahead();
        script.code(if is_endless { b"while 1:0" } else { b"pass" })
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<()>, Error> {
        reply.finished()?;
        Ok(ControlFlow::Continue(()))
    }
}

#[rstest]
fn an_interrupt_of_what_runs(#[values(Bare, Windows, Unix)] transport: Transport) {
    let steps = Steps::new(0, 0);
    let mut bench = bench(&steps, Firmware::default(), LinkShape::usb());
    bench.device.register(Program::new("pass", []));
    bench.device.register(Program::new("while 1:0", [Act::RunForever]));
    let mut session = open(transport);
    let manner = Manner { typed: vec![(Duration::from_secs(1), b"\x03".to_vec())], ..Manner::default() };
    let result = drive(&mut session, &mut bench, Endless, &manner).result;
    let Some(Err(Error::Exception(exception))) = result else { panic!("{result:?}") };
    assert!(exception.is_interrupt());
    settle(&mut session, &mut bench);
    assert_eq!(session.flow(), Flow::Open);
}

/// Two scripts, the first of which does not compile; says how both ended.
struct Broken {
    source: String,
    written: usize,
    replies: Vec<String>,
}

impl Operation for Broken {
    type Output = Vec<String>;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.written += 1;
        if self.written < 3 {
            script.independent();
        }
        script.code(if self.written == 2 { self.source.as_bytes() } else { b"pass" })
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Vec<String>>, Error> {
        self.replies.push(match reply {
            Reply::Finished => "finished".into(),
            Reply::Exception(exception) => exception.kind,
            reply @ (Reply::Reset | Reply::Closed | _) => format!("{reply:?}"),
        });
        Ok(match self.replies.len() {
            3 => ControlFlow::Break(std::mem::take(&mut self.replies)),
            _ => ControlFlow::Continue(()),
        })
    }
}

/// The board sees it early, when its `^D` has not gone yet, or late, when the next script is in flight: one `^D` goes in
/// either case, and the next script runs.
#[rstest]
fn a_syntax_error_in_the_first_of_two(#[values(Bare, Windows, Unix)] transport: Transport) {
    let source = format!("(#{}\n", "x".repeat(9000));
    for after_bytes in [1, 2, 500, 4000, 8000, 9000, source.len()] {
        for firmware in [Firmware::default(), slow()] {
            let steps = Steps::new(0, 0);
            let mut bench = bench(&steps, firmware, LinkShape::usb());
            bench.device.register(Program::new("pass", []));
            let error = Act::SyntaxError { line: 1, after_bytes };
            bench.device.register(Program::new(source.clone(), [error]));
            let broken = Broken { source: source.clone(), written: 0, replies: Vec::new() };
            let driven = drive(&mut open(transport), &mut bench, broken, &Manner::default());
            let expected = ["finished", "SyntaxError", "finished"].map(String::from).to_vec();
            assert_eq!(driven.result, Some(Ok(expected)), "after {after_bytes} bytes");
            let seen = bench.device.statistics();
            assert_eq!(
                (seen.lone_ctrl_d, seen.pastes, seen.soft_resets),
                (0, 3, 0),
                "after {after_bytes} bytes"
            );
        }
    }
}

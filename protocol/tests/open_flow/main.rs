//! The open flow, tested as a user would: with an operation of one's own whose scripts are independent.

mod setbacks;
mod steps;

use std::{num::NonZeroUsize, ops::ControlFlow, time::Duration};

use proptest::prelude::*;
use rawpaste::{
    Board, Cause, Config, Error, Exec, Flow, Operation, Reply, Script, Session, Stat, Status, Stdin,
    testing::{
        Bench, Driven, Firmware, LinkShape, Manner, Program, RawPaste,
        Transport::{self, Bare, Unix, Windows},
        drive, strategies,
    },
};
use rstest::rstest;
use steps::Steps;

fn config(transport: Transport, flow: Flow) -> Config {
    let mut config = transport.config();
    config.flow = flow;
    config
}

fn open(transport: Transport) -> Session {
    Session::new(config(transport, Flow::Open))
}

/// A board that knows the steps, at the end of a link.
fn bench(steps: &Steps, firmware: Firmware, shape: LinkShape) -> Bench {
    let mut bench = Bench::new(firmware, shape);
    steps.register(&mut bench);
    bench
}

/// Has a script answered.
fn settle(session: &mut Session, bench: &mut Bench) {
    bench.device.register(Program::new("pass", []));
    let exec = Exec::new("pass", |_| Ok(())).expect("code");
    let driven = drive(session, bench, exec, &Manner::default());
    assert_eq!(driven.result, Some(Ok(Reply::Finished)));
}

/// Runs the steps on a session that is at the prompt already; says how long they took.
fn timed(transport: Transport, flow: Flow, count: usize, length: usize) -> (Driven<()>, Duration, Steps) {
    let mut steps = Steps::new(count, length);
    let mut bench = bench(&steps, Firmware::default(), LinkShape::usb());
    let mut session = Session::new(config(transport, flow));
    settle(&mut session, &mut bench);
    let start = bench.now;
    let driven = drive(&mut session, &mut bench, &mut steps, &Manner::default());
    assert_eq!(driven.result, Some(Ok(())), "{:?}", driven.events);
    assert!(steps.are_on(&bench));
    (driven, bench.now.saturating_duration_since(start), steps)
}

/// On full-speed USB a windowed flow waits for a grant every 250 bytes and for each reply; an open one for the first
/// header and the last reply.
#[rstest]
fn as_fast_as_the_link(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (windowed, slow, one) = timed(transport, Flow::Windowed, 12, 2048);
    let (open, fast, two) = timed(transport, Flow::Open, 12, 2048);
    assert_eq!((one.most, two.most), (1, 2));
    assert_eq!((windowed.turnarounds, open.turnarounds), (193, 12));
    // 12 scripts of 2 KiB take 25 ms on the wire.
    assert_eq!((slow.as_millis(), fast.as_millis()), (398, 28));
}

/// The first script of a connection goes windowed, and so does what follows it at once.
#[rstest]
fn it_begins_once_a_paste_was_answered(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut steps = Steps::new(4, 700);
    let firmware = Firmware { consume: Duration::from_micros(3), ..Firmware::default() };
    let mut bench = bench(&steps, firmware, LinkShape::usb());
    let mut session = open(transport);
    assert_eq!(session.flow(), Flow::Open);
    let mut first = Steps::new(1, 700);
    assert_eq!(drive(&mut session, &mut bench, &mut first, &Manner::default()).result, Some(Ok(())));
    assert!(!bench.device.statistics().credit_exceeded);
    assert_eq!(drive(&mut session, &mut bench, &mut steps, &Manner::default()).result, Some(Ok(())));
    assert!(bench.device.statistics().credit_exceeded);
    assert_eq!((first.most, steps.most), (1, 2));
}

/// Boards that could not bear it: without raw paste, with a tiny window, with a small buffer.
#[rstest]
fn boards_that_stay_windowed(#[values(Bare, Windows, Unix)] transport: Transport) {
    let plain = Firmware { raw_paste: RawPaste::Absent, ..Firmware::default() };
    let tiny = Firmware { raw_paste: RawPaste::Window(4), ..Firmware::default() };
    let mut small = config(transport, Flow::Open);
    small.in_flight = NonZeroUsize::new(60);
    for (firmware, config) in [
        (plain, config(transport, Flow::Open)),
        (tiny, config(transport, Flow::Open)),
        (Firmware::default(), small),
    ] {
        let mut steps = Steps::new(4, 700);
        let mut bench = bench(&steps, firmware, LinkShape::usb());
        let driven = drive(&mut Session::new(config), &mut bench, &mut steps, &Manner::default());
        assert_eq!(driven.result, Some(Ok(())), "{:?}", driven.events);
        assert!(steps.are_on(&bench));
        assert_eq!(steps.most, 1);
        assert!(!bench.device.statistics().credit_exceeded);
    }
}

/// One that is told of the first script's end, and has enough.
struct Enough(Steps);

impl Operation for Enough {
    type Output = usize;

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.0.script(board, script)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<usize>, Error> {
        Ok(match self.0.reply(reply)? {
            ControlFlow::Continue(()) if self.0.done < 2 => ControlFlow::Continue(()),
            ControlFlow::Continue(()) | ControlFlow::Break(()) => ControlFlow::Break(self.0.most),
        })
    }
}

/// What is in flight when an operation breaks is read before the run ends: the next one is at a clean prompt.
#[rstest]
fn the_rest_is_read_before_the_end(#[values(Bare, Windows, Unix)] transport: Transport) {
    let steps = Steps::new(6, 900);
    let mut bench = bench(&steps, Firmware::default(), LinkShape::usb());
    let mut session = open(transport);
    let driven = drive(&mut session, &mut bench, Enough(steps), &Manner::default());
    assert_eq!(driven.result, Some(Ok(2)));
    assert_eq!(bench.device.disk().get("log").map(<[u8]>::len), Some(3));
    let mut steps = Steps::new(6, 900);
    let driven = drive(&mut session, &mut bench, &mut steps, &Manner::default());
    assert_eq!((driven.result, driven.events.len()), (Some(Ok(())), 0), "{:?}", driven.events);
    assert!(steps.are_on(&bench));
    assert_eq!(bench.device.statistics().lone_ctrl_d, 0);
}

/// Two scripts of its own, then one with a helper that has to be defined first.
struct ThenStat {
    written: u8,
    answered: u8,
    stat: Stat,
}

impl Operation for ThenStat {
    type Output = Status;

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.written += 1;
        if self.written > 2 {
            return self.stat.script(board, script);
        }
        script.independent();
        script.code(b"pass")
    }

    fn output(&mut self, bytes: &[u8], stdin: &mut Stdin) -> Result<(), Error> {
        self.stat.output(bytes, stdin)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Status>, Error> {
        self.answered += 1;
        if self.answered > 2 {
            return self.stat.reply(reply);
        }
        reply.finished()?;
        Ok(ControlFlow::Continue(()))
    }
}

/// Helpers are defined between scripts, and so a script that needs them waits for the one before.
#[rstest]
fn a_script_that_lacks_its_helper_waits(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut bench = Bench::new(Firmware::default(), LinkShape::usb());
    bench.device.register(Program::new("pass", []));
    bench.device.disk_mut().insert("f", *b"content");
    let then = ThenStat { written: 0, answered: 0, stat: Stat::new("f").expect("a path") };
    let driven = drive(&mut open(transport), &mut bench, then, &Manner::default());
    let Some(Ok(status)) = driven.result else { panic!("{:?}", driven.result) };
    assert_eq!(status.size, 7);
    // Two of its own, the definition, the call.
    assert_eq!(bench.device.statistics().pastes, 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever the pieces, the link and the board's speed.
    #[test]
    fn all_in_order(
        manner in strategies::cuts(),
        shape in strategies::links(),
        micros in prop_oneof![Just(0), Just(3), Just(60)],
        count in 1..12_usize,
        length in 0..3000_usize,
        transport in strategies::transports(),
    ) {
        let mut steps = Steps::new(count, length);
        let firmware = Firmware { consume: Duration::from_micros(micros), ..Firmware::default() };
        let mut bench = bench(&steps, firmware, shape);
        let driven = drive(&mut open(transport), &mut bench, &mut steps, &manner);
        prop_assert_eq!(driven.result, Some(Ok(())));
        prop_assert!(steps.are_on(&bench));
        prop_assert!(steps.most <= 2);
        let seen = bench.device.statistics();
        prop_assert_eq!((seen.lone_ctrl_d, seen.soft_resets, seen.dropped), (0, 0, 0), "{:?}", seen);
        // A flush for each wait at most; the first script waits for grants.
        let forced = driven.causes.get(&Cause::Forced).copied().unwrap_or_default();
        prop_assert!(forced <= (12 + 4 * count + length / 100) as u64, "{forced} forced flushes");
    }
}

//! The contract of the steps, by hand: a driver that is slow, a transport that ends, a script that does not read.

mod by_hand;

use std::time::Duration;

use by_hand::{at, enter};
use rawpaste::{
    Config, Error, Eval, Exec, FaultKind, Holds, Operation, Patience, Refused, Run, Session, Step,
};

const SECOND: Duration = Duration::from_secs(1);

fn eval() -> Eval {
    Eval::new("6*7").expect("an expression")
}

fn fault<T>(step: Step<'_, T>) -> FaultKind {
    match step {
        Step::Done(Err(Error::Fault(fault))) => fault.kind,
        Step::Done(Err(error)) => panic!("{error}"),
        Step::Done(Ok(_)) | Step::Write { .. } | Step::Flush { .. } | Step::Read { .. } | Step::Event(_) => {
            panic!("no fault")
        }
    }
}

/// A write that nothing takes: the engine reads in between, offers it again, and gives up when entry has taken its 5 s.
#[test]
fn a_write_that_nothing_takes() {
    let mut session = Session::default();
    let mut run = session.run(eval());
    let (mut now, mut writes, mut reads) = (0, 0, 0);
    loop {
        let until = match run.poll(at(now)) {
            Step::Write { bytes, until } => {
                assert_eq!(bytes, b"\x03");
                writes += 1;
                until
            }
            Step::Read { until } => {
                reads += 1;
                assert_eq!(until, at(now + 50));
                until
            }
            step @ (Step::Flush { .. } | Step::Event(_) | Step::Done(_)) => {
                assert_eq!(fault(step), FaultKind::Stuck(5 * SECOND));
                break;
            }
        };
        now = u64::try_from(until.since_epoch().as_millis()).expect("it fits");
    }
    assert!(writes > 15 && reads > 15 && (5_000..5_300).contains(&now), "{writes} {reads} {now}");
    assert!(matches!(run.poll(at(now)), Step::Done(Err(Error::Refused(Refused::Ended)))));
}

/// Bytes that come while it listens are a reason to offer the write at once.
#[test]
fn a_write_is_offered_again_when_bytes_come() {
    let mut session = Session::default();
    let mut run = session.run(eval());
    assert!(matches!(run.poll(at(0)), Step::Write { .. }));
    assert!(matches!(run.poll(at(250)), Step::Read { until } if until == at(300)));
    run.received(b"echo");
    assert!(matches!(run.poll(at(260)), Step::Write { bytes: b"\x03", .. }));
    run.wrote(1_000_000);
    assert!(matches!(run.poll(at(260)), Step::Read { .. }), "more than there is was clamped");
}

#[test]
fn a_flush_that_does_not_end() {
    let mut config = Config::default();
    config.holds = Holds::UntilFlush;
    let mut session = Session::new(config);
    let mut run = session.run(eval());
    assert!(matches!(run.poll(at(0)), Step::Write { .. }));
    run.wrote(1);
    assert!(matches!(run.poll(at(0)), Step::Flush { until, .. } if until == at(10_000)));
    assert!(matches!(run.poll(at(9_999)), Step::Flush { .. }));
    assert_eq!(fault(run.poll(at(10_000))), FaultKind::Stuck(10 * SECOND));
}

/// The end of the transport is a fault that says so, and no wait.
#[test]
fn a_transport_that_ends() {
    for dies_writing in [true, false] {
        let mut session = Session::default();
        let mut run = session.run(eval());
        assert!(matches!(run.poll(at(0)), Step::Write { .. }));
        if dies_writing {
            run.wrote(0);
        } else {
            run.wrote(1);
            run.received(b"");
        }
        assert_eq!(fault(run.poll(at(0))), FaultKind::Closed);
    }
}

/// An interrupt while nothing runs ends the run before its script goes out.
#[test]
fn an_interrupt_before_the_script() {
    let mut session = Session::default();
    let mut run = session.run(eval());
    run.interrupt();
    let Some(Err(Error::Exception(exception))) = enter(&mut run) else { panic!("a script was offered") };
    assert!(exception.is_interrupt());
}

/// What is typed ahead has a bound, and a driver can see the room.
#[test]
fn typing_has_a_bound() {
    let mut session = Session::default();
    let mut run = session.run(eval());
    assert_eq!(run.input_room(), 4096);
    assert_eq!(run.type_in(&[b'x'; 5000]), 4096);
    assert_eq!((run.input_room(), run.type_in(b"y")), (0, 0));
}

/// What is typed into a script that does not read it waits as long as the script may run, and `^C` goes past it.
#[test]
fn typing_that_nobody_reads() {
    let mut session = Session::default();
    let mut run = session.run(Exec::new("sleep()", |_| Ok(())).expect("code").patience(Patience::Forever));
    assert!(enter(&mut run).is_none());
    run.received(b"R\x01\x80\x00\x01");
    let Step::Write { bytes, .. } = run.poll(at(0)) else { panic!("no write") };
    let n = bytes.len();
    run.wrote(n);
    run.received(b"\x04");
    run.type_in(&[b'x'; 2000]);
    let hour = Duration::from_secs(3600).as_millis() as u64;
    for now in [0, 250, 300, 550, hour, 2 * hour, 3 * hour] {
        assert!(matches!(run.poll(at(now)), Step::Write { .. } | Step::Read { .. }), "a fault at {now}");
    }
    run.interrupt();
    assert!(
        matches!(run.poll(at(3 * hour)), Step::Write { bytes: b"\x03", .. }),
        "^C waits behind what was typed"
    );
}

/// Carries a run into its script, which has printed nothing yet.
fn running<O: Operation>(run: &mut Run<'_, O>) {
    assert!(enter(run).is_none());
    run.received(b"R\x01\x80\x00\x01");
    let Step::Write { bytes, .. } = run.poll(at(0)) else { panic!("no write") };
    let n = bytes.len();
    run.wrote(n);
    run.received(b"\x04");
}

/// What waits to be typed when the script has ended is no reason to wake up at once, again and again.
#[test]
fn typing_that_came_too_late() {
    let mut session = Session::default();
    let mut run = session.run(Exec::new("print(1)", |_| Ok(())).expect("code"));
    running(&mut run);
    run.type_in(&[b'x'; 600]);
    let Step::Write { bytes, .. } = run.poll(at(0)) else { panic!("nothing is typed") };
    let n = bytes.len();
    run.wrote(n);
    run.received(b"1\r\n\x04");
    assert!(matches!(run.poll(at(100)), Step::Read { until } if until > at(100)), "it does not wait");
}

/// Where source goes at a pace, the pace is no reason to wake up while there is no credit.
#[test]
fn a_pace_without_credit() {
    let mut config = Config::default();
    config.in_flight = core::num::NonZeroUsize::new(60);
    let mut session = Session::new(config);
    let mut run = session.run(Exec::new(vec![b'#'; 1000], |_| Ok(())).expect("code"));
    assert!(enter(&mut run).is_none());
    run.received(b"R\x01\x80\x00\x01");
    for now in (0..1000).step_by(10) {
        match run.poll(at(now)) {
            Step::Write { bytes, .. } => {
                let n = bytes.len();
                run.wrote(n);
            }
            Step::Read { until } => assert!(until > at(now), "it does not wait at {now}"),
            Step::Flush { .. } | Step::Event(_) | Step::Done(_) => {}
        }
    }
}

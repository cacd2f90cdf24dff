//! Resets that are asked for: the board runs its `main.py` again, and nobody waits for its end.

use std::time::Duration;

use rawpaste::{
    Error, Eval, FaultKind, Operation, Refused, Reply, Reset, Session,
    testing::{
        Act, Bench, Capabilities, Direction, Fault, Firmware, LinkShape, Main, Manner, Program, Trouble,
        drive,
    },
};

fn run<O: Operation>(bench: &mut Bench, session: &mut Session, operation: O) -> Result<O::Output, Error> {
    drive(session, bench, operation, &Manner::default()).result.expect("not cancelled")
}

fn bench(firmware: Firmware, shape: LinkShape) -> Bench {
    let mut bench = Bench::new(firmware, shape);
    bench.device.register(Program::new("print(repr(6*7))\n", [Act::Print("42\n".into())]));
    bench
}

fn eval() -> Eval {
    Eval::new("6*7").expect("an expression")
}

/// What a board may do after a start.
fn boards() -> [(&'static str, Firmware); 6] {
    let prints = Main::Prints { text: "21\n".into(), every: Duration::from_millis(2) };
    [
        ("to its prompt", Firmware::default()),
        ("silent", Firmware { main: Main::Silent, ..Firmware::default() }),
        ("printing", Firmware { main: prints.clone(), ..Firmware::esp32() }),
        ("with another prompt", Firmware { ps1: "$ ".into(), main: prints.clone(), ..Firmware::default() }),
        ("CircuitPython", Firmware { main: Main::Silent, ..Firmware::circuitpython() }),
        ("without raw paste", Firmware { main: prints, ..Firmware::microbit() }),
    ]
}

#[test]
fn main_runs_again_after_a_soft_reset() {
    for (what, firmware) in boards() {
        for shape in [LinkShape::default(), LinkShape::uart()] {
            let runs = firmware.main != Main::Prompt;
            let (mut bench, mut session) = (bench(firmware.clone(), shape), Session::default());
            // An offer may be open, which is no prompt to reset from.
            for operation in [true, false] {
                if operation {
                    assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()), "{what}");
                    assert!(!bench.device.is_running(), "{what}");
                }
                let before = bench.device.statistics().soft_resets;
                let reset = run(&mut bench, &mut session, Reset::soft());
                assert_eq!(reset, Ok(Reply::Reset), "{what}, {shape:?}");
                assert_eq!(bench.device.statistics().soft_resets, before + 1, "{what}");
                bench.wait(Duration::from_millis(500));
                assert_eq!(bench.device.is_running(), runs, "{what}");
            }
            // It is stopped again, and told.
            let driven = drive(&mut session, &mut bench, eval(), &Manner::default());
            assert_eq!(driven.result, Some(Ok("42".into())), "{what}");
            assert_eq!(driven.events.iter().any(|event| event.contains("stopped")), runs, "{what}");
        }
    }
}

#[test]
fn a_hard_reset_is_not_waited_for() {
    for (what, firmware) in boards() {
        let runs = firmware.main != Main::Prompt;
        let (mut bench, mut session) = (bench(firmware, LinkShape::uart()), Session::default());
        assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()), "{what}");
        let began = bench.now;
        assert_eq!(run(&mut bench, &mut session, Reset::hard()), Ok(Reply::Reset), "{what}");
        assert!(bench.now.saturating_duration_since(began) < Duration::from_secs(2), "{what}");
        assert_eq!(bench.device.statistics().hard_resets, 1, "{what}");
        bench.wait(Duration::from_secs(1));
        assert_eq!(bench.device.is_running(), runs, "{what}");
        assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()), "{what}");
    }
}

/// While a board boots, the next operation waits for it as for any board that talks.
#[test]
fn a_board_that_boots_is_entered_again() {
    let firmware = Firmware { boot: Duration::from_secs(2), ..Firmware::esp32() };
    let (mut bench, mut session) = (bench(firmware, LinkShape::uart()), Session::default());
    assert_eq!(run(&mut bench, &mut session, Reset::hard()), Ok(Reply::Reset));
    assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()));
}

#[test]
fn a_port_that_vanishes_is_a_reset() {
    let (mut bench, mut session) = (bench(Firmware::default(), LinkShape::usb()), Session::default());
    assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()));
    // The header, and what says that the source was read.
    let at = bench.wire.answered() + 6;
    bench.wire.add(Fault { at, direction: Direction::Down, trouble: Trouble::End });
    assert_eq!(run(&mut bench, &mut session, Reset::hard()), Ok(Reply::Closed));
    // Of one that vanished earlier nobody knows what became of it.
    bench.replug(LinkShape::usb());
    session.lose();
    assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()));
    let at = bench.wire.answered() + 3;
    bench.wire.add(Fault { at, direction: Direction::Down, trouble: Trouble::End });
    let error = run(&mut bench, &mut session, Reset::hard()).expect_err("it was cut off");
    assert!(matches!(&error, Error::Fault(fault) if fault.kind == FaultKind::Closed), "{error}");
}

#[test]
fn a_bootloader_answers_nothing() {
    let (mut bench, mut session) = (bench(Firmware::default(), LinkShape::usb()), Session::default());
    assert_eq!(run(&mut bench, &mut session, Reset::bootloader()), Ok(Reply::Reset));
    assert!(bench.device.is_stopped());
    let error = run(&mut bench, &mut session, eval()).expect_err("nobody is there");
    assert!(matches!(&error, Error::Fault(fault) if matches!(fault.kind, FaultKind::NoEntry(_))), "{error}");
}

#[test]
fn a_firmware_without_it_says_what_else_does_it() {
    let can = Capabilities { reset: false, ..Capabilities::default() };
    let firmware = Firmware { can, ..Firmware::default() };
    let (mut bench, mut session) = (bench(firmware, LinkShape::default()), Session::default());
    for (reset, button) in [(Reset::hard(), "reset button"), (Reset::bootloader(), "boot button")] {
        let error = run(&mut bench, &mut session, reset).expect_err("it has none");
        assert!(matches!(error, Error::Refused(Refused::Unsupported { .. })), "{error}");
        assert!(error.to_string().contains(button), "{error}");
        // The link is fine.
        assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()));
    }
    assert_eq!(run(&mut bench, &mut session, Reset::soft()), Ok(Reply::Reset));
}

/// Nothing says that it was done: a fault, and the session is as good as ever.
#[test]
fn a_soft_reset_that_does_not_arrive() {
    let (mut bench, mut session) = (bench(Firmware::default(), LinkShape::default()), Session::default());
    assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()));
    // Behind the ^B.
    let at = bench.wire.sent() + 1;
    bench.wire.add(Fault { at, direction: Direction::Up, trouble: Trouble::Drop(1) });
    let error = run(&mut bench, &mut session, Reset::soft()).expect_err("it did not arrive");
    let Error::Fault(fault) = &error else { panic!("{error}") };
    assert!(fault.kind == FaultKind::Silence(Duration::from_secs(10)), "{fault:?}");
    assert_eq!(fault.phase, "waiting for the board to reset");
    assert_eq!(bench.device.statistics().soft_resets, 0);
    assert_eq!(run(&mut bench, &mut session, Reset::soft()), Ok(Reply::Reset));
}

//! From anywhere to a clean prompt, and away again.

use std::time::Duration;

use rawpaste::{
    Error, Eval, Exec, FaultKind, Leave, Operation, Patience, Session,
    testing::{
        Act, Bench, Firmware, LinkShape, Main, Manner, Program,
        Transport::{self, Bare, Unix, Windows},
        drive,
    },
};
use rstest::rstest;

const LINKS: [LinkShape; 3] = [
    LinkShape { rate: None, delay: Duration::ZERO },
    LinkShape { rate: Some(11_520), delay: Duration::from_millis(1) },
    LinkShape { rate: Some(1_000_000), delay: Duration::from_millis(80) },
];

fn run<O: Operation>(bench: &mut Bench, session: &mut Session, operation: O) -> Result<O::Output, Error> {
    drive(session, bench, operation, &Manner::default()).result.expect("not cancelled")
}

fn eval() -> Eval {
    Eval::new("6*7").expect("an expression")
}

fn bench(firmware: Firmware, shape: LinkShape) -> Bench {
    let mut bench = Bench::new(firmware, shape);
    bench.device.register(Program::new("print(repr(6*7))\n", [Act::Print("42\n".into())]));
    bench
}

/// Whatever the board does when the run begins, it is entered within the 5 s that entry may take.
#[rstest]
fn a_board_is_entered_from_anywhere(#[values(Bare, Windows, Unix)] transport: Transport) {
    let prints = Main::Prints { text: "temperature 21\n".into(), every: Duration::from_millis(2) };
    let boots = Firmware {
        boot: Duration::from_millis(2000),
        chatter: b"ets Jul 29 2019\r\nraw REPL; CTRL-B to exit\r\n>boot:0x13\r\n".to_vec(),
        main: prints.clone(),
        ..Firmware::default()
    };
    let cases = [
        ("at its prompt", Firmware::default(), &b""[..]),
        ("in the middle of a line", Firmware::default(), b"print('half"),
        ("in a continued line", Firmware::default(), b"for i in range(3):\r"),
        ("in paste mode", Firmware::default(), b"\x05abc\r"),
        ("in raw mode", Firmware::default(), b"\x01"),
        ("with half a raw line", Firmware::default(), b"\x01print(1"),
        ("with an offer half sent", Firmware::default(), b"\x01\x05A"),
        ("in a raw paste", Firmware::default(), b"\x01\x05A\x01print("),
        ("running for ever", Firmware { main: Main::Silent, ..Firmware::default() }, b""),
        ("printing for ever", Firmware { main: prints.clone(), ..Firmware::default() }, b""),
        (
            "swallowing three ^C",
            Firmware { main: Main::Silent, swallows_ctrl_c: 3, ..Firmware::default() },
            b"",
        ),
        (
            "printing and swallowing three ^C",
            Firmware { main: prints, swallows_ctrl_c: 3, ..Firmware::default() },
            b"",
        ),
        ("sleeping", Firmware::default(), b""),
        ("sleeping, and running then", Firmware { main: Main::Silent, ..Firmware::esp32() }, b""),
        ("with another prompt", Firmware { ps1: "$ ".into(), ..Firmware::default() }, b""),
        ("CircuitPython", Firmware::circuitpython(), b""),
        ("booting", boots, b""),
    ];
    for (what, firmware, typed) in cases {
        for shape in LINKS {
            let mut bench = bench(firmware.clone(), shape);
            if what == "booting" {
                let now = bench.now;
                bench.device.reset(now);
            }
            assert_eq!(bench.wire.send(bench.now, typed), typed.len());
            bench.wait(Duration::from_millis(300));
            if what.starts_with("sleeping") {
                bench.device.stall(bench.now + Duration::from_millis(3000));
            }
            let (started, mut session) = (bench.now, transport.session());
            assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()), "{what}, {shape:?}");
            let took = bench.now.saturating_duration_since(started);
            // The expression itself takes three times there and back.
            let limit = Duration::from_secs(5) + 6 * shape.delay;
            assert!(took < limit, "{what}, {shape:?}: {took:?}");
            assert_eq!(run(&mut bench, &mut session, Leave::default()), Ok(()), "{what}, {shape:?}");
            assert!(bench.device.is_friendly(), "{what}, {shape:?}");
            assert_eq!(bench.device.statistics().lone_ctrl_d, 0, "{what}, {shape:?}: a soft reset");
        }
    }
}

/// Whether a program ran there is told: what `^C` stops on a board, and neither a line that was typed nor what this
/// session left there itself.
#[test]
fn what_was_stopped_is_told() {
    let prints = Main::Prints { text: "21\n".into(), every: Duration::from_millis(2) };
    let deaf = Firmware { main: Main::Silent, swallows_ctrl_c: 3, ..Firmware::default() };
    let cases = [
        ("at its prompt", Firmware::default(), &b""[..], false),
        ("in raw mode", Firmware::default(), b"\x01", false),
        ("in a raw paste", Firmware::default(), b"\x01\x05A\x01print(", false),
        ("in paste mode", Firmware::default(), b"\x05abc\r", false),
        ("running for ever", Firmware { main: Main::Silent, ..Firmware::default() }, b"", true),
        ("printing for ever", Firmware { main: prints, ..Firmware::default() }, b"", true),
        ("swallowing three ^C", deaf, b"", true),
        ("in a script of somebody's", Firmware::default(), b"\x01\x05A\x01ever()\x04", true),
    ];
    for (what, firmware, typed, stopped) in cases {
        let mut bench = bench(firmware, LinkShape::default());
        bench.device.register(Program::new("ever()", [Act::RunForever]));
        assert_eq!(bench.wire.send(bench.now, typed), typed.len());
        bench.wait(Duration::from_millis(300));
        let mut session = Session::default();
        let driven = drive(&mut session, &mut bench, eval(), &Manner::default());
        assert_eq!(driven.result, Some(Ok("42".into())), "{what}");
        let told = driven.events.iter().any(|event| event.ends_with("stopped a program"));
        assert_eq!(told, stopped, "{what}: {:?}", driven.events);
        // A run that was dropped leaves its script running, and who dropped it knows.
        let ever = Exec::new("ever()", |_| Ok(())).expect("code").patience(Patience::Forever);
        let manner = Manner { cancel: Some(12), ..Manner::default() };
        assert!(drive(&mut session, &mut bench, ever, &manner).result.is_none());
        bench.wait(Duration::from_millis(100));
        assert!(bench.device.is_running(), "{what}");
        let driven = drive(&mut session, &mut bench, eval(), &Manner::default());
        assert_eq!(driven.result, Some(Ok("42".into())), "{what}");
        assert!(driven.events.iter().all(|event| !event.contains("stopped")), "{what}: {:?}", driven.events);
    }
}

/// A board that never listens ends in a fault that says what to do; the entry is counted in time, not in silence.
#[rstest]
fn a_board_that_never_listens_is_given_up(#[values(Bare, Windows, Unix)] transport: Transport) {
    let text = String::from("no\n");
    let prints = Main::Prints { text, every: Duration::from_millis(2) };
    let firmware = Firmware { main: prints, swallows_ctrl_c: 1000, ..Firmware::default() };
    let mut bench = bench(firmware, LinkShape::default());
    let error = run(&mut bench, &mut transport.session(), eval()).expect_err("nobody listens");
    let Error::Fault(fault) = &error else { panic!("{error}") };
    assert!(matches!(fault.kind, FaultKind::NoEntry(3..)), "{fault:?}");
    let (said, took) = (error.to_string(), bench.now.since_epoch());
    assert!(said.contains("reset button") && said.contains("no\\r\\n"), "{said}");
    assert!(took < Duration::from_millis(5100), "{took:?}");
}

/// A silent port: nothing at all comes.
#[rstest]
fn a_port_that_says_nothing_is_given_up(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut bench = bench(Firmware { heap: 0, ..Firmware::default() }, LinkShape::default());
    bench.device.stall(bench.now + Duration::from_secs(1000));
    let error = run(&mut bench, &mut transport.session(), eval()).expect_err("nobody is there");
    assert!(error.to_string().contains("nothing was heard"), "{error}");
}

/// `^C` is repeated until the answer ends, and not for ever.
#[rstest]
fn a_script_that_swallows_interrupts(#[values(Bare, Windows, Unix)] transport: Transport) {
    for (swallows, kept) in [(0, true), (1, true), (9, true), (10, false)] {
        let mut bench = bench(Firmware::default(), LinkShape::default());
        let acts = [Act::SwallowInterrupts(swallows), Act::RunForever];
        bench.device.register(Program::new("deaf()", acts));
        let exec = Exec::captured("deaf()", 100).expect("code");
        let manner = Manner { typed: vec![(Duration::from_secs(1), vec![3])], ..Manner::default() };
        let mut session = transport.session();
        let error =
            drive(&mut session, &mut bench, exec, &manner).result.expect("an end").expect_err("an error");
        match (&error, kept) {
            (Error::Exception(exception), true) => {
                assert!(exception.is_interrupt() && exception.traceback.contains("line 1"), "{exception:?}");
            }
            (Error::Fault(fault), false) => assert_eq!(fault.kind, FaultKind::NotInterrupted(10)),
            _ => panic!("{swallows}: {error:?}"),
        }
        assert_eq!(bench.device.statistics().lone_ctrl_d, 0);
        // Ten ^C later the program is interrupted after all, and the next run works.
        assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()), "{swallows}");
    }
}

/// An endless patience ends by an interrupt; a finite one ends by itself.
#[rstest]
fn patience_is_the_scripts(#[values(Bare, Windows, Unix)] transport: Transport) {
    let sleeps =
        || Program::new("sleep()", [Act::Sleep(Duration::from_secs(3600)), Act::Print("up\n".into())]);
    let cases = [
        (Some(Patience::Forever), true),
        (Some(Patience::For(Duration::from_secs(4000))), true),
        (Some(Patience::For(Duration::from_secs(3000))), false),
        (None, false),
    ];
    for (patience, waits) in cases {
        let mut bench = bench(Firmware::default(), LinkShape::default());
        bench.device.register(sleeps());
        let mut exec = Exec::new("sleep()", |_| Ok(())).expect("code");
        if let Some(patience) = patience {
            exec = exec.patience(patience);
        }
        let mut session = transport.session();
        let result = run(&mut bench, &mut session, exec);
        assert_eq!(result.is_ok(), waits, "{patience:?}: {result:?}");
        assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()), "{patience:?}");
    }
}

/// The configured patience is kept while the board is silent in the middle of a paste, too.
#[rstest]
fn silence_in_a_paste_is_a_fault_that_names_it(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut config = transport.config();
    config.patience = Duration::from_secs(2);
    let mut session = Session::new(config);
    let mut bench = bench(Firmware::default(), LinkShape::default());
    assert_eq!(run(&mut bench, &mut session, eval()), Ok("42".into()));
    bench.device.stall(bench.now + Duration::from_secs(60));
    let started = bench.now;
    let error = run(&mut bench, &mut session, eval()).expect_err("silence");
    assert!(matches!(error, Error::Fault(_)), "{error}");
    assert!(bench.now.saturating_duration_since(started) < Duration::from_secs(8));
}

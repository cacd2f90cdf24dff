//! The contract of the steps, by hand: a driver that is slow, a transport that ends, a board that never stops talking.

use std::time::Duration;

use peak_alloc::PeakAlloc;
use rawpaste::{
    Config, Error, Eval, Exec, FaultKind, Get, Holds, Instant, List, Operation, Patience, Refused, Run,
    Session, Step,
};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const SECOND: Duration = Duration::from_secs(1);

fn at(millis: u64) -> Instant {
    Instant::from_epoch(Duration::from_millis(millis))
}

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

/// Carries the run to its first script: everything is written at once, entry is answered. Returns the result if the
/// run ends before.
fn enter<O: Operation>(run: &mut Run<'_, O>) -> Option<Result<O::Output, Error>> {
    let mut answers: Vec<String> = Vec::new();
    for _ in 0..30 {
        match run.poll(at(0)) {
            Step::Write { bytes, .. } => {
                let written = String::from_utf8_lossy(bytes).into_owned();
                run.wrote(written.len());
                answers.push(match written.as_bytes() {
                    [3] => "\r\n>>> ".into(),
                    [1] => "\r\nraw REPL; CTRL-B to exit\r\n>".into(),
                    [5, b'A', 1] => return None,
                    _ => answer(&written),
                });
            }
            Step::Read { .. } => run.received(answers.pop().expect("a wait for nothing").as_bytes()),
            Step::Event(_) => {}
            Step::Flush { .. } => run.flushed(),
            Step::Done(result) => return Some(result),
        }
    }
    panic!("not entered");
}

/// Answers the mark, `print(A*B,..`.
fn answer(mark: &str) -> String {
    let product = mark.strip_prefix("print(").and_then(|rest| rest.split(',').next()).expect("the mark");
    let product: u64 = product.split('*').map(|factor| factor.parse::<u64>().expect("a factor")).product();
    format!("OK{product} 0\r\n\x04\x04>")
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
    assert!(matches!(run.poll(at(0)), Step::Flush { until } if until == at(10_000)));
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

/// A megabyte of one thing in a phase of the conversation, and the most memory that the session took for it.
fn flood<O: Operation>(operation: O, before: &[&[u8]], flood: &[u8]) -> usize {
    let mut session = Session::default();
    let mut run = session.run(operation);
    assert!(enter(&mut run).is_none(), "it ended");
    ALLOCATOR.reset_peak_usage();
    let start = ALLOCATOR.current_usage();
    for piece in before {
        run.received(piece);
        while let Step::Write { bytes, .. } = run.poll(at(0)) {
            let n = bytes.len();
            run.wrote(n);
        }
    }
    for _ in 0..1024 * 1024 / flood.len() {
        run.received(flood);
        if matches!(run.poll(at(0)), Step::Done(_)) {
            break;
        }
    }
    ALLOCATOR.peak_usage().saturating_sub(start)
}

/// Whatever the board sends, and wherever, a session keeps at most 64 KiB.
#[test]
fn memory_is_bounded() {
    let header: &[u8] = b"R\x01\x80\x00\x01";
    let ran: &[u8] = b"\x04";
    let text = [b'x'; 4096];
    let exec = || Exec::new("print(1)", |_| Ok(())).expect("code").patience(Patience::Forever);
    let captured = || Exec::captured("print(1)", 16 * 1024).expect("code");
    let peaks = [
        ("header", flood(exec(), &[], &text)),
        ("grants", flood(exec(), &[header], &[1; 4096])),
        ("output", flood(exec(), &[header, ran], &text)),
        ("output that is kept", flood(captured(), &[header, ran], &text)),
        ("error", flood(exec(), &[header, ran, b"\x04"], &text)),
        ("prompt", flood(exec(), &[header, ran, b"\x04\x04"], &text)),
        ("reset", flood(exec(), &[header, ran, b"\x04\x04MPY: soft reboot\r\n"], &text)),
        ("a line without an end", flood(List::new("").expect("a path"), &[header, ran], &text)),
        ("not a file", flood(Get::new("f", Vec::new()).expect("a path"), &[header, ran], &text)),
    ];
    for (what, peak) in peaks {
        assert!(peak < 64 * 1024, "{what}: {peak} bytes");
    }
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

//! Bytes lost without an error: literals that arrive shorter, and boards that drop what does not fit.

use std::{fmt, num::NonZeroUsize, ops::Range, time::Duration};

use rawpaste::{
    Choices, Encoding, Error, Flow, Operation, Placed, PutAll, Session, Step, Value,
    testing::{
        Bench, Fault, Firmware, Input, LinkShape, Manner,
        Transport::{self, Bare, Unix, Windows},
        Trouble, drive, noise,
    },
};
use rstest::rstest;

use crate::bench::{Contents, bench, text};

type Put = PutAll<Contents>;

fn session(transport: Transport, flow: Flow, chunk: usize) -> Session {
    let mut config = transport.config();
    (config.flow, config.chunk) = (flow, NonZeroUsize::new(chunk));
    Session::new(config)
}

fn put(content: &[u8], encoding: Encoding) -> Put {
    let mut choices = Choices::default();
    choices.encoding = Some(encoding);
    PutAll::new(Contents::new([content.to_vec()]), ["f"]).expect("a path").choices(choices)
}

/// Returns all that a put sends on a link that takes everything at once.
fn sent(transport: Transport, flow: Flow, put: impl Operation) -> Vec<u8> {
    let (mut session, mut bench) = (session(transport, flow, 500), bench(Firmware::default()));
    let mut run = session.run(put);
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    loop {
        bench.wire.deliver(bench.now, &mut bench.device);
        match run.poll(bench.now) {
            Step::Write { bytes, .. } => {
                let n = bench.wire.send(bench.now, bytes);
                sent.extend_from_slice(&bytes[..n]);
                run.wrote(n);
            }
            Step::Read { until } => {
                received.clear();
                if bench.wire.receive(bench.now, usize::MAX, &mut received) > 0 {
                    run.received(&received);
                } else {
                    let next = bench.wire.next_event(bench.now).filter(|next| *next > bench.now);
                    bench.now = next.map_or(until, |next| next.min(until));
                }
            }
            Step::Flush { .. } => run.flushed(),
            Step::Event(_) => {}
            Step::Done(result) => {
                assert!(result.is_ok());
                return sent;
            }
        }
    }
}

/// Returns where the literals of the data calls stand.
fn literals(sent: &[u8], encoding: Encoding) -> Vec<Range<usize>> {
    let (call, commas) = if encoding == Encoding::Deflate { (b"_rp.U(", 3) } else { (b"_rp.W(", 2) };
    let calls = (0..sent.len()).filter(|at| sent[*at..].starts_with(call));
    let literal = |at: usize| {
        let start = at + sent[at..].split_inclusive(|byte| *byte == b',').take(commas).flatten().count();
        // A literal has no newline.
        let length = sent[start..].iter().position(|byte| *byte == b'\n').expect("a line");
        start..start + length - 1
    };
    calls.map(literal).collect()
}

/// Whether a literal is a shorter one without this byte.
fn is_shorter_without(literal: &[u8], at: usize) -> bool {
    let length = |literal: &[u8]| match Value::read_all(literal) {
        Ok(Value::Bytes(bytes)) => Some(bytes.len()),
        Ok(_) | Err(_) => None,
    };
    let without = length(&[&literal[..at], &literal[at + 1..]].concat());
    without.is_some() && without < length(literal)
}

/// Whichever byte of a literal is lost, the file arrives. Where the literal is a shorter one then, its call does nothing
/// and says so at once: no more than what was in flight is sent again.
#[rstest]
fn each_byte_of_a_literal_is_lost(#[values(Bare, Windows, Unix)] transport: Transport) {
    for flow in [Flow::Windowed, Flow::Open] {
        for (encoding, content) in [
            (Encoding::Dense, noise(1, 2600)),
            (Encoding::Deflate, text(9000)),
            (Encoding::Base64, noise(1, 3600)),
            (Encoding::Ascii, noise(1, 2600)),
        ] {
            let sent = sent(transport, flow, put(&content, encoding));
            let literals = literals(&sent, encoding);
            assert!(literals.len() >= 4, "{encoding}: {}", literals.len());
            let longest = literals.iter().map(Range::len).max().unwrap_or_default();
            let in_flight = longest * if flow == Flow::Open { 2 } else { 1 };
            let mut shorter = 0;
            let literal = literals[2].clone();
            for at in transport.places(literal.start as u64..literal.end as u64) {
                let at = usize::try_from(at).expect("it fits");
                let lost = Lost { transport, flow, encoding, content: &content, at };
                if is_shorter_without(&sent[literal.clone()], at - literal.start) {
                    shorter += 1;
                    let again = lost.at_once() - sent.len() as u64;
                    // Besides there is a look.
                    assert!(again < in_flight as u64 + 300, "{lost:?}: {again}");
                } else {
                    lost.arrives();
                }
            }
            assert!(shorter > 12 || encoding == Encoding::Base64, "{flow:?}, {encoding}: {shorter}");
        }
    }
}

/// One byte that is lost of what a put sends.
struct Lost<'a> {
    transport: Transport,
    flow: Flow,
    encoding: Encoding,
    content: &'a [u8],
    at: usize,
}

impl fmt::Debug for Lost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {:?}, {}, byte {}", self.transport, self.flow, self.encoding, self.at)
    }
}

impl Lost<'_> {
    /// The file arrives; returns how much was sent, how often it was begun, and how much was gone on with.
    fn arrives(&self) -> (u64, usize, u64) {
        let (mut session, mut bench) = (session(self.transport, self.flow, 500), bench(Firmware::default()));
        bench.wire.add(Fault::up(self.at as u64, Trouble::Drop(1)));
        let mut put = put(self.content, self.encoding);
        let driven = drive(&mut session, &mut bench, &mut put, &Manner::default());
        let Some(Ok(results)) = &driven.result else { panic!("{self:?}: {:?}", driven.result) };
        let [Ok(Placed::Written { resumed })] = results[..] else { panic!("{self:?}: {results:?}") };
        assert_eq!(bench.device.disk().get("f"), Some(self.content), "{self:?}");
        assert_eq!(windowed(&driven.events), usize::from(self.flow == Flow::Open), "{self:?}");
        assert_eq!(session.flow(), Flow::Windowed, "{self:?}");
        (bench.wire.sent(), put.into_files().plans.len(), resumed)
    }

    /// It was begun again, and gone on with; returns how much was sent.
    fn at_once(&self) -> u64 {
        let (sent, begun, resumed) = self.arrives();
        assert_eq!(begun, 2, "{self:?}");
        assert!(resumed > 0, "{self:?}: nothing was gone on with");
        sent
    }
}

fn windowed(events: &[String]) -> usize {
    events.iter().filter(|event| *event == "windowed").count()
}

/// A board that drops what does not fit, in an open flow: it is windowed after the first loss, and loses nothing more.
#[rstest]
fn a_board_that_overflows_in_an_open_flow(#[values(Bare, Windows, Unix)] transport: Transport) {
    for (encoding, content) in [
        (Encoding::Dense, noise(1, 20_000)),
        (Encoding::Deflate, text(60_000)),
        (Encoding::Base64, noise(1, 20_000)),
        (Encoding::Ascii, noise(1, 20_000)),
    ] {
        for room in [256, 400, 512, 1024, 1500] {
            for micros in [2, 5, 30] {
                let what = format!("{encoding}, a buffer of {room} bytes, {micros} us a byte");
                let consume = Duration::from_micros(micros);
                let firmware = Firmware { input: Input::Overflows(room), consume, ..Firmware::default() };
                overflows(transport, firmware, put(&content, encoding), &content, &what);
            }
        }
    }
}

fn overflows(transport: Transport, firmware: Firmware, mut put: Put, content: &[u8], what: &str) {
    let (mut session, mut bench) =
        (session(transport, Flow::Open, 2000), Bench::new(firmware, LinkShape::usb()));
    bench.device.disk_mut().insert("f", *b"old");
    let mut said = 0;
    for left in (0..3).rev() {
        let driven = drive(&mut session, &mut bench, &mut put, &Manner::default());
        said += windowed(&driven.events);
        match driven.result {
            Some(Ok(results)) => {
                assert!(results.iter().all(Result::is_ok), "{what}: {results:?}");
                break;
            }
            // The end of a script was lost, say.
            result => assert!(left > 0 && matches!(result, Some(Err(Error::Fault(_)))), "{what}: {result:?}"),
        }
        assert_eq!(bench.device.disk().get("f"), Some(&b"old"[..]), "{what}");
    }
    assert_eq!(bench.device.disk().get("f"), Some(content), "{what}");
    let dropped = bench.device.statistics().dropped;
    assert!(dropped > 0, "{what}");
    assert_eq!((said, session.flow()), (1, Flow::Windowed), "{what}");
    let more = PutAll::new(Contents::new([content.to_vec()]), ["g"]).expect("a path");
    let driven = drive(&mut session, &mut bench, more, &Manner::default());
    assert!(driven.result.is_some_and(|result| result.is_ok()), "{what}");
    assert_eq!(bench.device.disk().get("g"), Some(content), "{what}");
    assert_eq!((windowed(&driven.events), bench.device.statistics().dropped), (0, dropped), "{what}");
}

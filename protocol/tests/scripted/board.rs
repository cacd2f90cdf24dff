//! A board that reads scripts and answers as a test says.

use std::time::Duration;

use rawpaste::testing::Transport;
use rawpaste::{DigestKind, Error, Hash, Instant, Operation, Placed, Run, Session, Step};

/// What a board with so much free memory prints of itself: CRC-32, everything else there.
pub(crate) fn about(free: u32) -> String {
    format!(
        "('micropython', '1.29.0', 'x', 'rp2', '', {free}, 'crc32', True, True, True, True, True, True)\r\n"
    )
}

/// What a put comes to that found nothing.
pub(crate) const WRITTEN: Placed = Placed::Written { resumed: 0 };

/// What becomes of the bytes that are written to it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Hears {
    /// They are answered.
    All,
    /// They go, and nothing comes of them.
    Nothing,
    /// None of them goes.
    Stuck,
    /// The transport ends.
    Dies,
}

pub(crate) struct Board {
    paste: Option<Vec<u8>>,
    /// The scripts that it was sent, lossily.
    pub(crate) scripts: Vec<String>,
    /// The same as bytes.
    pub(crate) sources: Vec<Vec<u8>>,
    /// What was written otherwise, with the number of scripts before it.
    pub(crate) typed: Vec<(Vec<u8>, usize)>,
    /// From the script on that holds this, it hears so.
    pub(crate) from: Option<(&'static str, Hears)>,
    hears: Hears,
}

impl Board {
    pub(crate) fn new() -> Self {
        let (scripts, sources, typed) = (Vec::new(), Vec::new(), Vec::new());
        Self { paste: None, scripts, sources, typed, from: None, hears: Hears::All }
    }

    fn ran(&mut self, source: Vec<u8>, script: &mut impl FnMut(&str) -> Vec<u8>) -> Vec<u8> {
        let text = String::from_utf8_lossy(&source).into_owned();
        let answer = script(&text);
        if let Some((part, hears)) = self.from
            && text.contains(part)
        {
            self.hears = hears;
        }
        self.scripts.push(text);
        self.sources.push(source);
        answer
    }

    fn answer(&mut self, bytes: &[u8], script: &mut impl FnMut(&str) -> Vec<u8>) -> Vec<u8> {
        if self.hears == Hears::Nothing {
            return Vec::new();
        }
        if bytes == [3] && self.paste.take().is_some() {
            return b"\x04\x04KeyboardInterrupt: \r\n\x04>".to_vec();
        }
        if let Some(source) = &mut self.paste {
            source.extend_from_slice(bytes);
            let ahead = source.ends_with(b"\x04\x05A\x01");
            if ahead {
                source.truncate(source.len() - 3);
            }
            if source.pop_if(|last| *last == 4).is_none() {
                return Vec::new();
            }
            let source = self.paste.take().unwrap_or_default();
            let mut answer = self.ran(source, script);
            if ahead {
                answer.extend(self.answer(b"\x05A\x01", script));
            }
            return answer;
        }
        match bytes {
            [1] => b"\r\nraw REPL; CTRL-B to exit\r\n>".to_vec(),
            [2] => b"\r\nMicroPython\r\n>>> ".to_vec(),
            [3] => b"\r\nTraceback (most recent call last):\r\n  File \"main.py\", line 7\r\nKeyboardInterrupt: \r\n>>> "
                .to_vec(),
            [5, b'A', 1] => {
                self.paste = Some(Vec::new());
                b"R\x01\xff\x7f\x01".to_vec()
            }
            typed => marked(typed).unwrap_or_else(|| {
                self.typed.push((typed.to_vec(), self.scripts.len()));
                Vec::new()
            }),
        }
    }
}

/// Answers the mark: the product, and the nonce. `n` is a helper's name, and no nonce.
fn marked(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?.strip_prefix("print(")?;
    let (factors, rest) = text.split_once(',')?;
    let product: u64 = factors.split('*').filter_map(|factor| factor.parse::<u64>().ok()).product();
    let nonce = if rest.contains("'n'") { "<function n at 0x7f91428054a0>" } else { "0" };
    Some(format!("OK{product} {nonce}\r\n\x04\x04>").into_bytes())
}

/// What happens while the engine reads and nothing is there.
pub(crate) enum Rest {
    Wait,
    Hear(&'static [u8]),
    End,
    Stop,
}

/// How a run went.
pub(crate) struct Told<T> {
    /// Nothing if it was dropped.
    pub(crate) result: Option<Result<T, Error>>,
    pub(crate) events: Vec<String>,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Runs an operation; the run is dropped after so many steps.
pub(crate) fn run_for<O: Operation>(
    steps: usize,
    session: &mut Session,
    board: &mut Board,
    operation: O,
    mut script: impl FnMut(&str) -> Vec<u8>,
    mut rest: impl FnMut(&mut Run<'_, O>, &Board, Duration) -> Rest,
) -> Told<O::Output> {
    let mut run = session.run(operation);
    let (mut took, mut pending, mut events, mut result) = (Duration::ZERO, Vec::new(), Vec::new(), None);
    for _ in 0..steps {
        match run.poll(Instant::from_epoch(took)) {
            Step::Write { until, .. } if board.hears == Hears::Stuck => took = until.since_epoch(),
            Step::Write { .. } if board.hears == Hears::Dies => run.wrote(0),
            Step::Write { bytes, .. } => {
                let bytes = bytes.to_vec();
                run.wrote(bytes.len());
                pending.extend(board.answer(&bytes, &mut script));
            }
            Step::Flush { .. } => run.flushed(),
            Step::Read { .. } if !pending.is_empty() => run.received(&std::mem::take(&mut pending)),
            Step::Read { until } => match rest(&mut run, board, took) {
                Rest::Wait => took = until.since_epoch(),
                Rest::Hear(bytes) => run.received(bytes),
                Rest::End => run.received(b""),
                Rest::Stop => break,
            },
            Step::Event(event) => events.push(format!("{event:?}")),
            Step::Done(ended) => {
                result = Some(ended);
                break;
            }
        }
    }
    Told { result, events, took }
}

/// Runs an operation to its end, which must come.
pub(crate) fn run<O: Operation>(
    session: &mut Session,
    board: &mut Board,
    operation: O,
    script: impl FnMut(&str) -> Vec<u8>,
) -> Told<O::Output> {
    let told = run_for(20_000, session, board, operation, script, |_, _, _| Rest::Wait);
    assert!(told.result.is_some(), "it does not end");
    told
}

/// The result of an operation on a board of its own.
pub(crate) fn result<O: Operation>(
    transport: Transport,
    operation: O,
    script: impl FnMut(&str) -> Vec<u8>,
) -> Result<O::Output, Error> {
    run(&mut transport.session(), &mut Board::new(), operation, script).result.expect("it ended")
}

/// A script that prints nothing.
pub(crate) fn nothing() -> Vec<u8> {
    printed("")
}

pub(crate) fn printed(text: &str) -> Vec<u8> {
    format!("\x04{text}\x04\x04>").into_bytes()
}

pub(crate) fn raised(exception: &str) -> Vec<u8> {
    let traceback = "Traceback (most recent call last):\r\n  File \"<stdin>\", line 1, in <module>\r\n";
    format!("\x04\x04{traceback}{exception}\r\n\x04>").into_bytes()
}

/// Whether a script calls this helper.
pub(crate) fn calls(script: &str, helper: &str) -> bool {
    !defines(script)
        && (script.contains(&format!(",'{helper}'")) || script.contains(&format!("_rp.{helper}(")))
}

/// Whether it defines helpers.
pub(crate) fn defines(script: &str) -> bool {
    script.starts_with("class")
}

/// A board that answers what the engine asks of itself, and takes any file.
pub(crate) fn takes_files(script: &str) -> Vec<u8> {
    if defines(script) {
        nothing()
    } else if calls(script, "i") {
        printed(&about(100_000))
    } else if ["t", "E", "M"].into_iter().any(|helper| calls(script, helper)) {
        printed("True\r\n")
    } else if calls(script, "A") {
        holds(b"")
    } else {
        nothing()
    }
}

/// Answers a look: no target, and this in its temporary file.
pub(crate) fn holds(part: &[u8]) -> Vec<u8> {
    if let (Hash::Crc32(crc), true) = (Hash::of(DigestKind::Crc32, part), !part.is_empty()) {
        let [a, b, c, d] = crc.to_be_bytes();
        printed(&format!("(-2, (), {}, ({a}, {b}, {c}, {d}), 0, 0)\r\n", part.len()))
    } else {
        printed("(-2, (), -2, (), 0, 0)\r\n")
    }
}

/// A board whose one answer this is, besides definitions.
pub(crate) fn says(answer: Vec<u8>) -> impl FnMut(&str) -> Vec<u8> {
    move |script| if defines(script) { nothing() } else { answer.clone() }
}

//! A run that is driven by hand.

use std::time::Duration;

use rawpaste::{Error, Instant, Operation, Run, Step};

/// Returns the instant so many milliseconds after the epoch.
pub(crate) fn at(millis: u64) -> Instant {
    Instant::from_epoch(Duration::from_millis(millis))
}

/// Carries the run to its first script: everything is written at once, entry is answered. Returns the result if the
/// run ends before.
pub(crate) fn enter<O: Operation>(run: &mut Run<'_, O>) -> Option<Result<O::Output, Error>> {
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

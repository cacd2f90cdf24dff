use std::num::NonZeroUsize;

use rawpaste::{Config, Error, Exec, FaultKind, Flow, Holds, Session};

use super::host::{Host, Manner};

/// The paste parser: a long script is run on a board that lets itself be entered and accepts the offer; from there on
/// it says what the input says.
///
/// The input: the window (two bytes, little endian), the most bytes of a read and of a write (0 for all), the
/// milliseconds between reads, the step at which somebody interrupts or types (0 for never), flags (see
/// `Manner`); the rest is the board, turn by turn (see `TURN` in `host`).
///
/// # Panics
///
/// If the engine breaks a promise.
pub fn paste(input: &[u8]) {
    let Some((&[low, high, reads, writes, pace, meddle, flags], board)) = input.split_first_chunk() else {
        return;
    };
    let manner = Manner { reads, writes, pace, meddle, flags };
    let window = u16::from_le_bytes([low, high]);
    let mut session = session(manner);
    let script = b"x = 'sixteen\x80\xff'\n".repeat(100);
    let operation = Exec::new(script, |_| Ok(())).expect("a script without control bytes");
    let result = Host::new(manner, board, Some(window)).run(&mut session, operation);
    let interrupted = meddle != 0 && flags & Manner::TYPES == 0;
    if !(1..=32_767).contains(&window) && !interrupted {
        let Err(Error::Fault(fault)) = result else { panic!("a window of {window}: {result:?}") };
        assert_eq!(fault.kind, FaultKind::Window(window));
    }
}

/// Returns a session that knows nothing yet.
pub(super) fn session(manner: Manner) -> Session {
    let mut config = Config::default();
    config.holds = if manner.flags & Manner::HOLDS == 0 { Holds::Nothing } else { Holds::UntilFlush };
    config.flow = if manner.has(Manner::OPEN) { Flow::Open } else { Flow::Windowed };
    config.chunk = NonZeroUsize::new(256);
    // The promises are told of what is sent together.
    (config.policy.coalesce, config.policy.threshold) = (usize::MAX, usize::MAX);
    Session::new(config)
}

use alloc::vec::Vec;

use crate::testing::{
    RawPaste,
    console::{Carrier, Core, RAW_BANNER},
    input::Ring,
    mode::Mode,
    paste::Paste,
    run::{Ending, Run},
};

/// What the raw REPL makes of a byte: `line` is what it has collected.
pub(crate) fn byte(mut line: Vec<u8>, byte: u8, core: &mut Core, input: &Ring) -> Mode {
    match byte {
        1 => return control_a(&line, core, input),
        2 => {
            core.say(b"\r\n");
            core.friendly_banner();
            return Mode::friendly();
        }
        3 => line.clear(),
        4 if line.is_empty() => {
            core.statistics.lone_ctrl_d += 1;
            core.say(b"OK\r\n");
            return soft_reset(core);
        }
        4 => {
            core.say(b"OK");
            return run(&line, Carrier::Line, core);
        }
        _ => line.push(byte),
    }
    // The line is collected outside any exception handler, so this is the end of the firmware.
    if line.len() > core.firmware().heap { Mode::Stopped } else { Mode::Raw(line) }
}

/// The way back to the raw prompt after a soft reset.
pub(crate) fn soft_reset(core: &mut Core) -> Mode {
    core.soft_reset();
    core.say(RAW_BANNER);
    Mode::Raw(Vec::new())
}

/// Compiles and starts what was sent.
pub(crate) fn run(source: &[u8], carrier: Carrier, core: &mut Core) -> Mode {
    match core.compile(source, carrier) {
        Ok(steps) => Mode::Running(Run::new(steps, Ending::Raw)),
        Err((raised, origin)) => {
            core.say(b"\x04");
            core.report(&raised, &origin);
            core.say(b"\x04>");
            Mode::Raw(Vec::new())
        }
    }
}

fn control_a(line: &[u8], core: &mut Core, input: &Ring) -> Mode {
    match (line, core.firmware().raw_paste) {
        ([5, b'A'], RawPaste::Window(window)) => {
            core.say(b"R\x01");
            core.say(&window.to_le_bytes());
            core.say(b"\x01");
            core.statistics.pastes += 1;
            return Mode::Paste(Paste::new(window, core, input));
        }
        ([5, _], RawPaste::Window(_) | RawPaste::Unanswered) => core.say(b"R\x00>"),
        _ => core.say(RAW_BANNER),
    }
    Mode::Raw(Vec::new())
}

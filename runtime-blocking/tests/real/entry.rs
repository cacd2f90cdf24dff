//! A real MicroPython is entered from whatever it was left in, again and again.

use std::{
    env, fs,
    io::{Read, Write},
    sync::mpsc,
    time::{Duration, Instant},
};

use rawpaste::{Config, Eval, Event, Leave, Reply, Reset, Session};
use rawpaste_blocking::{Connection, Keyboard};
use rawpaste_board::{
    End,
    trial::{Board, Failed, Trial, trial},
};

use crate::in_process::InProcess;

/// How often in a row, each; so many with `RAWPASTE_OPENINGS=100`.
const OPENINGS: u32 = 12;

/// What a board may be left in: what is typed at its friendly prompt, and what it says then.
struct State {
    what: &'static str,
    main: &'static str,
    typed: &'static [u8],
    says: &'static [u8],
    /// Whether a program runs there.
    runs: bool,
}

const MAIN: &[u8] = b"exec(open('main.py').read())\r";

const STATES: [State; 8] = [
    State { what: "at its prompt", main: "", typed: b"", says: b"", runs: false },
    State { what: "in raw mode", main: "", typed: b"\x01", says: b"CTRL-B to exit\r\n>", runs: false },
    State { what: "in paste mode", main: "", typed: b"\x05abc\rde", says: b"=== abc", runs: false },
    State {
        what: "in the middle of a raw paste",
        main: "",
        typed: b"\x01\x05A\x01print(",
        says: b"R\x01\x80\x00\x01",
        runs: false,
    },
    State {
        what: "running for ever",
        main: "print('on'+'ward')\nwhile True: pass",
        typed: MAIN,
        says: b"onward",
        runs: true,
    },
    State {
        what: "printing without end",
        main: "print('on'+'ward')\nwhile True: print('temperature 21')",
        typed: MAIN,
        says: b"onward",
        runs: true,
    },
    State {
        what: "swallowing three ^C",
        main: "print('on'+'ward')\nfor _ in range(3):\n try:\n  while True: pass\n except KeyboardInterrupt: print('no')\n\
               while True: pass",
        typed: MAIN,
        says: b"onward",
        runs: true,
    },
    State {
        what: "in a script of somebody who went",
        main: "",
        typed: b"\x01\x05A\x01print('on'+'ward')\nwhile True: pass\x04",
        says: b"onward",
        runs: true,
    },
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials: Vec<_> = STATES
        .into_iter()
        .map(|state| trial(format!("entered while {}", state.what), move |board| entered(board, &state)))
        .collect();
    trials.push(trial("a soft reset starts it afresh", reset));
    trials
}

fn entered(board: Board, state: &State) -> Result<(), Failed> {
    let openings =
        env::var("RAWPASTE_OPENINGS").ok().and_then(|number| number.parse().ok()).unwrap_or(OPENINGS);
    fs::write(board.dir.path().join("main.py"), state.main)?;
    let mut end = board.running.in_process();
    let keyboard = Keyboard { typed: mpsc::channel().1, interrupts: mpsc::channel().1 };
    for opening in 1..=openings {
        leave(&mut end, state)?;
        // Another process each time: it knows nothing.
        let mut config = Config::default();
        config.nonce = opening;
        let (began, mut told) = (Instant::now(), None);
        let mut connection = Connection::new(InProcess(end), Session::new(config));
        let answer = connection.attend(Eval::new("6*7")?, &keyboard, |event| {
            if let Event::Entered { stopped, .. } = event {
                told = Some(stopped);
            }
        });
        let answer = answer.map_err(|error| format!("opening {opening}, {:?}: {error}", began.elapsed()))?;
        assert_eq!(answer, "42", "opening {opening}");
        assert_eq!(told, Some(state.runs), "opening {opening}");
        connection.run(Leave::default())?;
        end = connection.into_parts().0.0;
    }
    Ok(())
}

/// Brings a board from its friendly prompt to this state.
fn leave(end: &mut End, state: &State) -> Result<(), Failed> {
    end.write_all(state.typed)?;
    end.set_timeout(Duration::from_millis(100));
    let (mut heard, mut buffer, began) = (Vec::new(), [0; 256], Instant::now());
    while !heard.windows(state.says.len().max(1)).any(|part| part == state.says) && !state.says.is_empty() {
        if began.elapsed() > Duration::from_secs(20) {
            return Err(format!("{} never says so: {}", state.what, heard.escape_ascii()).into());
        }
        if let Ok(n) = end.read(&mut buffer) {
            heard.extend_from_slice(&buffer[..n]);
        }
    }
    Ok(())
}

/// The unix port ends at a `^D`, and another takes its place, as of a board that starts again.
fn reset(board: Board) -> Result<(), Failed> {
    let mut connection = Connection::new(InProcess(board.running.in_process()), Session::default());
    for _ in 0..3 {
        connection.run(rawpaste::Exec::captured("kept = 1", 10)?)?;
        assert_eq!(connection.run(Eval::new("'kept' in globals()")?)?, "True");
        assert_eq!(connection.run(Reset::soft())?, Reply::Reset);
        assert_eq!(connection.run(Eval::new("'kept' in globals()")?)?, "False");
    }
    let error = connection.run(Reset::hard()).expect_err("a computer is not reset");
    assert!(error.to_string().contains("reset button"), "{error}");
    assert_eq!(connection.run(Eval::new("6*7")?)?, "42");
    Ok(())
}

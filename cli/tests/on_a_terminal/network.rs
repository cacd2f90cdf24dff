//! Boards behind a real `ser2net`.

use std::fs;

use rawpaste_board::trial::{Failed, Served, Trial, served_trial};

use crate::command::{code, command, done, errors, noise, pairs, run, run_with};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        served_trial("every pair of bytes and a program, over tcp://", |served| {
            all(&served, &format!("tcp://127.0.0.1:{}", served.server.raw()))
        }),
        served_trial("every pair of bytes and a program, over rfc2217://", |served| {
            all(
                &served,
                &format!("rfc2217://127.0.0.1:{}?baud=230400&dtr=on&rts=on", served.server.rfc2217()),
            )
        }),
        served_trial("the other way to the port is told", |served| {
            let output = run(format!("rfc2217://127.0.0.1:{}", served.server.raw()), ["ls"]);
            let next =
                format!("next: if it is a raw port, it is --port tcp://127.0.0.1:{}", served.server.raw());
            assert!(code(&output) == 3 && errors(&output).contains(&next), "{}", errors(&output));
            let output = run(format!("tcp://127.0.0.1:{}", served.server.rfc2217()), ["ls"]);
            let next = format!("it is --port rfc2217://127.0.0.1:{}", served.server.rfc2217());
            assert!(code(&output) == 3 && errors(&output).contains(&next), "{}", errors(&output));
            Ok(())
        }),
    ]
}

fn all(served: &Served, port: &str) -> Result<(), Failed> {
    let data = [pairs(), noise(30_000, 7)].concat();
    let output = run_with(port, ["put", "-", ":all"], &data);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(fs::read(served.dir.path().join("all"))? == data, "the file differs");
    assert!(done(port, ["get", ":all", "-"]) == data, "what came back differs");
    let sends = "import sys\nfor a in range(256):\n for b in range(256):\n  \
                 if 4 not in (a,b): sys.stdout.buffer.write(bytes((a,b)))";
    let expected: Vec<u8> = pairs().chunks(2).filter(|pair| !pair.contains(&4)).flatten().copied().collect();
    assert!(done(port, ["exec", sends]) == expected, "what it printed differs");
    // One command after the other, as fast as they go.
    for n in 0..10 {
        assert_eq!(done(port, ["exec", &format!("print({n})")]), format!("{n}\n").into_bytes());
    }
    // Two at once: the second is told why, and the first goes on.
    let mut first = command(port, ["exec", "print('up')\nprint(input())"]);
    let mut first = first.stdin(std::process::Stdio::piped()).spawn()?;
    let mut up = [0; 3];
    std::io::Read::read_exact(first.stdout.as_mut().ok_or("no output")?, &mut up)?;
    let second = run(port, ["ls"]);
    assert!(code(&second) == 3 && errors(&second).contains("already in use"), "{}", errors(&second));
    std::io::Write::write_all(&mut first.stdin.take().ok_or("no input")?, b"still here\n")?;
    let output = first.wait_with_output()?;
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(output.stdout.ends_with(b"still here\n"), "{}", output.stdout.escape_ascii());
    Ok(())
}

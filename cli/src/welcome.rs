//! What the command says when it is asked for nothing: which boards are here, and what there is to try.

use crate::{
    boards::Boards,
    find::{self, Found},
    report::{Failure, Result, print},
};

const TRY: &str = "\
Five things to try:
  rawpaste put main.py       put a program on the board
  rawpaste run blink.py      run a program of this machine there
  rawpaste repl              type at the board's prompt; ^] leaves
  rawpaste watch src :       send a folder at each change, and start its main.py again
  rawpaste get -r : backup   get everything back
rawpaste --help has all commands, rawpaste COMMAND --help each of them.";

/// Says it; who names a board wants something else.
pub(crate) fn welcome(boards: Boards) -> Result<()> {
    if boards.is_given() {
        return Err(Failure::usage("there is no command")
            .next("rawpaste --port PORT ls, say; rawpaste --help has all"));
    }
    let text = match find::named(boards.one()?)? {
        Some(named) => format!("{named} is used, as RAWPASTE_PORT or rawpaste.toml says"),
        None => text(&find::ports(), &find::all()),
    };
    print(|out| writeln!(out, "rawpaste {}: {text}\n\n{TRY}", env!("CARGO_PKG_VERSION")))
}

fn text(ports: &[Found], boards: &[Found]) -> String {
    let named = |board: &Found| format!("\n  {}   {board}", board.flag());
    match boards {
        [] => format!("no board is here; {}", find::advice(ports)),
        [board] => format!("this board is here, and used if no other is named:{}", named(board)),
        _ => format!("these boards are here:{}", boards.iter().map(named).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::find::{example::usb, sorted};

    #[test]
    fn boards_are_named() {
        let all = sorted(vec![
            usb("/dev/ttyACM0", (0x2e8a, 5), "E661", Some(0)),
            usb("/dev/ttyACM1", (0x2e8a, 5), "E662", Some(0)),
        ]);
        assert!(text(&[], &[]).contains("plug the board in"));
        assert!(text(&all, &all[..1]).contains("used if no other is named:\n  --port a0"));
        let both = text(&all, &all);
        assert!(both.contains("--port a0") && both.contains("--port a1") && both.contains("E662"), "{both}");
    }
}

//! What makes a MicroPython a stand-in for a board.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rawpaste_board::trial::{Board, Trial, trial};
use rawpaste_board::{End, MicroPython, Running};

use super::unix::{ANSWER, Host, Outcome, PROMPT, RAW};

const SAYS: &str = "print('main', __name__)\n";

/// One in the board's folder, which has these programs.
fn stand_in(board: &Board, boot: &str, main: &str) -> Result<Host<End>, std::io::Error> {
    let dir = board.dir.path();
    for (name, code) in [("boot.py", boot), ("main.py", main)] {
        if !code.is_empty() {
            fs::write(dir.join(name), code)?;
        }
    }
    Ok(Host::new(Running::micropython(MicroPython::new(dir).like_a_board())?))
}

/// Runs a line in raw mode; answers what it printed.
fn runs(host: &mut Host<End>, code: &str) -> String {
    host.send(code.as_bytes()).send(b"\x04").until(b"OK");
    let answer = String::from_utf8(host.until(ANSWER)).unwrap();
    answer.strip_suffix("\x04\x04>").unwrap_or(&answer).to_owned()
}

fn boots(board: Board) -> Outcome {
    let mut host = stand_in(&board, "print('boot', __file__)\nx = 1\n", "print('main', __file__, x)\n")?;
    let programs = "boot boot.py\nmain main.py 1\nMicroPython ";
    let said = String::from_utf8(host.until(PROMPT))?;
    assert!(said.starts_with(programs), "{said:?}");
    assert_eq!(
        host.send(b"\x04").until(b"MicroPython "),
        format!("\r\nMPY: soft reboot\r\n{programs}").as_bytes()
    );
    host.until(PROMPT);
    // A program that exits at the prompt resets, too.
    host.send(b"import machine;machine.soft_reset()\r")
        .until(format!("\r\nMPY: soft reboot\r\n{programs}").as_bytes());
    Ok(())
}

fn stays_raw(board: Board) -> Outcome {
    let mut host = stand_in(&board, "print('boot')\n", SAYS)?;
    host.enter();
    let reboot = [b"MPY: soft reboot\r\nboot\n", RAW].concat();
    for _ in 0..2 {
        assert_eq!(host.send(b"\x04").until(RAW), [b"OK\r\n", &reboot[..]].concat());
        host.send(b"import sys;sys.exit()\x04");
        assert_eq!(host.until(RAW), [b"OK\x04\x04", &reboot[..]].concat());
    }
    host.paste(b"print(6*7)").until(b"42\n\x04\x04>");
    // What is left raw does not run main.py, and what is reset at the friendly prompt does.
    host.send(b"\x02").until(PROMPT);
    host.send(b"\x04").until(b"boot\nmain __main__\n");
    Ok(())
}

fn stops_a_program(board: Board) -> Outcome {
    let mut host = stand_in(&board, "", "def f():\n while True: pass\nx = 5\nf()\n")?;
    for _ in 0..10 {
        // It comes before the program has begun.
        let said = String::from_utf8(host.send(b"\x03").until(PROMPT))?;
        assert!(said.contains("MicroPython "), "{said:?}");
        host.send(b"\x04").until(b"MPY: soft reboot\r\n");
    }
    std::thread::sleep(Duration::from_secs(1));
    let traceback = "Traceback (most recent call last):\n  File \"main.py\", line 4, in <module>\n  \
                     File \"main.py\", line 2, in f\nKeyboardInterrupt: \nMicroPython ";
    let said = String::from_utf8(host.send(b"\x03").until(PROMPT))?;
    assert!(said.starts_with(traceback), "{said:?}");
    host.send(b"x\r").until(b"\r\n5\n");
    Ok(())
}

fn tells_an_error(board: Board) -> Outcome {
    let mut host = stand_in(&board, "open('none')\n", SAYS)?;
    let said = String::from_utf8(host.until(PROMPT))?;
    let traceback = "Traceback (most recent call last):\n  File \"boot.py\", line 1, in <module>\n\
                     OSError: [Errno 2] ENOENT\nMicroPython ";
    assert!(said.starts_with(traceback), "{said:?}");
    Ok(())
}

/// So does a board. It is no MicroPython that does not run.
fn resets_for_ever(board: Board) -> Outcome {
    let mut host = stand_in(&board, "", "print('!')\nimport sys\nsys.exit()\n")?;
    for _ in 0..7 {
        host.until(b"!\nMPY: soft reboot\r\n");
    }
    host.until(b"!\n");
    host.send(b"\x03").until(PROMPT);
    host.send(b"6*7\r").until(b"\r\n42\n");
    Ok(())
}

fn is_its_folder(board: Board) -> Outcome {
    let dir = board.dir.path().join("root");
    fs::create_dir_all(dir.join("lib"))?;
    fs::write(dir.join("lib/inside.py"), "")?;
    fs::write(board.dir.path().join("victim"), "")?;
    let mut host = Host::new(Running::micropython(MicroPython::new(&dir).like_a_board())?);
    host.until(PROMPT);
    host.send(b"globals()\r").until(b"\r\n{'__name__': '__main__'}\n>>> ");
    host.send(b"\x01").until(RAW);
    for (code, says) in [
        ("import sys;print(sys.path,sys.argv)", "['', '.frozen', '/lib'] []\n"),
        (
            "import os;print(os.getcwd(),os.listdir(),os.listdir('/'),os.listdir(b'lib'))",
            "/ ['lib'] ['lib'] [b'inside.py']\n",
        ),
        ("import inside;print(inside.__file__)", "/lib/inside.py\n"),
        (
            "os.mkdir('/a');os.mkdir('a/b');open('/a/b/c','w').close();print(os.stat('a//./b/../b/c')[6])",
            "0\n",
        ),
        // Both with a / in front, which VfsPosix confused.
        (
            "os.rename('/a/b/c','/a/d');os.rename('a/d','/e');print(sorted(os.listdir('/')))",
            "['a', 'e', 'lib']\n",
        ),
        (
            "os.chdir('a');print(os.getcwd(),os.listdir(),os.listdir('..')==os.listdir('/'))",
            "/a ['b'] True\n",
        ),
        (
            "os.chdir('b');os.chdir('../../lib');print(os.getcwd());os.chdir('/');print(os.getcwd())",
            "/lib\n/\n",
        ),
        ("os.rmdir('/a/b');os.rmdir('a');os.remove('/e');print(os.listdir('/'))", "['lib']\n"),
        (
            "print(os.statvfs('/')[0]>0,os.statvfs('/')==os.statvfs('lib'),os.stat('/')[0]&0x4000)",
            "True True 16384\n",
        ),
    ] {
        assert_eq!(runs(&mut host, code), says, "{code}");
    }
    leaves_nowhere(&mut host, board.dir.path());
    Ok(())
}

fn leaves_nowhere(host: &mut Host<End>, above: &Path) {
    let victim = above.join("victim");
    for code in [
        "os.remove('../victim')",
        "os.remove('/../victim')",
        "os.remove('lib/../../victim')",
        "os.rename('../victim','/x')",
        "os.rename('/lib','/../x')",
        "open('../victim','w')",
        "os.stat('..')",
        "os.listdir('/..')",
        "os.chdir('..')",
        "os.mkdir('../x')",
    ] {
        let answer = runs(host, code);
        assert!(answer.ends_with("OSError: [Errno 22] EINVAL\n\x04>"), "{code}: {answer}");
    }
    let code = format!("os.remove('{}')", victim.display());
    let answer = runs(host, &code);
    assert!(answer.ends_with("OSError: [Errno 2] ENOENT\n\x04>"), "{code}: {answer}");
    assert!(victim.exists());
}

/// There `/` would be this machine's.
fn never_shows_another_prompt(board: Board) -> Outcome {
    for heap in ["3k", "6k", "10k"] {
        let micropython = MicroPython::new(board.dir.path()).heap(heap).like_a_board();
        let mut end = Running::micropython(micropython)?.in_process();
        end.set_timeout(Duration::from_secs(20));
        let mut said = Vec::new();
        std::io::Read::read_to_end(&mut end, &mut said)?;
        assert!(said.windows(11).any(|window| window == b"MemoryError"), "{}", said.escape_ascii());
    }
    Ok(())
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_stand_in_boots", boots),
        trial("a_stand_in_stays_raw", stays_raw),
        trial("a_stand_in_stops_a_program", stops_a_program),
        trial("a_stand_in_tells_an_error", tells_an_error),
        trial("a_stand_in_resets_for_ever", resets_for_ever),
        trial("a_stand_in_is_its_folder", is_its_folder),
        trial("a_stand_in_never_shows_another_prompt", never_shows_another_prompt),
    ]
}

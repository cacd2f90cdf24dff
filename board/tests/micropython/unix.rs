//! What hosts rely on, on a real MicroPython.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use rawpaste_board::trial::{Board, Failed, Trial, trial};
use rawpaste_board::{End, MicroPython, Running, Shape};

pub(crate) type Outcome = Result<(), Failed>;

pub(crate) const PROMPT: &[u8] = b"\r\n>>> ";
pub(crate) const RAW: &[u8] = b"raw REPL; CTRL-B to exit\r\n>";
pub(crate) const ANSWER: &[u8] = b"\x04>";

/// A host that waits for what it expects, with a limit that only a hang reaches.
pub(crate) struct Host<S> {
    stream: S,
    unread: Vec<u8>,
}

impl Host<End> {
    pub(crate) fn new(running: Running) -> Self {
        Self::on(running.in_process())
    }
}

impl<S: Read + Write> Host<S> {
    fn on(stream: S) -> Self {
        Self { stream, unread: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> &mut Self {
        self.stream.write_all(bytes).expect("the board takes what is sent");
        self
    }

    /// Reads up to and with `end`.
    pub(crate) fn until(&mut self, end: &[u8]) -> Vec<u8> {
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(at) = self.unread.windows(end.len()).position(|window| window == end) {
                let rest = self.unread.split_off(at + end.len());
                return std::mem::replace(&mut self.unread, rest);
            }
            let heard = self.unread.escape_ascii();
            assert!(Instant::now() < limit, "no {} in {heard}", end.escape_ascii());
            let mut buffer = [0; 256];
            match self.stream.read(&mut buffer) {
                Ok(0) => panic!("end of file after {heard}"),
                Ok(n) => self.unread.extend_from_slice(&buffer[..n]),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                Err(error) => panic!("{error} after {heard}"),
            }
        }
    }

    pub(crate) fn enter(&mut self) -> &mut Self {
        self.until(PROMPT);
        self.send(b"\x01").until(RAW);
        self
    }

    /// Offers and sends one paste of at most 128 bytes, up to where it runs.
    pub(crate) fn paste(&mut self, code: &[u8]) -> &mut Self {
        assert!(code.len() <= 128);
        assert_eq!(self.send(b"\x05A\x01").until(b"\x80\x00\x01"), b"R\x01\x80\x00\x01");
        assert_eq!(self.send(code).send(b"\x04").until(b"\x04"), b"\x04");
        self
    }
}

/// How many processes have `dir` as their working directory.
fn processes(dir: &Path) -> usize {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter(|process| std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == dir)).count()
}

fn greets(board: Board) -> Outcome {
    let mut host = Host::new(board.running);
    let banner = host.until(PROMPT);
    assert!(banner.starts_with(b"MicroPython "), "{}", banner.escape_ascii());
    assert!(!banner.windows(2).any(|two| two == b"\r\r"), "{}", banner.escape_ascii());
    assert_eq!(host.send(b"\x03").until(PROMPT), PROMPT);
    host.send(b"globals()\r").until(b"\r\n{'__name__': '__main__'}\n>>> ");
    host.send(b"import sys;sys.argv\r").until(b"\r\n[]\n>>> ");
    Ok(())
}

fn answers_a_paste(board: Board) -> Outcome {
    let mut host = Host::new(board.running);
    host.enter();
    assert_eq!(host.paste(b"print(1)").until(ANSWER), b"1\n\x04\x04>");
    assert_eq!(host.paste(b"1/0").until(ANSWER), TRACEBACK);
    Ok(())
}

const TRACEBACK: &[u8] = b"\x04Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\n\
                           ZeroDivisionError: divide by zero\n\x04>";

fn is_interrupted(board: Board) -> Outcome {
    let mut host = Host::new(board.running);
    host.enter();
    for code in [
        &b"print('!')\nwhile True: pass"[..],
        b"print('!')\ninput()",
        b"import time\nprint('!')\ntime.sleep(99)",
    ] {
        host.paste(code).until(b"!\n");
        let answer = host.send(b"\x03").until(ANSWER);
        assert!(answer.ends_with(b"KeyboardInterrupt: \n\x04>"), "{}", answer.escape_ascii());
        assert_eq!(host.paste(b"print(1)").until(ANSWER), b"1\n\x04\x04>");
    }
    Ok(())
}

fn merges_interrupts(board: Board) -> Outcome {
    let mut host = Host::new(board.running);
    host.enter();
    for _ in 0..20 {
        host.paste(b"kept=1\nprint('!')\nwhile True: pass").until(b"!\n");
        host.send(b"\x03\x03\x03").until(ANSWER);
        assert_eq!(host.paste(b"print(kept)").until(ANSWER), b"1\n\x04\x04>");
    }
    Ok(())
}

fn survives_interrupts_at_any_time(board: Board) -> Outcome {
    let mut host = Host::new(board.running);
    host.enter();
    host.paste(b"kept=1").until(ANSWER);
    for _ in 0..300 {
        host.paste(b"for i in range(500): pass").send(b"\x03").until(ANSWER);
    }
    // Interrupts that came after the end are prompts of the raw REPL; the state says that nothing was reset.
    host.send(b"\x02").until(PROMPT);
    host.send(b"print(kept+41)\r").until(b"\r\n42");
    Ok(())
}

fn is_replaced(board: Board) -> Outcome {
    let mut host = Host::new(board.running);
    for _ in 0..2 {
        host.enter().paste(b"import sys\nsys.exit()").until(b"\x04\x04");
    }
    // `^D` on an empty line, raw and friendly.
    host.enter().send(b"\x04").until(PROMPT);
    host.send(b"\x04").enter();
    Ok(())
}

fn gives_up(_: Board) -> Outcome {
    let dir = std::env::temp_dir();
    let mut end = Running::micropython(MicroPython::new(dir).program("/bin/true"))?.in_process();
    end.set_timeout(Duration::from_secs(20));
    assert_eq!(end.read(&mut [0])?, 0);
    assert_eq!(end.write(&[0]).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    Ok(())
}

fn has_its_folder_and_its_heap(board: Board) -> Outcome {
    let dir = board.dir.path().to_owned();
    std::fs::write(dir.join("there"), "")?;
    let mut host = Host::new(Running::micropython(MicroPython::new(dir).heap("64k"))?);
    host.enter();
    assert_eq!(host.paste(b"import os;print(os.listdir())").until(ANSWER), b"['there']\n\x04\x04>");
    let free = host.paste(b"import gc;print(gc.mem_free())").until(b"\n");
    let free: u32 = String::from_utf8(free)?.trim().parse()?;
    assert!((10_000..=65_536).contains(&free), "{free}");
    Ok(())
}

fn is_opened_twice(board: Board) -> Outcome {
    let port = board.running.on_pty()?;
    let open = || -> io::Result<File> { OpenOptions::new().read(true).write(true).open(port.name()) };
    let mut host = Host::on(open()?);
    host.enter().paste(b"kept=7").until(ANSWER);
    drop(host);
    let mut host = Host::on(open()?);
    assert_eq!(host.paste(b"print(kept)").until(ANSWER), b"7\n\x04\x04>");
    Ok(())
}

fn forgets_a_claim(board: Board) -> Outcome {
    let port = board.running.on_pty()?;
    let open = || -> io::Result<File> { OpenOptions::new().read(true).write(true).open(port.name()) };
    let host = open()?;
    rustix::termios::ioctl_tiocexcl(&host)?;
    Host::on(host).enter();
    Host::on(open()?).send(b"\x02").until(PROMPT);
    Ok(())
}

fn is_behind_tcp(board: Board) -> Outcome {
    let port = board.running.on_tcp(TcpListener::bind("127.0.0.1:0")?)?;
    let mut host = Host::on(TcpStream::connect(port.address())?);
    host.enter().paste(b"kept=7").until(ANSWER);
    drop(host);
    let mut host = Host::on(TcpStream::connect(port.address())?);
    assert_eq!(host.paste(b"print(kept)").until(ANSWER), b"7\n\x04\x04>");
    Ok(())
}

fn is_behind_a_link(board: Board) -> Outcome {
    let shape = Shape { rate: Some(11_520), delay: Duration::from_millis(1) };
    let mut host = Host::new(board.running.shaped(shape)?);
    host.enter();
    assert_eq!(host.paste(b"print(1)").until(ANSWER), b"1\n\x04\x04>");
    Ok(())
}

fn leaves_nothing(board: Board) -> Outcome {
    let dir = board.dir.path().canonicalize()?;
    let shape = Shape { rate: Some(1_000_000), delay: Duration::from_millis(1) };
    let mut host = Host::new(board.running.shaped(shape)?);
    host.enter().paste(b"print('!')\nwhile True: pass").until(b"!");
    // More than fits anywhere, so that threads wait in writes when the end comes.
    host.stream.set_timeout(Duration::from_millis(300));
    while host.stream.write(&[b' '; 4096]).is_ok() {}
    let clone = host.stream.try_clone()?;
    drop(host);
    assert_eq!(processes(&dir), 1);
    drop(clone);
    assert_eq!(processes(&dir), 0);
    Ok(())
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("greets", greets),
        trial("answers_a_paste", answers_a_paste),
        trial("is_interrupted", is_interrupted),
        trial("merges_interrupts", merges_interrupts),
        trial("survives_interrupts_at_any_time", survives_interrupts_at_any_time),
        trial("is_replaced", is_replaced),
        trial("gives_up", gives_up),
        trial("has_its_folder_and_its_heap", has_its_folder_and_its_heap),
        trial("is_opened_twice", is_opened_twice),
        trial("forgets_a_claim", forgets_a_claim),
        trial("is_behind_tcp", is_behind_tcp),
        trial("is_behind_a_link", is_behind_a_link),
        trial("leaves_nothing", leaves_nothing),
    ]
}

//! Getting in, and out again: boards that run, that listen to nobody, that are reset, and whose port vanishes.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::TcpListener,
    os::unix::fs::symlink,
    path::PathBuf,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use command::{code, command, done, errors, heard, noise, run};
use rawpaste::testing::{Act, Device, Firmware, Main, Program};
use rawpaste_board::{End, PtyPort, Running, Shape, Simulated, pipe};
use tempfile::TempDir;

fn behind_a_port(board: Simulated) -> PtyPort {
    Running::simulated(board).unwrap().on_pty().unwrap()
}

fn prints_on() -> Firmware {
    let main = Main::Prints { text: "temperature 21\n".into(), every: Duration::from_millis(5) };
    Firmware { main, ..Firmware::default() }
}

#[test]
fn a_program_that_is_stopped_is_told_and_runs_again_if_asked() {
    let board = behind_a_port(Simulated::new(prints_on()));
    let output = run(board.name(), ["ls"]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_eq!(errors(&output), "note: a running program was stopped; --restart lets it run again\n");
    // It does not run any more, and is not told of any more.
    assert_eq!(errors(&run(board.name(), ["ls"])), "");
    let output = run(board.name(), ["--restart", "ls"]);
    assert_eq!((code(&output), errors(&output)), (0, String::new()));
    assert!(heard(board.name()).contains("temperature 21\r\n"), "{}", heard(board.name()));
    let output = run(board.name(), ["ls", "--restart", "+", "ls"]);
    assert_eq!(errors(&output), "note: a running program was stopped; it runs again at the end\n");
    assert!(heard(board.name()).contains("temperature 21\r\n"));
}

#[test]
fn resets_leave_the_board_running() {
    for how in [&["reset"][..], &["reset", "--hard"]] {
        let board = behind_a_port(Simulated::new(prints_on()));
        done(board.name(), ["ls"]);
        assert_eq!(heard(board.name()), "");
        let output = run(board.name(), how);
        assert_eq!(code(&output), 0, "{how:?}: {}", errors(&output));
        assert!(
            String::from_utf8_lossy(&output.stdout).starts_with("reset the board at /dev/"),
            "{output:?}"
        );
        assert!(heard(board.name()).contains("temperature 21\r\n"), "{how:?}");
        // In a chain the next command stops it again, and says so.
        let chain = [how, &["+", "ls"]].concat();
        let output = run(board.name(), chain);
        assert_eq!(code(&output), 0, "{how:?}: {}", errors(&output));
        assert!(errors(&output).contains("was stopped"), "{how:?}: {}", errors(&output));
    }
}

#[test]
fn resets_that_a_board_has_not() {
    let board = behind_a_port(Simulated::new(Firmware::default()));
    // A pseudo-terminal has no lines.
    let output = run(board.name(), ["reset", "--line"]);
    assert_eq!(code(&output), 3);
    assert!(
        errors(&output).contains("no lines") && errors(&output).contains("--hard"),
        "{}",
        errors(&output)
    );
    let mut firmware = Firmware::default();
    firmware.can.reset = false;
    let board = behind_a_port(Simulated::new(firmware));
    for (how, instead) in [("--hard", "reset button"), ("--bootloader", "boot button")] {
        let output = run(board.name(), ["reset", how]);
        assert_eq!(code(&output), 3);
        assert!(errors(&output).contains(instead), "{}", errors(&output));
    }
    assert_eq!(code(&run(board.name(), ["reset", "--hard", "--line"])), 2);
    done(board.name(), ["ls"]);
}

/// Each has what was heard, what was tried, and three things to do.
#[test]
fn a_board_that_does_not_let_in_is_told_with_three_steps() {
    let deaf = Firmware { swallows_ctrl_c: 1000, ..prints_on() };
    let says = |text: &'static [u8]| {
        let (host, mut board) = pipe(4096);
        let thread = thread::spawn(move || {
            board.set_timeout(Duration::MAX);
            let mut byte = [0];
            while let Ok(1) = board.read(&mut byte) {
                if board.write_all(text).is_err() {
                    break;
                }
            }
        });
        drop(thread);
        Running::from_end(host, ()).on_pty().unwrap()
    };
    let cases = [
        ("does not end on ^C", r"temperature 21\r\n", behind_a_port(Simulated::new(deaf))),
        ("nothing answers", "heard last: nothing", says(b"")),
        ("another speed", r"\xfe", says(b"\xfe\x00\x80\xfe")),
        ("a shell or a login", "pi@raspberrypi:~$ ", says(b"^C\r\npi@raspberrypi:~$ ")),
        ("its ROM's bootloader", "waiting for download", says(b"\r\nwaiting for download\r\n")),
        ("no raw REPL", ">>> ", says(b"\r\nKeyboardInterrupt\r\n>>> ")),
        ("does not end on ^C", r"\x1b[2Jtick", says(b"\x1b[2Jtick\r\n")),
    ];
    let threads = cases.map(|(why, heard, board)| {
        thread::spawn(move || {
            let output = run(board.name(), ["ls"]);
            let said = errors(&output);
            assert_eq!(code(&output), 3, "{said}");
            for part in ["cannot list : on the board at /dev/", why, heard, "\n  tried: ", "\n  next: "] {
                assert!(said.contains(part), "no {part:?} in {said}");
            }
            assert_eq!(said.matches("\n    or: ").count(), 2, "{said}");
            assert!(!said.contains('\x1b') && !said.contains('\u{fffd}'), "{said:?}");
        })
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// A port under a name that stays, as in /dev/serial/by-id, and a folder for files of this machine.
struct Desk {
    here: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { here: tempfile::tempdir().unwrap() }
    }

    fn name(&self) -> PathBuf {
        self.here.path().join("port")
    }

    /// Plugs something in.
    fn plug(&self, board: Running, shape: Shape) -> PtyPort {
        let port = board.shaped(shape).unwrap().on_pty().unwrap();
        let new = self.here.path().join("new");
        symlink(port.name(), &new).unwrap();
        fs::rename(new, self.name()).unwrap();
        port
    }

    /// Pulls it out.
    fn pull(&self, port: PtyPort) {
        fs::remove_file(self.name()).unwrap();
        drop(port);
    }
}

/// A cable to a board that runs on when the cable is pulled: only its port vanishes. What carries bytes ends then.
fn cable(board: &End) -> (Running, [JoinHandle<()>; 2]) {
    const TICK: Duration = Duration::from_millis(5);
    let (host, near) = pipe(4096);
    let pump = |mut from: End, mut to: End| {
        from.set_timeout(TICK);
        to.set_timeout(TICK);
        move || {
            let mut buffer = [0; 4096];
            loop {
                let mut bytes = match from.read(&mut buffer) {
                    Ok(n @ 1..) => &buffer[..n],
                    // Nothing is taken from a board whose cable is pulled.
                    Err(error) if error.kind() == ErrorKind::TimedOut && to.write(&[]).is_ok() => continue,
                    Ok(_) | Err(_) => return,
                };
                while !bytes.is_empty() {
                    match to.write(bytes) {
                        Ok(n) => bytes = &bytes[n..],
                        Err(error) if error.kind() == ErrorKind::TimedOut => {}
                        Err(_) => return,
                    }
                }
            }
        }
    };
    let clone = |end: &End| end.try_clone().unwrap();
    let carriers = [pump(clone(board), clone(&near)), pump(near, clone(board))].map(thread::spawn);
    (Running::from_end(host, ()), carriers)
}

const SLOW: Shape = Shape { rate: Some(100_000), delay: Duration::from_millis(1) };

fn board_of(dir: &TempDir) -> Running {
    let board = Simulated::new(Firmware { disk: 8 << 20, ..Firmware::default() });
    Running::simulated(board.folder(dir.path())).unwrap()
}

/// Waits until there is a file of at least so many bytes.
fn wait_for_file(dir: &TempDir, length: u64) {
    let is_there = || {
        let entries = fs::read_dir(dir.path()).unwrap().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).any(|data| data.len() >= length)
    };
    let began = Instant::now();
    while !is_there() {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not begin");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The port vanishes and comes back while the board runs on.
#[test]
fn a_put_goes_on_when_the_port_is_back() {
    let (desk, dir) = (Desk::new(), tempfile::tempdir().unwrap());
    let (file, bytes) = (desk.here.path().join("noise"), noise(300_000, 5));
    fs::write(&file, &bytes).unwrap();
    let board = board_of(&dir).in_process();
    let (running, carriers) = cable(&board);
    let port = desk.plug(running, SLOW);
    let put = command(desk.name(), [OsStr::new("put"), file.as_os_str()]).spawn().unwrap();
    wait_for_file(&dir, 0);
    thread::sleep(Duration::from_millis(1000));
    desk.pull(port);
    // What they carry still would mix with what comes by the next cable.
    carriers.into_iter().for_each(|carrier| carrier.join().unwrap());
    thread::sleep(Duration::from_millis(300));
    let _port = desk.plug(cable(&board).0, Shape::default());
    let output = put.wait_with_output().unwrap();
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_eq!(
        errors(&output).matches("went away; going on when it is back").count(),
        1,
        "{}",
        errors(&output)
    );
    assert_eq!(fs::read(dir.path().join("noise")).unwrap(), bytes);
}

/// The same of a board on another machine.
#[test]
fn a_put_goes_on_when_its_server_is_back() {
    let (here, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (file, bytes) = (here.path().join("noise"), noise(100_000, 5));
    fs::write(&file, &bytes).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = board_of(&dir).shaped(SLOW).unwrap().on_tcp(listener).unwrap();
    let port = format!("tcp://{address}");
    let put = command(port, [OsStr::new("put"), file.as_os_str()]).spawn().unwrap();
    wait_for_file(&dir, 0);
    drop(server);
    let _server = board_of(&dir).on_tcp(TcpListener::bind(address).unwrap()).unwrap();
    let output = put.wait_with_output().unwrap();
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_eq!(errors(&output).matches("went away").count(), 1, "{}", errors(&output));
    assert_eq!(fs::read(dir.path().join("noise")).unwrap(), bytes);
}

/// The board is cut off with its port, and what was not closed yet is gone.
#[test]
fn a_put_goes_on_when_the_board_is_back() {
    let (desk, dir) = (Desk::new(), tempfile::tempdir().unwrap());
    let (file, bytes) = (desk.here.path().join("noise"), noise(100_000, 5));
    fs::write(&file, &bytes).unwrap();
    let port = desk.plug(board_of(&dir), SLOW);
    let put = command(desk.name(), [OsStr::new("put"), file.as_os_str()]).spawn().unwrap();
    wait_for_file(&dir, 0);
    desk.pull(port);
    let _port = desk.plug(board_of(&dir), Shape::default());
    let output = put.wait_with_output().unwrap();
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_eq!(errors(&output).matches("went away").count(), 1, "{}", errors(&output));
    assert_eq!(fs::read(dir.path().join("noise")).unwrap(), bytes);
}

#[test]
fn a_get_goes_on_when_the_port_is_back() {
    let (desk, dir, bytes) = (Desk::new(), tempfile::tempdir().unwrap(), noise(300_000, 6));
    fs::write(dir.path().join("noise"), &bytes).unwrap();
    let port = desk.plug(board_of(&dir), SLOW);
    let mut get = command(desk.name(), ["cat", ":noise"]).spawn().unwrap();
    let mut out = BufReader::new(get.stdout.take().unwrap());
    let mut got = vec![0; 50_000];
    out.read_exact(&mut got).unwrap();
    desk.pull(port);
    let reader = thread::spawn(move || {
        out.read_to_end(&mut got).unwrap();
        got
    });
    let _port = desk.plug(board_of(&dir), Shape::default());
    let output = get.wait_with_output().unwrap();
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(reader.join().unwrap() == bytes, "it is another file");
}

/// Code of the user's does not run twice.
#[test]
fn code_is_not_run_again() {
    let desk = Desk::new();
    let plug = || {
        let mut device = Device::new(Firmware::default());
        device.register(Program::new("fire()", [Act::Print("fired\n".into()), Act::RunForever]));
        desk.plug(Running::simulated(Simulated::with_device(device)).unwrap(), Shape::default())
    };
    let port = plug();
    let mut exec = command(desk.name(), ["exec", "fire()"]).spawn().unwrap();
    let mut out = BufReader::new(exec.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), "fired");
    desk.pull(port);
    let _port = plug();
    let output = exec.wait_with_output().unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!((code(&output), &*rest), (3, ""), "{}", errors(&output));
    assert!(errors(&output).contains("the port closed while the code ran"), "{}", errors(&output));
}

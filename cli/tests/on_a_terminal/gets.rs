//! Gets that are cut off, or whose file changes meanwhile.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rawpaste::{DigestKind, Hash};
use rawpaste_board::trial::{Board, Failed, Trial};
use rawpaste_board::{End, PtyPort, Running, Shape, pipe};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::command::{code, command, done, errors, noise, run};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("a_get_killed_at_any_moment", killed_at_any_moment),
        trial("a_get_that_is_interrupted", interrupted),
        trial("a_file_that_grows_under_a_get", grows),
        trial("a_file_that_changes_under_a_get", changes),
        trial("two_gets_of_one_target", two_at_once),
    ]
}

/// A MicroPython behind a link of 200,000 bytes/s and a pseudo-terminal, with a count of what came down.
struct Bench {
    port: PtyPort,
    down: Arc<AtomicU64>,
    board: TempDir,
    here: TempDir,
}

impl Bench {
    fn start(board: Board) -> io::Result<Self> {
        let (running, down) = counted(board.running)?;
        let shape = Shape { rate: Some(200_000), delay: Duration::from_millis(1) };
        Ok(Self {
            port: running.shaped(shape)?.on_pty()?,
            down,
            board: board.dir,
            here: tempfile::tempdir()?,
        })
    }

    fn start_get(&self, target: &Path) -> Child {
        command(self.port.name(), ["get", ":f", target.to_str().unwrap()]).spawn().unwrap()
    }

    fn target(&self) -> PathBuf {
        self.here.path().join("back")
    }

    /// How many bytes a get that was cut off has left.
    fn kept(&self) -> u64 {
        let name = format!(".rawpaste-{}", Hash::of(DigestKind::Crc32, b"back"));
        self.here.path().join(name).metadata().map_or(0, |metadata| metadata.len())
    }

    /// Starts a get, waits until some of the file is here, does `work`, and answers how the get ended.
    fn meanwhile(&self, work: impl FnOnce(&Child, &Path)) -> std::process::Output {
        let get = self.start_get(&self.target());
        let began = Instant::now();
        while self.kept() == 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "nothing of the file comes");
            thread::sleep(Duration::from_millis(1));
        }
        work(&get, &self.board.path().join("f"));
        get.wait_with_output().unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.here.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

/// Puts a count of what the board says behind it.
fn counted(board: Running) -> io::Result<(Running, Arc<AtomicU64>)> {
    let (board, count) = (board.in_process(), Arc::new(AtomicU64::new(0)));
    let (host, near) = pipe(1024);
    let (up, down) = ((near.try_clone()?, board.try_clone()?), (board.try_clone()?, near.try_clone()?));
    let counts = Arc::clone(&count);
    let nowhere = Arc::new(AtomicU64::new(0));
    thread::spawn(move || copy(up.0, up.1, &nowhere));
    thread::spawn(move || copy(down.0, down.1, &counts));
    Ok((Running::from_end(host, board), count))
}

fn copy(mut from: End, mut to: End, count: &AtomicU64) {
    from.set_timeout(Duration::MAX);
    to.set_timeout(Duration::MAX);
    let mut buffer = [0; 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        count.fetch_add(n as u64, Ordering::Relaxed);
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
}

fn trial(name: &str, test: fn(&Bench)) -> Trial {
    rawpaste_board::trial::trial(name, move |board: Board| -> Result<(), Failed> {
        test(&Bench::start(board)?);
        Ok(())
    })
}

fn killed_at_any_moment(bench: &Bench) {
    let content = noise(150_000, 3);
    fs::write(bench.board.path().join("f"), &content).unwrap();
    let began = Instant::now();
    done(bench.port.name(), ["get", ":f", bench.target().to_str().unwrap()]);
    let whole = began.elapsed();
    let mut with_something = 0;
    for part in 0..20 {
        fs::remove_file(bench.target()).unwrap();
        let mut get = bench.start_get(&bench.target());
        thread::sleep(whole * part / 18);
        get.kill().unwrap();
        get.wait().unwrap();
        let missing = match fs::read(bench.target()) {
            Ok(there) => {
                assert!(there == content, "a wrong file under its name after {part} parts of 18");
                // It was killed when all was done: another begins afresh.
                content.len() as u64
            }
            Err(_) => content.len() as u64 - bench.kept(),
        };
        with_something += u32::from((1..content.len() as u64).contains(&missing));
        // At every other, what the board still had to say is out of the way, so that the count is of this get alone.
        let counts = part % 2 == 0;
        if counts {
            done(bench.port.name(), ["ls"]);
        }
        let before = bench.down.load(Ordering::Relaxed);
        done(bench.port.name(), ["get", ":f", bench.target().to_str().unwrap()]);
        let came = bench.down.load(Ordering::Relaxed) - before;
        let most = missing + missing / 50 + 1500;
        assert!(!counts || came < most, "{came} bytes for {missing}, {part} parts of 18");
        assert!(fs::read(bench.target()).unwrap() == content, "a wrong file after {part} parts of 18");
        assert_eq!(bench.names(), ["back"]);
    }
    assert!(with_something > 5, "the kills came too early or too late to mean anything");
}

fn interrupted(bench: &Bench) {
    let content = old(bench);
    let output = bench.meanwhile(|get, _| kill_process(Pid::from_child(get), Signal::INT).unwrap());
    assert_eq!(code(&output), 3, "{}", errors(&output));
    let kept = bench.kept();
    assert!((1..content.len() as u64).contains(&kept), "{kept} bytes are kept");
    assert!(errors(&output).contains(&format!("{kept} bytes of it are kept")), "{}", errors(&output));
    let before = bench.down.load(Ordering::Relaxed);
    done(bench.port.name(), ["get", ":f", bench.target().to_str().unwrap()]);
    let (came, missing) = (bench.down.load(Ordering::Relaxed) - before, content.len() as u64 - kept);
    assert!(came < missing + missing / 50 + 1500, "{came} bytes for {missing}");
    assert!(fs::read(bench.target()).unwrap() == content);
    assert_eq!(bench.names(), ["back"]);
}

/// What a log holds when the get begins is what the get is for.
fn grows(bench: &Bench) {
    let content = old(bench);
    let output = bench.meanwhile(|_, file| {
        OpenOptions::new().append(true).open(file).unwrap().write_all(b"another line\n").unwrap();
    });
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(fs::read(bench.target()).unwrap() == content);
}

fn changes(bench: &Bench) {
    let changes: [fn(&Path); 2] = [
        |file| OpenOptions::new().write(true).open(file).unwrap().write_all(&noise(150_000, 5)).unwrap(),
        |file| OpenOptions::new().write(true).open(file).unwrap().set_len(10).unwrap(),
    ];
    for change in changes {
        old(bench);
        let output = bench.meanwhile(|_, file| change(file));
        assert_eq!(code(&output), 3, "{}", errors(&output));
        assert!(errors(&output).contains("the file changed while it travelled"), "{}", errors(&output));
        assert_eq!(bench.names(), [""; 0]);
    }
}

/// Makes a file that was not changed lately.
fn old(bench: &Bench) -> Vec<u8> {
    let content = noise(150_000, 4);
    let mut file = File::create(bench.board.path().join("f")).unwrap();
    file.write_all(&content).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    content
}

fn two_at_once(bench: &Bench) {
    let content = old(bench);
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("g"), &content[..50_000]).unwrap();
    let port = crate::command::at("micropython", other.path());
    let output = bench.meanwhile(|_, _| {
        let second = run(&port, ["get", ":g", bench.target().to_str().unwrap()]);
        assert_eq!(code(&second), 0, "{}", errors(&second));
    });
    assert_eq!(code(&output), 0, "{}", errors(&output));
    // Whichever ended last.
    let got = fs::read(bench.target()).unwrap();
    assert!(got == content || got == content[..50_000], "{} bytes of both", got.len());
    assert_eq!(bench.names(), ["back"]);
}

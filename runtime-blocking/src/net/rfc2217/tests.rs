use std::{collections::VecDeque, sync::Arc, sync::Mutex};

use super::*;

const AGREES: &[u8] = &[255, 253, 44];
const SET: &[u8] = &[
    255, 250, 44, 101, 0, 1, 0xc2, 0, 255, 240, 255, 250, 44, 102, 8, 255, 240, 255, 250, 44, 103, 1, 255,
    240, 255, 250, 44, 104, 1, 255, 240,
];

/// A server that says what it was told to, piece by piece, and takes so many bytes at once.
#[derive(Clone, Debug, Default)]
struct Script(Arc<Mutex<Said>>);

#[derive(Debug, Default)]
struct Said {
    says: VecDeque<Vec<u8>>,
    ends: bool,
    heard: Vec<u8>,
    takes: usize,
    timeout: Duration,
}

impl Script {
    fn new(says: &[&[u8]]) -> Self {
        let says = says.iter().map(|piece| piece.to_vec()).collect();
        Self(Arc::new(Mutex::new(Said { says, takes: usize::MAX, ..Said::default() })))
    }

    fn with<T>(&self, with: impl FnOnce(&mut Said) -> T) -> T {
        with(&mut self.0.lock().expect("no panic"))
    }

    fn open(&self, settings: LineSettings) -> io::Result<Rfc2217<Self>> {
        Rfc2217::open(self.clone(), settings)
    }
}

impl Port for Script {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.with(|said| said.timeout = timeout);
        Ok(())
    }
}

impl Read for Script {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let (piece, ends, timeout) = self.with(|said| (said.says.pop_front(), said.ends, said.timeout));
        let Some(mut piece) = piece else {
            if ends {
                return Ok(0);
            }
            std::thread::sleep(timeout);
            return Err(io::ErrorKind::TimedOut.into());
        };
        let n = piece.len().min(buf.len());
        buf[..n].copy_from_slice(&piece[..n]);
        piece.drain(..n);
        if !piece.is_empty() {
            self.with(|said| said.says.push_front(piece));
        }
        Ok(n)
    }
}

impl Write for Script {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.with(|said| {
            let n = buf.len().min(said.takes);
            said.takes -= n;
            said.heard.extend(&buf[..n]);
            if n == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(n) }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn opened(says: &[&[u8]]) -> (Script, Rfc2217<Script>) {
    let script = Script::new(&[&[AGREES, SET], says].concat());
    let port = script.open(LineSettings::default()).expect("it agrees");
    script.with(|said| said.heard.clear());
    (script, port)
}

#[test]
fn speed_frame_and_lines_are_set_at_the_start() {
    let script = Script::new(&[AGREES, SET]);
    let mut settings = LineSettings::default();
    (settings.dtr, settings.rts) = (Some(true), Some(true));
    let mut port = script.open(settings).expect("it agrees");
    let heard = script.with(|said| said.heard.clone());
    let asks: Vec<_> =
        heard.windows(4).filter(|four| four[..3] == [255, 250, 44]).map(|four| four[3]).collect();
    assert_eq!(asks, [1, 2, 3, 4, 5, 5, 5]);
    assert!(heard.ends_with(&[255, 250, 44, 5, 8, 255, 240, 255, 250, 44, 5, 11, 255, 240]), "{heard:?}");
    port.set_rts(false).expect("it listens");
    port.set_dtr(false).expect("it listens");
    let heard = script.with(|said| said.heard.clone());
    assert!(heard.ends_with(&[255, 250, 44, 5, 12, 255, 240, 255, 250, 44, 5, 9, 255, 240]), "{heard:?}");
}

#[test]
fn a_server_of_another_kind_is_told_from_one_that_is_gone() {
    let kind = |says: &[&[u8]], ends| {
        let script = Script::new(says);
        script.with(|said| said.ends = ends);
        script.open(LineSettings::default()).expect_err("it does not agree").kind()
    };
    assert_eq!(kind(&[&[255, 254, 44]], false), io::ErrorKind::Unsupported);
    let slow = [255, 250, 44, 101, 0, 0, 0x25, 0x80];
    assert_eq!(kind(&[AGREES, &slow, &SET[8..]], false), io::ErrorKind::Unsupported);
    assert_eq!(kind(&[b"busy"], true), io::ErrorKind::ConnectionAborted);
}

#[test]
fn what_came_early_is_read_first() {
    let script = Script::new(&[b"boot", AGREES, b"ing \xff\xff", SET, b"later"]);
    let mut port = script.open(LineSettings::default()).expect("it agrees");
    let mut buffer = [0; 6];
    let mut read = || port.read(&mut buffer).map(|n| buffer[..n].to_vec()).map_err(|error| error.kind());
    assert_eq!(read(), Ok(b"bootin".to_vec()));
    assert_eq!(read(), Ok(b"g \xff".to_vec()));
    assert_eq!(read(), Ok(b"later".to_vec()));
    assert_eq!(read(), Err(io::ErrorKind::TimedOut));
}

#[test]
fn commands_alone_are_no_end_of_file() {
    let (script, mut port) = opened(&[&[255, 241], &[255, 253, 24], b"x"]);
    port.set_timeout(Duration::from_secs(5)).expect("always");
    let mut buffer = [0; 8];
    assert_eq!(port.read(&mut buffer).ok(), Some(1));
    assert_eq!(script.with(|said| said.heard.clone()), [255, 252, 24]);
    script.with(|said| said.ends = true);
    assert_eq!(port.read(&mut buffer).map_err(|error| error.kind()), Err(io::ErrorKind::ConnectionAborted));
}

#[test]
fn nothing_is_written_between_suspend_and_resume() {
    let (suspend, resume) = ([255, 250, 44, 108, 255, 240], [255, 250, 44, 109, 255, 240]);
    let (script, mut port) = opened(&[b"a", &suspend, b"b"]);
    let mut buffer = [0; 8];
    assert_eq!(port.read(&mut buffer).ok(), Some(1));
    port.set_timeout(Duration::from_millis(1)).expect("always");
    assert_eq!(port.read(&mut buffer).ok(), Some(1));
    let error = port.write(b"held").expect_err("it is suspended");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert_eq!(script.with(|said| said.heard.clone()), b"");
    // What comes while it waits is kept.
    script.with(|said| said.says.extend([b"c".to_vec(), resume.to_vec()]));
    port.set_timeout(Duration::from_secs(5)).expect("always");
    port.write_all(b"free").expect("it is resumed");
    assert_eq!(script.with(|said| said.heard.clone()), b"free");
    assert_eq!(port.read(&mut buffer).ok(), Some(1));
    assert_eq!(buffer[0], b'c');
}

#[test]
fn a_connection_that_takes_no_more_makes_writes_wait_and_loses_nothing() {
    let (script, mut port) = opened(&[]);
    script.with(|said| said.takes = 1001);
    port.set_timeout(Duration::from_millis(1)).expect("always");
    let data = [255; 10_000];
    let mut taken = 0;
    let error = loop {
        match port.write(&data[taken..]) {
            Ok(n) => taken += n,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(taken < 5000, "{taken} bytes are held");
    assert_eq!(port.flush().map_err(|error| error.kind()), Err(io::ErrorKind::TimedOut));
    script.with(|said| said.takes = usize::MAX);
    port.write_all(&data[taken..]).expect("there is room");
    port.flush().expect("there is room");
    assert_eq!(script.with(|said| said.heard.clone()), [255; 20_000]);
}

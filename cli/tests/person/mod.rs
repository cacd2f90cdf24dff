//! Somebody who types into a pseudo-terminal, where the compiled command runs.

// Each test file uses some of it.
#![allow(dead_code)]

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{ControlModes, InputModes, LocalModes, OutputModes, Termios, tcgetattr};

/// How long to wait for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Person {
    terminal: Arc<Pty>,
    /// Keeps the terminal as it is after the command's end.
    kept: File,
    before: Termios,
    command: Running,
    screen: Receiver<Vec<u8>>,
    /// What is on the screen and was not looked at.
    unseen: Vec<u8>,
}

impl Person {
    /// Starts the command on a terminal of its own.
    pub(crate) fn starts<S: AsRef<OsStr>>(
        port: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        Self::starts_with(port, arguments, None)
    }

    /// The same, with another standard output.
    pub(crate) fn starts_with<S: AsRef<OsStr>>(
        port: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = S>,
        output: Option<Stdio>,
    ) -> Self {
        let (terminal, slave) = open().unwrap();
        let name = rustix::pty::ptsname(&terminal, Vec::new()).unwrap();
        let kept = OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NOCTTY.bits().cast_signed())
            .open(OsStr::from_bytes(name.as_bytes()))
            .unwrap();
        let before = tcgetattr(&kept).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"))
            .arg("--port")
            .arg(port)
            .args(arguments)
            .env_remove("RAWPASTE_PORT")
            .env("TERM", "xterm");
        if let Some(output) = output {
            command = command.stdout(output);
        }
        let command = Running(command.spawn(slave).unwrap());
        let (terminal, (shows, screen)) = (Arc::new(terminal), channel());
        let reads = Arc::clone(&terminal);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = (&*reads).read(&mut buffer) {
                if shows.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { terminal, kept, before, command, screen, unseen: Vec::new() }
    }

    /// Starts `rawpaste repl` and waits until it has the terminal.
    pub(crate) fn starts_repl<S: AsRef<OsStr>>(
        port: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut all = vec![OsString::from("repl")];
        all.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        let mut person = Self::starts(port, all);
        person.sees("^] leaves");
        person.waits_for_raw_mode();
        person
    }

    pub(crate) fn waits_for_raw_mode(&self) {
        let began = Instant::now();
        while self.settings().local_modes.contains(LocalModes::ICANON) {
            assert!(began.elapsed() < PATIENCE);
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn types(&self, keys: impl AsRef<[u8]>) {
        (&*self.terminal).write_all(keys.as_ref()).unwrap();
    }

    /// Waits until this is on the screen; answers what was there up to it.
    #[track_caller]
    pub(crate) fn sees(&mut self, text: impl AsRef<[u8]>) -> Vec<u8> {
        let (text, began) = (text.as_ref(), Instant::now());
        loop {
            if let Some(at) = self.unseen.windows(text.len()).position(|window| window == text) {
                return self.unseen.drain(..at + text.len()).collect();
            }
            let left = PATIENCE.saturating_sub(began.elapsed());
            let Ok(more) = self.screen.recv_timeout(left) else {
                let (text, unseen) =
                    (String::from_utf8_lossy(text), String::from_utf8_lossy(tail(&self.unseen)));
                panic!("{text:?} is not to be seen, but {unseen:?}");
            };
            self.unseen.extend(more);
        }
    }

    /// Types a line at the prompt; answers what comes before the next prompt.
    #[track_caller]
    pub(crate) fn enters(&mut self, line: &str) -> String {
        self.types(format!("{line}\r"));
        self.sees(line);
        String::from_utf8(self.sees("\n>>> ")).unwrap()
    }

    pub(crate) fn sends(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.command.0), signal).unwrap();
    }

    /// Leaves; answers what else was on the screen.
    #[track_caller]
    pub(crate) fn leaves(self) -> String {
        self.types(b"\x1d");
        let (status, screen) = self.waits();
        assert!(status.success(), "{status}: {screen}");
        screen
    }

    /// Waits for the command's end, which must leave the terminal as it found it.
    #[track_caller]
    pub(crate) fn waits(mut self) -> (ExitStatus, String) {
        let status = self.command.0.wait().unwrap();
        let after = self.settings();
        assert_eq!(modes(&after), modes(&self.before));
        assert_eq!(format!("{:?}", after.special_codes), format!("{:?}", self.before.special_codes));
        drop(self.kept);
        while let Ok(more) = self.screen.recv_timeout(PATIENCE) {
            self.unseen.extend(more);
        }
        (status, String::from_utf8_lossy(&self.unseen).into_owned())
    }

    fn settings(&self) -> Termios {
        tcgetattr(&self.kept).unwrap()
    }
}

/// A failure shows no more than that.
fn tail(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.len().saturating_sub(500)..]
}

/// Never outlives a test that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, where all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn modes(settings: &Termios) -> (InputModes, OutputModes, LocalModes, ControlModes) {
    (settings.input_modes, settings.output_modes, settings.local_modes, settings.control_modes)
}

//! The engine against a board that says exactly what a text file says, compared byte for byte and deadline by deadline.
//!
//! Each file in `transcripts/` is a conversation, so that it can be laid beside a capture from a real board. A line is:
//!
//! | line | meaning |
//! |---|---|
//! | `# TEXT` | a comment |
//! | `config: NAME VALUE` | before the first run: `patience`, a time; `pace`, `BYTES TIME` |
//! | `include: FILE` | the lines of another file |
//! | `exec: CODE` | starts a run of `Exec`, with the default patience; `exec forever: CODE` waits for ever |
//! | `leave:` | starts a run of `Leave` |
//! | `host: BYTES` | the engine's next step is a write of exactly these bytes |
//! | `board: BYTES` | the engine's next step is a read, and these come |
//! | `wait: TIME` | the engine's next step is a read that ends after exactly this time, and nothing comes |
//! | `pass: TIME` | its next step is a read that may take longer; so much of it goes by |
//! | `interrupt:`, `type: BYTES`, `close:` | somebody interrupts, types, pulls the cable |
//! | `event: TEXT` | the engine's next step is this event |
//! | `prints: BYTES` | what the script has printed since the last such line |
//! | `done: OUTCOME` | the run ends with this, as `rawpaste::testing::outcome` says it |
//! | `says: TEXT` | the error's message holds this |
//!
//! In BYTES, `\r \n \t \\ \xHH` are escapes, and a space at either end of the line is written `\x20`. `{mark}` stands for
//! the product in the mark that the engine writes, `{answer}` for what it comes to.

use std::{cell::RefCell, collections::VecDeque, fs, path::Path, rc::Rc, time::Duration};

use rawpaste::{
    Config, Error, Event, Exec, Instant, Leave, Operation, Pace, Patience, Run, Session, Step,
    testing::outcome,
};

/// One conversation under way.
struct Player {
    name: String,
    lines: VecDeque<(String, String)>,
    now: Instant,
    /// What the mark's numbers come to.
    answer: u64,
    printed: Rc<RefCell<Vec<u8>>>,
}

/// A step without its borrow.
enum Seen<T> {
    Write(Vec<u8>),
    Read(Instant),
    Event(String),
    Done(Result<T, Error>),
}

impl Player {
    fn new(name: &str) -> Self {
        let lines = lines(name).into();
        Self { name: name.into(), lines, now: Instant::EPOCH, answer: 0, printed: Rc::default() }
    }

    fn play(mut self) {
        let mut config = Config::default();
        while let Some(setting) = self.take("config") {
            configure(&mut config, &setting);
        }
        let mut session = Session::new(config);
        while let Some((start, text)) = self.lines.pop_front() {
            match &*start {
                "exec" => self.exec(&mut session, &text, None),
                "exec forever" => self.exec(&mut session, &text, Some(Patience::Forever)),
                "leave" => self.run(&mut session, Leave::default(), |()| "left".into()),
                _ => panic!("{}: no run has been started at `{start}: {text}`", self.name),
            }
        }
    }

    fn exec(&mut self, session: &mut Session, code: &str, patience: Option<Patience>) {
        let printed = Rc::clone(&self.printed);
        let output = move |bytes: &[u8]| {
            printed.borrow_mut().extend_from_slice(bytes);
            Ok(())
        };
        let exec = Exec::new(unescape(code), output).expect("a script without control bytes");
        let exec = if let Some(patience) = patience { exec.patience(patience) } else { exec };
        self.run(session, exec, |reply| format!("{reply:?}"));
    }

    fn run<O: Operation>(&mut self, session: &mut Session, operation: O, tell: fn(O::Output) -> String) {
        let mut run = session.run(operation);
        loop {
            self.meddle(&mut run);
            let seen = match run.poll(self.now) {
                Step::Write { bytes, .. } => Seen::Write(bytes.to_vec()),
                Step::Read { until } => Seen::Read(until),
                Step::Event(event) => Seen::Event(text(event)),
                Step::Done(result) => Seen::Done(result),
                Step::Flush { .. } => panic!("{}: a flush of a bare transport", self.name),
            };
            match seen {
                Seen::Write(bytes) => {
                    self.wrote(&bytes);
                    run.wrote(bytes.len());
                }
                Seen::Read(until) => self.read(&mut run, until),
                Seen::Event(event) => self.expect("event", &event),
                Seen::Done(result) => return self.done(result.map(tell)),
            }
        }
    }

    /// Does what is done from outside, whatever the step.
    fn meddle<O: Operation>(&mut self, run: &mut Run<'_, O>) {
        loop {
            if self.take("interrupt").is_some() {
                run.interrupt();
            } else if let Some(typed) = self.take("type") {
                assert_eq!(run.type_in(&unescape(&typed)), unescape(&typed).len());
            } else if self.take("close").is_some() {
                run.received(&[]);
            } else if let Some(expected) = self.take("prints") {
                let printed = std::mem::take(&mut *self.printed.borrow_mut());
                assert_eq!(escape(&printed), escape(&unescape(&expected)), "{}: the output", self.name);
            } else {
                return;
            }
        }
    }

    fn wrote(&mut self, bytes: &[u8]) {
        let mut text = escape(bytes);
        if let Some((mark, answer)) = mark(&text) {
            text = text.replacen(&mark, "{mark}", 1);
            self.answer = answer;
        }
        self.expect("host", &text);
    }

    fn read<O: Operation>(&mut self, run: &mut Run<'_, O>, until: Instant) {
        assert!(until > self.now, "{}: a read without time", self.name);
        let left = until.saturating_duration_since(self.now);
        if let Some(bytes) = self.take("board") {
            run.received(&unescape(&bytes.replace("{answer}", &self.answer.to_string())));
        } else if let Some(time) = self.take("pass") {
            assert!(duration(&time) < left, "{}: it passes {time} of {left:?}", self.name);
            self.now += duration(&time);
        } else if let Some(time) = self.take("wait") {
            assert_eq!(left, duration(&time), "{}: the wait, before {:?}", self.name, self.lines.front());
            self.now = until;
        } else {
            panic!("{}: it reads for {left:?}, but next is {:?}", self.name, self.lines.front());
        }
    }

    fn done(&mut self, result: Result<String, Error>) {
        let message = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
        self.expect("done", &outcome(result));
        while let Some(part) = self.take("says") {
            assert!(message.contains(&part), "{}: `{message}` does not say `{part}`", self.name);
        }
    }

    /// Compares what the engine did with the next line.
    fn expect(&mut self, what: &str, text: &str) {
        let (kind, expected) = self.lines.pop_front().unwrap_or_default();
        // Both sides in the same form of escapes.
        let expected = if what == "host" { escape(&unescape(&expected)) } else { expected };
        let (did, expected) = (format!("{what}: {text}"), format!("{kind}: {expected}"));
        assert_eq!(did, expected, "{}: did, and should have done", self.name);
    }

    /// Takes the next line, if it is of this kind.
    fn take(&mut self, kind: &str) -> Option<String> {
        let (next, _) = self.lines.front()?;
        if next == kind { self.lines.pop_front().map(|(_, text)| text) } else { None }
    }
}

/// Reads a file's lines, without comments, and those of the files that it includes.
fn lines(name: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (kind, text) = line.split_once(':').unwrap_or_else(|| panic!("{name}: no colon in `{line}`"));
        match (kind, text.trim()) {
            ("include", file) => lines.extend(self::lines(file)),
            (kind, text) => lines.push((kind.into(), text.into())),
        }
    }
    lines
}

fn configure(config: &mut Config, setting: &str) {
    let (name, value) = setting.split_once(' ').expect("a name and a value");
    match (name, value.split_once(' ')) {
        ("patience", _) => config.patience = duration(value),
        ("pace", Some((bytes, every))) => {
            config.pace = Pace { bytes: bytes.parse().expect("a number"), every: duration(every) };
        }
        _ => panic!("no such setting: {setting}"),
    }
}

/// Reads `250 ms` or `10 s`.
fn duration(text: &str) -> Duration {
    let (number, unit) = text.split_once(' ').expect("a number and a unit");
    let number = number.parse().expect("a number");
    if unit == "s" { Duration::from_secs(number) } else { Duration::from_millis(number) }
}

fn text(event: Event<'_>) -> String {
    match event {
        Event::Entered { attempts, .. } => format!("entered at attempt {attempts}"),
        Event::Plain => "no raw paste".into(),
        Event::Progress(_) | _ => format!("{event:?}"),
    }
}

/// Finds `LEFT*RIGHT` in the mark, and computes it.
fn mark(text: &str) -> Option<(String, u64)> {
    let (product, _) = text.strip_prefix("print(")?.split_once(",getattr(")?;
    let (left, right) = product.split_once('*')?;
    Some((product.into(), left.parse::<u64>().ok()? * right.parse::<u64>().ok()?))
}

fn escape(bytes: &[u8]) -> String {
    rawpaste::escaped(bytes).replace("\\'", "'").replace("\\\"", "\"")
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let escaped = if byte == b'\\' { rest.next() } else { None };
        bytes.push(match escaped {
            None => byte,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'x') => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                let (high, low) = digit().zip(digit()).expect("two hexadecimal digits");
                (high << 4 | low) as u8
            }
            Some(other) => other,
        });
    }
    bytes
}

/// A test for each file, and one that no file lacks its test.
macro_rules! transcripts {
    ($($(#[$attribute:meta])* $name:ident)*) => {
        $(
            #[test]
            $(#[$attribute])*
            fn $name() {
                Player::new(concat!(stringify!($name), ".txt")).play();
            }
        )*

        #[test]
        fn every_file_is_played() {
            let played = [$(concat!(stringify!($name), ".txt")),*];
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
            for entry in fs::read_dir(folder).expect("the folder of the transcripts") {
                let name = entry.expect("an entry of the folder").file_name();
                let name = name.to_string_lossy();
                assert!(!name.ends_with(".txt") || played.contains(&&*name), "{name} has no test");
            }
        }
    };
}
transcripts! {
    chatter_instead_of_a_grant
    closed
    closed_right_after_the_answer
    early_end
    early_end_after_the_last
    end_too_early_without_an_exception
    entered_at_the_second_attempt
    exception
    exec
    exec_byte_by_byte
    grant_that_nobody_earned
    input
    interrupted_in_vain
    interrupted_paste
    interrupted_run
    late_grants
    leave_with_a_prompt_of_its_own
    machine_reset
    no_entry
    nothing_in_plain_mode
    offer_after_a_stray_byte
    offer_refused
    offer_unknown
    senseless_grant
    senseless_header
    senseless_ok
    senseless_prompt
    silence
    sys_exit
    sys_exit_ends_the_process
    typed_interrupt
    window_of_32
    window_of_one
    window_of_zero
    window_too_large
}

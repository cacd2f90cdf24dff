//! What a MicroPython of the unix port needs to stand in for a board: a start in which `boot.py` and `main.py` run, and a
//! soft reset that looks like one.

use crate::launcher::Prompt;

/// Runs first, with the prompt in `sys.argv`.
const SOURCE: &str = include_str!("stand_in.py");

/// What every port's `main.c` says at a soft reset.
pub(crate) const REBOOT: &[u8] = b"MPY: soft reboot\r\n";

const STARTED: &[u8] = b"\0started\0";
const READY: &[u8] = b"\0ready\0";
const RESET: &[u8] = b"\0reset\0";
const PROMPT: &[u8] = b">>> ";
const RAW: &[u8] = b"raw REPL; CTRL-B to exit\r\n";

/// The code to start MicroPython with. Its own frames in tracebacks are of `<stand-in>`, which no program is called.
///
/// Where it fails MicroPython must not get to its prompt: there `/` would be this machine's.
pub(crate) fn code() -> String {
    format!(
        "try:exec(compile(r'''{SOURCE}''','<stand-in>','exec'))\n\
         except Exception as e:\n import sys,time\n sys.print_exception(e)\n print('\\0reset\\0')\n time.sleep(60)"
    )
}

/// What a process prints, and how far it has come by that.
#[derive(Debug)]
pub(crate) struct Output {
    stage: Stage,
    prompt: Prompt,
    /// What may be the start of a word to this, or is not to be shown.
    held: Vec<u8>,
    /// The last bytes that were shown.
    last: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Starting,
    /// `boot.py` runs, or `main.py`.
    Booting,
    /// It goes from its friendly prompt to the raw one, which a board that stays in raw mode does not.
    Turning,
    /// It is a board at a prompt.
    Up,
    /// It could not start.
    Failed,
    /// A program of its start asked for a reset.
    Exited,
}

impl Output {
    /// That of a process that was just started, and whose first prompt is to be this one.
    pub(crate) const fn new(prompt: Prompt) -> Self {
        Self { stage: Stage::Starting, prompt, held: Vec::new(), last: Vec::new() }
    }

    /// Takes what was printed; answers what the host sees of it.
    pub(crate) fn shown(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let mut shown = Vec::new();
        while let Stage::Starting | Stage::Booting = self.stage
            && self.take_word(&mut shown)
        {}
        if self.stage == Stage::Turning {
            match self.held.windows(RAW.len()).position(|window| window == RAW) {
                Some(at) => {
                    self.held.drain(..at);
                    self.stage = Stage::Up;
                }
                None => drop(self.held.drain(..self.held.len().saturating_sub(RAW.len()))),
            }
        }
        if self.stage == Stage::Up {
            shown.append(&mut self.held);
        }
        self.last.extend_from_slice(&shown);
        if self.stage == Stage::Starting && self.last.windows(PROMPT.len()).any(|window| window == PROMPT) {
            self.stage = Stage::Failed;
        }
        self.last.drain(..self.last.len().saturating_sub(PROMPT.len()));
        shown
    }

    /// Takes the next word to this, and shows what is before it. False if there is none, or not all of it yet.
    fn take_word(&mut self, shown: &mut Vec<u8>) -> bool {
        let start = self.held.iter().position(|byte| *byte == 0).unwrap_or(self.held.len());
        shown.extend(self.held.drain(..start));
        let prompt = if self.prompt == Prompt::Raw { Stage::Turning } else { Stage::Up };
        let words: &[_] = match self.stage {
            Stage::Starting => &[(STARTED, Stage::Booting), (READY, prompt), (RESET, Stage::Failed)],
            Stage::Booting | Stage::Turning | Stage::Up | Stage::Failed | Stage::Exited => {
                &[(READY, prompt), (RESET, Stage::Exited)]
            }
        };
        if let Some((word, next)) = words.iter().find(|(word, _)| self.held.starts_with(word)) {
            self.held.drain(..word.len());
            self.stage = *next;
            return true;
        }
        if words.iter().any(|(word, _)| word.starts_with(&self.held)) {
            return false;
        }
        // A NUL of a program's.
        shown.extend(self.held.drain(..1));
        true
    }

    /// Whether programs run, so that there is something to be interrupted.
    pub(crate) fn has_started(&self) -> bool {
        !matches!(self.stage, Stage::Starting | Stage::Failed)
    }

    /// Whether the process is at its end, though it does not know how to end.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Failed | Stage::Exited)
    }

    /// The prompt after the reset that ended it. One in raw mode ends with `^D` or `SystemExit`.
    pub(crate) fn next_prompt(&self) -> Prompt {
        if self.stage == Stage::Exited {
            return self.prompt;
        }
        match self.last.ends_with(b"OK\r\n") || self.last.ends_with(b"\x04\x04") {
            true => Prompt::Raw,
            false => Prompt::Friendly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of `bytes`, which come one by one.
    fn shown(output: &mut Output, bytes: &[u8]) -> Vec<u8> {
        bytes.chunks(1).flat_map(|byte| output.shown(byte)).collect()
    }

    #[test]
    fn words_are_not_shown() {
        let mut output = Output::new(Prompt::Friendly);
        assert!(!output.has_started());
        assert_eq!(
            shown(&mut output, b"odd\0started\0ma\0in\0\0read\0ready\0bann\0ready\0er"),
            b"oddma\0in\0\0readbann\0ready\0er"
        );
        assert!(output.has_started() && !output.has_ended());
        assert_eq!(output.next_prompt(), Prompt::Friendly);
    }

    #[test]
    fn the_way_to_the_raw_prompt_is_not_shown() {
        let mut output = Output::new(Prompt::Raw);
        let said =
            shown(&mut output, b"\0started\0boot\0ready\0banner\r\n>>> \r\nraw REPL; CTRL-B to exit\r\n>");
        assert_eq!(said, b"bootraw REPL; CTRL-B to exit\r\n>");
        let whole =
            Output::new(Prompt::Raw).shown(b"\0started\0boot\0ready\0>>> raw REPL; CTRL-B to exit\r\n>");
        assert_eq!(whole, said);
    }

    #[test]
    fn the_end_says_where_it_was() {
        for (said, prompt) in [
            (&b">>> \r\n"[..], Prompt::Friendly),
            (b">OK\r\n", Prompt::Raw),
            (b">OKthis\x04\x04", Prompt::Raw),
            (b"", Prompt::Friendly),
        ] {
            let mut output = Output::new(Prompt::Raw);
            output.shown(b"\0started\0\0ready\0raw REPL; CTRL-B to exit\r\n");
            shown(&mut output, said);
            assert_eq!(output.next_prompt(), prompt, "{}", said.escape_ascii());
        }
        for prompt in [Prompt::Raw, Prompt::Friendly] {
            let mut output = Output::new(prompt);
            assert_eq!(shown(&mut output, b"\0started\0exit\0reset\0more"), b"exit");
            assert!(output.has_ended() && output.has_started());
            assert_eq!(output.next_prompt(), prompt);
        }
        let mut output = Output::new(Prompt::Friendly);
        assert_eq!(output.shown(b"Traceback\0reset\0"), b"Traceback");
        assert!(output.has_ended() && !output.has_started());
    }

    /// Where not even the code of the start had room.
    #[test]
    fn a_prompt_before_the_start_is_the_end() {
        let mut output = Output::new(Prompt::Friendly);
        assert_eq!(shown(&mut output, b"MemoryError\r\n>>> "), b"MemoryError\r\n>>> ");
        assert!(output.has_ended() && !output.has_started());
    }
}

//! Telnet's side of RFC 2217, without I/O: the escaping of bytes both ways, and the options (RFC 854, 855, 856, 858).
//!
//! A peer may send what it likes: nothing here panics, and nothing grows beyond its bound.

use super::com_port::{COM_PORT, ComPort};

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

const BINARY: u8 = 0;
const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;

/// The longest subnegotiation that is kept; of RFC 2217 only signatures are longer, and they say nothing that matters.
const LONGEST: usize = 64;

/// How many bytes wait to be sent at most. Beyond it data is not taken, and refusals are not written: who asks for so many
/// options does not read.
const OUT: usize = 4096;

/// Whether a side uses an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It must not.
    Never,
    /// It may, and does not yet.
    Off,
    /// It was asked for.
    Asked,
    /// It does.
    On,
}

/// An option and who uses it: for us the peer says DO and DONT, for itself WILL and WONT.
#[derive(Clone, Copy, Debug)]
struct Choice {
    option: u8,
    ours: Use,
    theirs: Use,
}

/// Where in the peer's stream we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Data,
    /// After IAC.
    Command,
    /// After IAC and one of WILL, WONT, DO, DONT.
    Option(u8),
    /// In a subnegotiation.
    Within,
    /// After IAC in a subnegotiation.
    CommandWithin,
}

/// A telnet connection with RFC 2217's option, as the client.
#[derive(Debug)]
pub(super) struct Telnet {
    place: Place,
    choices: [Choice; 4],
    /// The subnegotiation under way; one that is longer than it may be ends in what is not looked at.
    within: Vec<u8>,
    out: Vec<u8>,
    /// What the server said of its port.
    pub(super) port: ComPort,
}

impl Telnet {
    /// Starts one, with the client's wishes waiting to be sent.
    pub(super) fn new() -> Self {
        let choice = |option, ours, theirs| Choice { option, ours, theirs };
        let choices = [
            choice(COM_PORT, Use::Asked, Use::Off),
            choice(BINARY, Use::Asked, Use::Asked),
            choice(SUPPRESS_GO_AHEAD, Use::Asked, Use::Asked),
            // What servers call so is the board's own echo.
            choice(ECHO, Use::Never, Use::Off),
        ];
        let mut out = Vec::new();
        for Choice { option, ours, theirs } in choices {
            for (verb, wish) in [(WILL, ours), (DO, theirs)] {
                if wish == Use::Asked {
                    out.extend([IAC, verb, option]);
                }
            }
        }
        Self { place: Place::Data, choices, within: Vec::new(), out, port: ComPort::default() }
    }

    /// Whether the server takes RFC 2217's option; none while it has not answered.
    pub(super) fn agreed(&self) -> Option<bool> {
        match self.choices[0].ours {
            Use::On => Some(true),
            Use::Off | Use::Never => Some(false),
            Use::Asked => None,
        }
    }

    /// Takes data for the board, as much as there is room for, and answers how much that is.
    pub(super) fn send(&mut self, data: &[u8]) -> usize {
        let most = data.len().min(OUT.saturating_sub(self.out.len()) / 2);
        push_doubled(&data[..most], &mut self.out);
        most
    }

    /// Asks the server for something about its port.
    pub(super) fn ask(&mut self, subnegotiation: &[u8]) {
        self.out.extend([IAC, SB, COM_PORT]);
        push_doubled(subnegotiation, &mut self.out);
        self.out.extend([IAC, SE]);
    }

    /// What waits to be sent.
    pub(super) fn unsent(&self) -> &[u8] {
        &self.out
    }

    /// The first `n` bytes of it were sent.
    pub(super) fn sent(&mut self, n: usize) {
        self.out.drain(..n.min(self.out.len()));
    }

    /// Takes what came from the server; the board's bytes among it are put at the start of `bytes`, and it answers how many they
    /// are.
    pub(super) fn receive(&mut self, bytes: &mut [u8]) -> usize {
        let mut kept = 0;
        for at in 0..bytes.len() {
            if let Some(byte) = self.take(bytes[at]) {
                bytes[kept] = byte;
                kept += 1;
            }
        }
        kept
    }

    /// Takes a byte, and answers it if it is the board's.
    fn take(&mut self, byte: u8) -> Option<u8> {
        let mut data = None;
        self.place = match (self.place, byte) {
            (Place::Data, IAC) => Place::Command,
            (Place::Data, _) | (Place::Command, IAC) => {
                data = Some(byte);
                Place::Data
            }
            (Place::Command, WILL..=DONT) => Place::Option(byte),
            (Place::Command, SB) => {
                self.within.clear();
                Place::Within
            }
            // Go ahead, are you there, a data mark and others say nothing to us.
            (Place::Command, _) => Place::Data,
            (Place::Option(verb), option) => {
                self.negotiate(verb, option);
                Place::Data
            }
            (Place::Within, IAC) => Place::CommandWithin,
            (Place::Within, _) | (Place::CommandWithin, IAC) => {
                if self.within.len() <= LONGEST {
                    self.within.push(byte);
                }
                Place::Within
            }
            (Place::CommandWithin, SE) => {
                if let Some((&COM_PORT, said)) = self.within.split_first()
                    && said.len() < LONGEST
                {
                    self.port.hear(said);
                }
                Place::Data
            }
            // Its end is missing: what it said is not to be trusted, and this is a command.
            (Place::CommandWithin, _) => {
                self.place = Place::Command;
                return self.take(byte);
            }
        };
        data
    }

    /// Answers changes and nothing else, so that no two peers answer each other for ever (RFC 854's rule).
    fn negotiate(&mut self, verb: u8, option: u8) {
        let (yes, about_us) = (matches!(verb, WILL | DO), matches!(verb, DO | DONT));
        let mut never = Use::Never;
        let state = match self.choices.iter_mut().find(|choice| choice.option == option) {
            Some(choice) if about_us => &mut choice.ours,
            Some(choice) => &mut choice.theirs,
            None => &mut never,
        };
        let answer = match (*state, yes) {
            (Use::Never, true) => Some(false),
            (Use::Off, true) => Some(true),
            (Use::On, false) => Some(false),
            (Use::Asked, _) | (Use::On, true) | (Use::Off | Use::Never, false) => None,
        };
        if *state != Use::Never {
            *state = if yes { Use::On } else { Use::Off };
        }
        if let Some(yes) = answer
            && self.out.len() < OUT
        {
            let verb = match (about_us, yes) {
                (true, true) => WILL,
                (true, false) => WONT,
                (false, true) => DO,
                (false, false) => DONT,
            };
            self.out.extend([IAC, verb, option]);
        }
    }
}

fn push_doubled(data: &[u8], out: &mut Vec<u8>) {
    for &byte in data {
        out.push(byte);
        if byte == IAC {
            out.push(IAC);
        }
    }
}

#[cfg(test)]
mod tests;

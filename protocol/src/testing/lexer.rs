/// Follows Python source byte by byte, as far as string literals go: what they cost, and where one is broken.
#[derive(Clone, Debug)]
pub(crate) struct Lexer {
    state: State,
    line: u32,
    /// The line that the literal began in.
    start: u32,
    literals: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Code,
    Comment,
    /// One quote: a literal, or the first of two or three.
    Opened(u8),
    /// Two quotes: an empty literal, or the first two of three.
    Empty(u8),
    Single(u8),
    SingleEscape(u8),
    /// With how many closing quotes were seen.
    Triple(u8, u8),
    TripleEscape(u8),
}

impl Lexer {
    pub(crate) const fn new() -> Self {
        Self { state: State::Code, line: 1, start: 1, literals: 0 }
    }

    /// Returns the bytes of all literals so far.
    pub(crate) const fn literals(&self) -> usize {
        self.literals
    }

    /// Takes the next byte of the source; the line of a literal that a newline breaks is an error.
    pub(crate) fn byte(&mut self, byte: u8) -> Result<(), u32> {
        let newline = matches!(byte, b'\n' | b'\r');
        if newline && matches!(self.state, State::Single(_) | State::Opened(_)) {
            return Err(self.start);
        }
        self.line += u32::from(newline);
        self.state = self.next(byte);
        Ok(())
    }

    /// The source ended; the line of a literal that is still open is an error.
    pub(crate) const fn end(&self) -> Result<(), u32> {
        match self.state {
            State::Code | State::Comment | State::Empty(_) => Ok(()),
            State::Opened(_)
            | State::Single(_)
            | State::SingleEscape(_)
            | State::Triple(..)
            | State::TripleEscape(_) => Err(self.start),
        }
    }

    fn next(&mut self, byte: u8) -> State {
        match self.state {
            State::Code => self.code(byte),
            State::Comment => {
                if matches!(byte, b'\n' | b'\r') {
                    State::Code
                } else {
                    State::Comment
                }
            }
            State::Opened(quote) if byte == quote => State::Empty(quote),
            State::Empty(quote) if byte == quote => State::Triple(quote, 0),
            State::Empty(_) => self.code(byte),
            State::Opened(quote) | State::Single(quote) => self.single(quote, byte),
            State::SingleEscape(quote) => self.inside(State::Single(quote)),
            State::Triple(quote, closing) if byte == quote => {
                if closing == 2 {
                    State::Code
                } else {
                    State::Triple(quote, closing + 1)
                }
            }
            State::Triple(quote, _) if byte == b'\\' => self.inside(State::TripleEscape(quote)),
            State::Triple(quote, _) | State::TripleEscape(quote) => self.inside(State::Triple(quote, 0)),
        }
    }

    const fn code(&mut self, byte: u8) -> State {
        self.start = self.line;
        match byte {
            b'\'' | b'"' => State::Opened(byte),
            b'#' => State::Comment,
            _ => State::Code,
        }
    }

    const fn single(&mut self, quote: u8, byte: u8) -> State {
        if byte == quote {
            return State::Code;
        }
        self.inside(if byte == b'\\' { State::SingleEscape(quote) } else { State::Single(quote) })
    }

    const fn inside(&mut self, next: State) -> State {
        self.literals += 1;
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lex(source: &[u8]) -> Result<usize, u32> {
        let mut lexer = Lexer::new();
        for &byte in source {
            lexer.byte(byte)?;
        }
        lexer.end()?;
        Ok(lexer.literals())
    }

    #[test]
    fn literals_are_counted_and_broken_ones_found() {
        let rows: [(&[u8], Result<usize, u32>); 10] = [
            (b"x=1\ny", Ok(0)),
            (b"w(b'abc')", Ok(3)),
            (b"w(b'a\\'c')", Ok(4)),
            (b"# it's\nw('', \"x\")", Ok(1)),
            (b"'''a\n'b''c'''", Ok(6 - 3 + 1)),
            (b"\n\nw('abc\n')\n", Err(3)),
            (b"w(b'abc", Err(1)),
            (b"w('\\\n')", Ok(2)),
            (b"\n'", Err(2)),
            (b"'''a", Err(1)),
        ];
        for (source, expected) in rows {
            assert_eq!(lex(source), expected, "{}", source.escape_ascii());
        }
    }
}

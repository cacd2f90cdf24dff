//! The body of the fuzz target `rfc2217`. It stands outside the library of the others, since it is about another crate's code.

use std::{
    cell::RefCell,
    io::{self, Read, Write},
    rc::Rc,
    time::Duration,
};

use rawpaste_blocking::{LineSettings, Port, Rfc2217};

const IAC: u8 = 255;

/// What a server says that agrees to everything at once.
const AGREES: &[u8] = b"\xff\xfd\x2c\xff\xfa\x2c\x65\x00\x01\xc2\x00\xff\xf0\xff\xfa\x2c\x66\x08\xff\xf0\
    \xff\xfa\x2c\x67\x01\xff\xf0\xff\xfa\x2c\x68\x01\xff\xf0";

/// A server that says anything. The first byte says how much it says and takes at once, and whether it agrees at the start; the
/// rest is what it says, then it closes the connection.
///
/// # Panics
///
/// If the port hands out more than came, or sends what is not telnet, or data that was not written.
pub fn rfc2217(input: &[u8]) {
    let Some((&first, rest)) = input.split_first() else { return };
    let says = if first & 1 == 0 { [AGREES, rest].concat() } else { rest.to_vec() };
    let most = 1 + usize::from(first >> 1);
    let heard = Rc::new(RefCell::new(Vec::new()));
    let server = Server { says, said: 0, most, heard: Rc::clone(&heard) };
    let Ok(mut port) = Rfc2217::open(server, LineSettings::default()) else { return };
    port.set_timeout(Duration::ZERO).expect("it does no I/O");
    let (mut written, mut came, mut buffer) = (Vec::new(), 0, [0; 64]);
    let ended = loop {
        let data: Vec<u8> = (0..most).map(|n| if n % 3 == 0 { IAC } else { n as u8 }).collect();
        if let Ok(n) = port.write(&data) {
            written.extend_from_slice(&data[..n]);
        }
        match port.read(&mut buffer[..most.min(64)]) {
            Ok(n) => came += n,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            Err(error) => break error,
        }
    };
    assert_eq!(ended.kind(), io::ErrorKind::ConnectionAborted, "{ended}");
    assert!(came <= AGREES.len() + input.len(), "{came} bytes of {}", input.len());
    assert!(written.starts_with(&data_in(&heard.borrow())), "other data than was written");
}

/// What a server takes for data, at most up to a command that is not whole yet.
fn data_in(wire: &[u8]) -> Vec<u8> {
    let (mut data, mut rest) = (Vec::new(), wire);
    while let [byte, after @ ..] = rest {
        rest = match (byte, after) {
            (&IAC, []) => break,
            (&IAC, [IAC, after @ ..]) => {
                data.push(IAC);
                after
            }
            (&IAC, [251..=254, _, after @ ..]) => after,
            (&IAC, [251..=254]) => break,
            (&IAC, [250, after @ ..]) => match after.windows(2).position(|two| two == [IAC, 240]) {
                Some(end) => &after[end + 2..],
                None => break,
            },
            (&IAC, [other, ..]) => panic!("a lone IAC before {other}"),
            (byte, after) => {
                data.push(*byte);
                after
            }
        };
    }
    data
}

struct Server {
    says: Vec<u8>,
    said: usize,
    most: usize,
    heard: Rc<RefCell<Vec<u8>>>,
}

impl Port for Server {
    fn set_timeout(&mut self, _timeout: Duration) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Server {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let rest = &self.says[self.said..];
        let n = rest.len().min(buf.len()).min(self.most);
        buf[..n].copy_from_slice(&rest[..n]);
        self.said += n;
        Ok(n)
    }
}

impl Write for Server {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = buf.len().min(self.most);
        self.heard.borrow_mut().extend_from_slice(&buf[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Boards on other machines: `tcp://` and `rfc2217://`.

use std::{
    fmt,
    io::{self, Read, Write},
    ops::RangeInclusive,
    time::Duration,
};

use rawpaste_blocking::{LineSettings, Port, Rfc2217, Tcp};

use crate::report::{Failure, Result, Visible};

/// A host and a TCP port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    host: String,
    port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = Visible(&self.host);
        if self.host.contains(':') {
            write!(f, "[{host}]:{}", self.port)
        } else {
            write!(f, "{host}:{}", self.port)
        }
    }
}

impl Address {
    /// Reads `HOST:PORT`, where the host may be an IPv6 address in brackets.
    pub(super) fn read(text: &str) -> std::result::Result<Self, String> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once("]:").ok_or("an address in brackets is followed by :PORT")?,
            None => text.rsplit_once(':').ok_or("it needs a port: HOST:PORT")?,
        };
        if host.is_empty() {
            return Err("it needs a host: HOST:PORT".into());
        }
        if !text.starts_with('[') && host.contains(':') {
            return Err("an IPv6 address stands in brackets: [ADDRESS]:PORT".into());
        }
        if host.contains(['/', '?', '@', '[', ']']) || host.contains(char::is_whitespace) {
            return Err(format!("{host:?} is no host: it is HOST:PORT and nothing more"));
        }
        let number = port.parse().ok().filter(|number| *number != 0 && !port.starts_with('+'));
        let port = number.ok_or_else(|| format!("{port:?} is no port: it is a number from 1 to 65535"))?;
        Ok(Self { host: host.into(), port })
    }

    fn connect(&self) -> Result<Tcp> {
        Tcp::connect(&self.host, self.port).map_err(|error| {
            let next = if error.kind() == io::ErrorKind::ConnectionRefused {
                "the machine is there, and nothing listens at that port: start the server there (ser2net), or look at the \
                 port's number in its configuration"
            } else {
                "see that the host's name is right, that the machine is on, and that no firewall is in the way"
            };
            Failure::trouble(Visible(&error.to_string()).to_string()).next(next)
        })
    }

    /// Opens the bare connection.
    pub(super) fn open_raw(&self) -> Result<Box<dyn Port + Send>> {
        Ok(Box::new(Raw { tcp: self.connect()?, heard: false, address: self.clone() }))
    }

    /// Opens it with RFC 2217.
    pub(super) fn open_rfc2217(&self, settings: LineSettings) -> Result<Box<dyn Port + Send>> {
        let opened = Rfc2217::open(self.connect()?, settings).map_err(|error| {
            let next = if error.kind() == io::ErrorKind::TimedOut {
                format!("if it is a raw port, it is --port tcp://{self}")
            } else if error.kind() == io::ErrorKind::Unsupported {
                "look at the server's configuration; for ser2net it is `accepter: telnet(rfc2217),tcp,PORT`".into()
            } else {
                String::from(
                    "see that no other program uses the port there and that the server can open it, and run the command again",
                )
            };
            let text = error.to_string();
            Failure::trouble(format!("cannot use rfc2217://{self}: {}", Visible(&text))).next(next)
        })?;
        Ok(Box::new(opened))
    }
}

/// A bare connection, which finds out that it is none: a telnet server begins with its wishes, and no board does.
struct Raw {
    tcp: Tcp,
    heard: bool,
    address: Address,
}

/// IAC, and WILL, WONT, DO and DONT.
const TELNET: (u8, RangeInclusive<u8>) = (255, 251..=254);

impl Read for Raw {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.tcp.read(buf)?;
        if !self.heard
            && let [first, second, ..] = buf[..n]
            && first == TELNET.0
            && TELNET.1.contains(&second)
        {
            let text = format!("the server speaks telnet there: it is --port rfc2217://{}", self.address);
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        self.heard |= n > 0;
        Ok(n)
    }
}

impl Write for Raw {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.tcp.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

impl Port for Raw {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.tcp.set_timeout(timeout)
    }
}

/// Reads what stands after `rfc2217://`: `HOST:PORT[?baud=N&dtr=on&rts=off]`.
pub(super) fn read_rfc2217(text: &str) -> std::result::Result<(Address, LineSettings), String> {
    let (address, options) = text.split_once('?').unwrap_or((text, ""));
    let mut settings = LineSettings::default();
    for option in options.split('&').filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name {
            "baud" => {
                let number = value.parse().ok().filter(|number| *number > 0);
                settings.baud = number.ok_or_else(|| format!("{value:?} is no speed: baud=115200"))?;
            }
            "dtr" => settings.dtr = Some(on_or_off(name, value)?),
            "rts" => settings.rts = Some(on_or_off(name, value)?),
            _ => {
                return Err(format!(
                    "there is no option {name:?}: there are baud=N, dtr=on or off, rts=on or off"
                ));
            }
        }
    }
    Ok((Address::read(address)?, settings))
}

fn on_or_off(name: &str, value: &str) -> std::result::Result<bool, String> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("{name} is on or off: {name}=on")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown() {
        for good in ["lab-3:2217", "localhost:1", "10.0.0.7:65535", "[::1]:2217", "[fe80::1%eth0]:7"] {
            assert_eq!(Address::read(good).map(|address| address.to_string()).as_deref(), Ok(good));
        }
        for bad in [
            "",
            ":",
            "host",
            ":1",
            "host:",
            "host:0",
            "host:65536",
            "host:+1",
            "host:1/x",
            "::1:7",
            "[::1]",
            "[]:1",
            "a b:1",
            "u@h:1",
            "http://h:1",
        ] {
            let error = Address::read(bad).expect_err(bad);
            assert!(
                error.contains("PORT") || error.contains("port") || error.contains("brackets"),
                "{bad}: {error}"
            );
        }
    }

    #[test]
    fn options_are_read() {
        let (address, settings) = read_rfc2217("h:1?baud=9600&dtr=on&rts=off").expect("it is good");
        assert_eq!((address.to_string().as_str(), settings.baud), ("h:1", 9600));
        assert_eq!((settings.dtr, settings.rts), (Some(true), Some(false)));
        assert_eq!(read_rfc2217("h:1?").map(|(_, settings)| settings), Ok(LineSettings::default()));
        for bad in ["h:1?baud", "h:1?baud=0", "h:1?baud=fast", "h:1?dtr=1", "h:1?speed=1", "?baud=1"] {
            assert!(read_rfc2217(bad).is_err(), "{bad}");
        }
    }
}

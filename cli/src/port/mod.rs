//! The board's port, of any kind.

#[cfg(unix)]
mod link;
mod network;
mod without_hardware;

use std::{
    fmt, fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use rawpaste::{Config, Flow, Policy};
use rawpaste_blocking::{LineSettings, Port, port_flow};

#[cfg(unix)]
pub(crate) use link::Link;
pub(crate) use without_hardware::{folder_failed, simulated};
#[cfg(unix)]
pub(crate) use without_hardware::{folder_or_fresh, micropython_in};

use crate::{
    device,
    find::{self, Found},
    report::{Result, Visible},
};
use network::Address;
use without_hardware::{InProcess, micropython};

/// The board that is asked for, and how source goes there.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    /// None for what suits the port.
    flow: Option<Flow>,
    /// What its input buffer holds, if that is little.
    in_flight: Option<NonZeroUsize>,
    policy: Policy,
}

/// What `--port` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing, as an empty `RAWPASTE_PORT` does.
    Unnamed,
    /// The one board that is here.
    Auto,
    /// A serial port of this machine.
    Device(String),
    /// A USB device of this machine, by its serial number.
    SerialNumber(String),
    /// A TCP connection that carries a serial port's bytes as they are.
    Tcp(Address),
    /// A serial port behind a server that speaks RFC 2217.
    Rfc2217(Address, LineSettings),
    /// A simulated board, with its files in a folder.
    Simulated(Option<PathBuf>),
    /// A real MicroPython, in a folder.
    MicroPython(Option<PathBuf>),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        Ok(Self::of(Kind::read(text)?))
    }
}

impl Kind {
    fn read(text: &str) -> std::result::Result<Self, String> {
        let dir = |dir: &str| (!dir.is_empty()).then(|| PathBuf::from(dir));
        if let Some((scheme, rest)) = text.split_once("://") {
            return match scheme {
                "tcp" => Address::read(rest).map(Self::Tcp),
                "rfc2217" => {
                    network::read_rfc2217(rest).map(|(address, settings)| Self::Rfc2217(address, settings))
                }
                _ => Err(format!("there is no {scheme:?} way to a board: there are tcp:// and rfc2217://")),
            };
        }
        Ok(match text.split_once(':') {
            Some(("sim", rest)) => Self::Simulated(dir(rest)),
            Some(("micropython", rest)) => Self::MicroPython(dir(rest)),
            Some(("id", "")) => return Err("the serial number is missing: id:NUMBER".into()),
            Some(("id", number)) => Self::SerialNumber(number.into()),
            // As mpremote has it.
            Some(("port", name)) => Self::Device(name.into()),
            _ if text.is_empty() => Self::Unnamed,
            _ if text == "auto" => Self::Auto,
            _ => Self::Device(find::long_name(text).unwrap_or_else(|| text.into())),
        })
    }
}

impl fmt::Display for Target {
    /// Completes "on ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = |dir: &Path| Visible(&dir.to_string_lossy()).to_string();
        match &self.kind {
            Kind::Unnamed | Kind::Auto => f.write_str("the board"),
            Kind::Device(name) => write!(f, "the board at {}", Visible(name)),
            Kind::SerialNumber(number) => write!(f, "the board with the serial number {}", Visible(number)),
            Kind::Tcp(address) => write!(f, "the board at tcp://{address}"),
            Kind::Rfc2217(address, _) => write!(f, "the board at rfc2217://{address}"),
            Kind::Simulated(None) => f.write_str("the simulated board"),
            Kind::Simulated(Some(dir)) => write!(f, "the simulated board in {}", within(dir)),
            Kind::MicroPython(None) => f.write_str("MicroPython in a temporary folder"),
            Kind::MicroPython(Some(dir)) => write!(f, "MicroPython in {}", within(dir)),
        }
    }
}

/// A port that is open.
pub(crate) struct Opened {
    /// The port itself.
    pub(crate) port: Box<dyn Port + Send>,
    /// Where a board's files are a folder of this machine that paths must not leave.
    pub(crate) root: Option<PathBuf>,
    /// What went wrong with the simulated board's folder.
    pub(crate) trouble: Arc<Mutex<Option<io::Error>>>,
}

impl Target {
    fn of(kind: Kind) -> Self {
        Self { kind, flow: None, in_flight: None, policy: Policy::host() }
    }

    /// The one board that is here.
    pub(crate) fn auto() -> Self {
        Self::of(Kind::Auto)
    }

    /// The same at a serial port of this machine.
    pub(crate) fn at(self, name: &str) -> Self {
        Self { kind: Kind::Device(name.into()), ..self }
    }

    /// A serial port of this machine.
    pub(crate) fn device(name: &str) -> Self {
        Self::of(Kind::Device(name.into()))
    }

    /// What `--port` takes for it, without settings.
    pub(crate) fn name(&self) -> String {
        let within = |dir: &Option<PathBuf>| {
            dir.as_deref().map(|dir| dir.to_string_lossy().into_owned()).unwrap_or_default()
        };
        match &self.kind {
            Kind::Unnamed | Kind::Auto => "auto".into(),
            Kind::Device(name) => name.clone(),
            Kind::SerialNumber(number) => format!("id:{number}"),
            Kind::Tcp(address) => format!("tcp://{address}"),
            Kind::Rfc2217(address, _) => format!("rfc2217://{address}"),
            Kind::Simulated(dir) => format!("sim:{}", within(dir)),
            Kind::MicroPython(dir) => format!("micropython:{}", within(dir)),
        }
    }

    /// What all names of the same board have in common; nothing if there can be no other of it.
    pub(crate) fn identity(&self) -> Option<PathBuf> {
        let full = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.into());
        match &self.kind {
            Kind::Device(name) => Some(device::identity(name)),
            Kind::SerialNumber(_) | Kind::Tcp(_) | Kind::Rfc2217(..) => Some(self.to_string().into()),
            Kind::Simulated(dir) | Kind::MicroPython(dir) => dir.as_deref().map(full),
            Kind::Unnamed | Kind::Auto => None,
        }
    }

    /// Says how source is to go there, none for what suits the port, and what the board's input buffer holds, none for
    /// enough.
    pub(crate) fn tuned(self, flow: Option<Flow>, in_flight: Option<NonZeroUsize>, policy: Policy) -> Self {
        Self { flow, in_flight, policy, ..self }
    }

    /// Tells a session of it.
    pub(crate) fn tune(&self, config: &mut Config) {
        (config.flow, config.in_flight, config.policy) = (self.flow(), self.in_flight, self.policy);
    }

    /// Returns how source goes there. What is behind a simulated board's link, a MicroPython's pseudo-terminal or a network is not
    /// known by an id.
    fn flow(&self) -> Flow {
        self.flow.unwrap_or_else(|| match &self.kind {
            Kind::Device(name) => port_flow(name),
            Kind::SerialNumber(number) => flow_of(find::by_serial_number(number)),
            Kind::Auto | Kind::Unnamed => flow_of(find::the_one_here()),
            Kind::Tcp(_) | Kind::Rfc2217(..) | Kind::Simulated(_) | Kind::MicroPython(_) => Flow::Windowed,
        })
    }

    /// Opens it.
    pub(crate) fn open(&self) -> Result<Opened> {
        let trouble = Arc::new(Mutex::new(None));
        let (port, root): (Box<dyn Port + Send>, _) = match &self.kind {
            Kind::Device(name) => (Box::new(device::open(name)?), None),
            Kind::SerialNumber(number) => {
                (Box::new(device::open(&find::by_serial_number(number)?.name)?), None)
            }
            Kind::Auto | Kind::Unnamed => (Box::new(device::open(&find::the_one_here()?.name)?), None),
            Kind::Tcp(address) => (address.open_raw()?, None),
            Kind::Rfc2217(address, settings) => (address.open_rfc2217(*settings)?, None),
            Kind::Simulated(dir) => {
                let told = Arc::clone(&trouble);
                let failed = move |error| *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                let board = simulated(dir.as_deref(), failed)?;
                (Box::new(InProcess { end: board.in_process(), _folder: None }), None)
            }
            Kind::MicroPython(dir) => {
                let (end, root, folder) = micropython(dir.as_deref())?;
                (Box::new(InProcess { end, _folder: folder }), Some(root))
            }
        };
        Ok(Opened { port, root, trouble })
    }
}

/// Windowed is right for what is not there, too.
fn flow_of(found: Result<Found>) -> Flow {
    found.map(|found| port_flow(&found.name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        let device = |name: &str| Kind::Device(name.into());
        let dir = |name: &str| Some(PathBuf::from(name));
        let cases = [
            ("", Kind::Unnamed),
            ("auto", Kind::Auto),
            ("a0", device("/dev/ttyACM0")),
            ("u1", device("/dev/ttyUSB1")),
            ("c3", device("COM3")),
            ("COM3", device("COM3")),
            ("/dev/serial/by-id/usb-a:b", device("/dev/serial/by-id/usb-a:b")),
            ("port:/dev/ttyS0", device("/dev/ttyS0")),
            ("id:E661:2", Kind::SerialNumber("E661:2".into())),
            ("sim:", Kind::Simulated(None)),
            ("sim:a:b", Kind::Simulated(dir("a:b"))),
            ("micropython:x", Kind::MicroPython(dir("x"))),
        ];
        for (text, kind) in cases {
            assert_eq!(Kind::read(text), Ok(kind), "{text}");
        }
        for (text, why) in
            [("id:", "id:NUMBER"), ("ftp://h:1", "tcp:// and rfc2217://"), ("tcp://h", "HOST:PORT")]
        {
            let error = Kind::read(text).expect_err(text);
            assert!(error.contains(why), "{error}");
        }
        let name = |text: &str| text.parse().map(|target: Target| target.name());
        for text in ["auto", "/dev/ttyACM0", "id:E661:2", "tcp://[::1]:7", "sim:", "sim:a:b", "micropython:x"]
        {
            assert_eq!(name(text).as_deref(), Ok(text));
        }
        assert_eq!(name("a0").as_deref(), Ok("/dev/ttyACM0"));
        let said = |text: &str| text.parse().map(|target: Target| target.to_string());
        assert_eq!(said("tcp://[::1]:7").as_deref(), Ok("the board at tcp://[::1]:7"));
        assert_eq!(said("rfc2217://lab:7?baud=9600").as_deref(), Ok("the board at rfc2217://lab:7"));
        assert_eq!(said("id:1\x1b").as_deref(), Ok("the board with the serial number 1\\u{1b}"));
    }
}

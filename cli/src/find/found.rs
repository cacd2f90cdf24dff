//! The serial ports of this machine, with what is known of each.

use std::fmt;

use serde_json::{Value, json};
use serialport::{SerialPortInfo, SerialPortType, UsbPortInfo};

use super::known::{Known, Way, known};
use crate::report::Visible;

/// The short names of ports, as mpremote has them.
const SHORTCUTS: [(char, &str); 3] = [('a', "/dev/ttyACM"), ('u', "/dev/ttyUSB"), ('c', "COM")];

/// Returns the port's name that a shortcut stands for: `a0` for /dev/ttyACM0, `u0` for /dev/ttyUSB0, `c3` for COM3.
pub(crate) fn long_name(shortcut: &str) -> Option<String> {
    let (_, start) = SHORTCUTS.iter().find(|(letter, _)| shortcut.starts_with(*letter))?;
    let number = &shortcut[1..];
    is_number(number).then(|| format!("{start}{number}"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    attached: Attached,
}

/// How it is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Attached {
    Usb(Box<UsbPortInfo>),
    Bluetooth,
    /// On the motherboard or a card.
    Built,
}

/// Takes what the system lists: each port once, in the order of names.
pub(crate) fn sorted(ports: Vec<SerialPortInfo>) -> Vec<Found> {
    let mut found: Vec<_> = ports.into_iter().map(Found::new).collect();
    found.sort_by(|one, other| order(&one.name).cmp(&order(&other.name)));
    // macOS lists each port twice, and opening a tty there waits for a carrier.
    let names: Vec<_> = found.iter().map(|found| found.name.clone()).collect();
    found.retain(|found| {
        let other = found.name.strip_prefix("/dev/tty.").map(|rest| format!("/dev/cu.{rest}"));
        other.is_none_or(|other| !names.contains(&other))
    });
    found.dedup();
    found
}

/// Ten comes after nine.
fn order(name: &str) -> (&str, u64) {
    let start = name.trim_end_matches(|character: char| character.is_ascii_digit());
    (start, name[start.len()..].parse().unwrap_or_default())
}

/// Returns what counts as a board when none is named: what is on USB, and of a board with several ports the first, where its REPL
/// is.
pub(crate) fn boards(found: &[Found]) -> Vec<&Found> {
    let mut boards: Vec<&Found> = Vec::new();
    for port in found.iter().filter(|port| port.usb().is_some()) {
        match boards.iter_mut().find(|board| board.is_one_with(port)) {
            Some(board) if port.interface() < board.interface() => *board = port,
            Some(_) => {}
            None => boards.push(port),
        }
    }
    boards
}

impl Found {
    fn new(port: SerialPortInfo) -> Self {
        let attached = match port.port_type {
            SerialPortType::UsbPort(usb) => Attached::Usb(Box::new(usb)),
            SerialPortType::BluetoothPort => Attached::Bluetooth,
            SerialPortType::PciPort | SerialPortType::Unknown => Attached::Built,
        };
        Self { name: port.port_name, attached }
    }

    pub(crate) fn usb(&self) -> Option<&UsbPortInfo> {
        match &self.attached {
            Attached::Usb(usb) => Some(usb),
            Attached::Bluetooth | Attached::Built => None,
        }
    }

    pub(crate) fn serial_number(&self) -> Option<&str> {
        self.usb()?.serial_number.as_deref().map(str::trim).filter(|number| !number.is_empty())
    }

    fn interface(&self) -> Option<u8> {
        self.usb().and_then(|usb| usb.interface)
    }

    fn known(&self) -> Option<&'static Known> {
        self.usb().and_then(|usb| known(usb.vid, usb.pid))
    }

    /// Whether both are ports of one board. An adapter's ports lead to different boards.
    fn is_one_with(&self, other: &Self) -> bool {
        let (Some(one), Some(two)) = (self.usb(), other.usb()) else { return false };
        self.known().is_some_and(|known| known.way == Way::Board)
            && self.serial_number().is_some()
            && (one.vid, one.pid, self.serial_number()) == (two.vid, two.pid, other.serial_number())
    }

    /// What it is, as far as its ids and its own words tell.
    pub(crate) fn what(&self) -> String {
        let usb = match &self.attached {
            Attached::Usb(usb) => usb,
            Attached::Bluetooth => return "Bluetooth serial port".into(),
            Attached::Built => return "serial port of this machine".into(),
        };
        if let Some(known) = self.known() {
            return known.name.into();
        }
        let said = [&usb.manufacturer, &usb.product].map(|text| text.as_deref().unwrap_or_default().trim());
        match said {
            ["", ""] => "USB serial port".into(),
            [maker, product] if product.starts_with(maker) => product.into(),
            [maker, product] => format!("{maker} {product}").trim().into(),
        }
    }

    /// Its ids as `2e8a:0005`.
    pub(crate) fn ids(&self) -> Option<String> {
        self.usb().map(|usb| format!("{:04x}:{:04x}", usb.vid, usb.pid))
    }

    /// Its short name.
    pub(crate) fn shortcut(&self) -> Option<String> {
        SHORTCUTS.iter().find_map(|(letter, start)| {
            let number = self.name.strip_prefix(start)?;
            is_number(number).then(|| format!("{letter}{number}"))
        })
    }

    /// The flag that names it.
    pub(crate) fn flag(&self) -> String {
        format!("--port {}", self.shortcut().unwrap_or_else(|| Visible(&self.name).to_string()))
    }

    /// What `devices --json` says of it.
    pub(crate) fn json(&self) -> Value {
        let usb = self.usb().map(|usb| {
            json!({
                "vid": format!("{:04x}", usb.vid),
                "pid": format!("{:04x}", usb.pid),
                "serial_number": self.serial_number(),
                "manufacturer": usb.manufacturer,
                "product": usb.product,
                "interface": usb.interface,
            })
        });
        let kind = match (&self.attached, self.known().map(|known| known.way)) {
            (Attached::Usb(_), Some(Way::Board)) => "board",
            (Attached::Usb(_), Some(Way::Adapter)) => "adapter",
            (Attached::Usb(_), None) => "usb",
            (Attached::Bluetooth, _) => "bluetooth",
            (Attached::Built, _) => "built-in",
        };
        json!({ "port": self.name, "shortcut": self.shortcut(), "kind": kind, "description": self.what(), "usb": usb })
    }
}

/// Everything on one line: name, what it is, ids, serial number.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Visible(&self.name), Visible(&self.what()))?;
        if let Some(ids) = self.ids() {
            write!(f, ", {ids}")?;
        }
        match self.serial_number() {
            Some(number) => write!(f, ", serial number {}", Visible(number)),
            None => Ok(()),
        }
    }
}

/// Ports as a system may list them.
#[cfg(test)]
pub(crate) mod example {
    use super::*;

    pub(crate) fn usb(
        name: &str,
        (vid, pid): (u16, u16),
        serial: &str,
        interface: Option<u8>,
    ) -> SerialPortInfo {
        let serial_number = (!serial.is_empty()).then(|| serial.into());
        let (manufacturer, product) = (Some("Acme".into()), Some("Acme Thing".into()));
        let port = UsbPortInfo { vid, pid, serial_number, manufacturer, product, interface };
        SerialPortInfo { port_name: name.into(), port_type: SerialPortType::UsbPort(port) }
    }

    pub(crate) fn built(name: &str) -> SerialPortInfo {
        SerialPortInfo { port_name: name.into(), port_type: SerialPortType::Unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::{example::*, *};

    fn names<'a>(found: impl IntoIterator<Item = &'a Found>) -> Vec<&'a str> {
        found.into_iter().map(|found| found.name.as_str()).collect()
    }

    #[test]
    fn shortcuts_go_both_ways() {
        for (short, long) in [("a0", "/dev/ttyACM0"), ("u12", "/dev/ttyUSB12"), ("c3", "COM3")] {
            assert_eq!(long_name(short).as_deref(), Some(long));
            assert_eq!(sorted(vec![built(long)])[0].shortcut().as_deref(), Some(short));
        }
        for other in ["", "a", "b0", "a0x", "a-1", "ab", "a12345", "COM3", "é0"] {
            assert_eq!(long_name(other), None, "{other}");
        }
        assert_eq!(sorted(vec![built("/dev/cu.usbmodem14201")])[0].shortcut(), None);
        assert_eq!(sorted(vec![built("/dev/cu.usb")])[0].flag(), "--port /dev/cu.usb");
    }

    #[test]
    fn each_port_stands_once_and_ten_after_nine() {
        let ports =
            ["/dev/ttyUSB10", "/dev/ttyUSB9", "/dev/tty.usb", "/dev/cu.usb", "/dev/tty.lone", "COM3", "COM3"];
        let found = sorted(ports.map(built).to_vec());
        assert_eq!(names(&found), ["/dev/cu.usb", "/dev/tty.lone", "/dev/ttyUSB9", "/dev/ttyUSB10", "COM3"]);
    }

    #[test]
    fn a_board_counts_once_and_a_motherboards_port_not() {
        let (pico, python, ftdi) = ((0x2e8a, 5), (0x239a, 0x80f2), (0x0403, 0x6011));
        let found = sorted(vec![
            built("/dev/ttyS0"),
            usb("/dev/ttyACM0", python, "one", Some(2)),
            usb("/dev/ttyACM1", python, "one", Some(0)),
            usb("/dev/ttyACM2", python, "two", Some(0)),
            usb("/dev/ttyACM3", pico, "", None),
            usb("/dev/ttyACM4", pico, "", None),
            usb("/dev/ttyUSB0", ftdi, "four", Some(0)),
            usb("/dev/ttyUSB1", ftdi, "four", Some(1)),
        ]);
        let expected =
            ["/dev/ttyACM1", "/dev/ttyACM2", "/dev/ttyACM3", "/dev/ttyACM4", "/dev/ttyUSB0", "/dev/ttyUSB1"];
        assert_eq!(names(boards(&found)), expected);
    }

    #[test]
    fn what_a_device_says_of_itself_cannot_act() {
        let mut port = usb("/dev/ttyACM0", (1, 2), "\x1b]0;x\x07", None);
        if let SerialPortType::UsbPort(usb) = &mut port.port_type {
            usb.product = Some("bad\x1b[2J".into());
        }
        let found = sorted(vec![port]);
        let said = found[0].to_string();
        assert!(!said.contains(['\x1b', '\x07']) && said.contains("0001:0002"), "{said}");
        assert_eq!(found[0].json()["kind"], "usb");
        assert_eq!(sorted(vec![usb("a", (1, 2), " ", None)])[0].what(), "Acme Thing");
    }
}

//! A port that vanishes and comes back: of a board that was reset, that slept, or whose cable was pulled and put in again.
//!
//! A port on USB may come back under another name. It is known by its USB ids and serial number then, and by nothing
//! that another board could have too: better none than somebody else's.

use std::{
    thread,
    time::{Duration, Instant},
};

use serialport::{SerialPortInfo, SerialPortType, UsbPortInfo};

use crate::{
    device, find,
    port::{Kind, Opened, Target},
    report::{Failure, Result},
};

/// How long a port that vanished may take to come back: a board boots in some seconds, and Windows takes its time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked for.
const TICK: Duration = Duration::from_millis(50);

/// A board's port and what it is known by, noted while it is there.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    target: Target,
    usb: Option<Usb>,
}

/// What a port on USB is known by.
#[derive(Clone, Debug)]
struct Usb {
    vid: u16,
    pid: u16,
    /// Bridges to a UART often have none.
    serial: Option<String>,
    /// Which of its device's ports it is.
    interface: Option<u8>,
    /// Whether no other port was like it: then the only one like it later is it.
    alone: bool,
}

impl Known {
    /// Takes note of a port that is there.
    pub(crate) fn of(target: &Target) -> Self {
        let usb = match &target.kind {
            Kind::Device(name) => Usb::of(name, &find::listed()),
            Kind::Unnamed
            | Kind::Auto
            | Kind::SerialNumber(_)
            | Kind::Tcp(_)
            | Kind::Rfc2217(..)
            | Kind::Simulated(_)
            | Kind::MicroPython(_) => None,
        };
        Self { target: target.clone(), usb }
    }

    /// Returns the port, by the name that it had last.
    pub(crate) const fn target(&self) -> &Target {
        &self.target
    }

    /// Whether it is a port that can come back, and no board in this process.
    pub(crate) const fn may_come_back(&self) -> bool {
        !matches!(self.target.kind, Kind::Simulated(_) | Kind::MicroPython(_))
    }

    /// Whether it is a port of another machine.
    pub(crate) const fn is_elsewhere(&self) -> bool {
        matches!(self.target.kind, Kind::Tcp(_) | Kind::Rfc2217(..))
    }

    /// Waits until the port is there, and opens it; from then on [`target`](Self::target) has its new name. Between two
    /// looks, 50 ms apart, `stop` is asked whether somebody has had enough.
    ///
    /// The old port must be closed before, or the system may keep its name from the new one. A port that did not vanish
    /// yet is opened as it is: be sure first that it did.
    ///
    /// # Errors
    ///
    /// It did not come back in this time, or cannot be opened, or `stop` said so. A board in this process never comes back.
    pub(crate) fn reopen(&mut self, patience: Duration, mut stop: impl FnMut() -> bool) -> Result<Opened> {
        if !self.may_come_back() {
            return Err(Failure::trouble(format!("{} has ended", self.target)));
        }
        let began = Instant::now();
        let mut failure = None;
        loop {
            if stop() {
                return Err(Failure::trouble("interrupted while the board was away")
                    .next("run the command again when it is back"));
            }
            if let Some(target) = self.now() {
                match target.open() {
                    Ok(opened) => {
                        self.target = target;
                        return Ok(opened);
                    }
                    // It may be busy, or not permitted, for as long as the system takes to set it up.
                    Err(error) => failure = Some(error),
                }
            }
            if began.elapsed() >= patience {
                return Err(failure.unwrap_or_else(|| self.did_not_come(patience)));
            }
            thread::sleep(TICK);
        }
    }

    /// Returns what to open now, if it can be there. One on another machine is there when its server says so.
    fn now(&self) -> Option<Target> {
        if let (Kind::Device(name), Some(usb)) = (&self.target.kind, &self.usb) {
            return usb.find(name, &find::listed()).map(|name| self.target.clone().at(&name));
        }
        Some(self.target.clone())
    }

    fn did_not_come(&self, patience: Duration) -> Failure {
        let failure = Failure::trouble(format!(
            "{} went away and did not come back within {} s",
            self.target,
            patience.as_secs()
        ));
        failure.next("wake it or press its reset button, look at its cable, and run the command again")
    }
}

impl Usb {
    /// Returns what the port `name` is known by, if it is on USB.
    fn of(name: &str, ports: &[SerialPortInfo]) -> Option<Self> {
        let identity = device::identity(name);
        let usb = ports.iter().find(|port| device::identity(&port.port_name) == identity).and_then(usb)?;
        let mut known = Self {
            vid: usb.vid,
            pid: usb.pid,
            serial: usb.serial_number.clone().filter(|serial| !serial.is_empty()),
            interface: usb.interface,
            alone: false,
        };
        known.alone = known.like_it(name, ports).count() == 1;
        Some(known)
    }

    /// Returns the name among these ports of the one that was called `name`.
    fn find(&self, name: &str, ports: &[SerialPortInfo]) -> Option<String> {
        let identity = device::identity(name);
        let mut like_it: Vec<_> = self.like_it(name, ports).collect();
        if like_it.iter().any(|port| device::identity(&port.port_name) == identity) {
            return Some(name.into());
        }
        let only = like_it.pop().filter(|_| like_it.is_empty() && self.alone);
        only.map(|port| port.port_name.clone())
    }

    fn like_it<'a>(
        &self,
        name: &str,
        ports: &'a [SerialPortInfo],
    ) -> impl Iterator<Item = &'a SerialPortInfo> {
        let is_like_it = move |usb: &UsbPortInfo| {
            let serial = usb.serial_number.as_deref().filter(|serial| !serial.is_empty());
            (usb.vid, usb.pid, usb.interface) == (self.vid, self.pid, self.interface)
                && serial == self.serial.as_deref()
        };
        // macOS lists each port twice.
        let calls_out = |name: &str| name.starts_with("/dev/cu.");
        let side = calls_out(name);
        ports
            .iter()
            .filter(move |port| calls_out(&port.port_name) == side && usb(port).is_some_and(is_like_it))
    }
}

fn usb(port: &SerialPortInfo) -> Option<&UsbPortInfo> {
    match &port.port_type {
        SerialPortType::UsbPort(usb) => Some(usb),
        SerialPortType::PciPort | SerialPortType::BluetoothPort | SerialPortType::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, pid: u16, serial: Option<&str>, interface: u8) -> SerialPortInfo {
        let usb = UsbPortInfo {
            vid: 0x2e8a,
            pid,
            serial_number: serial.map(Into::into),
            manufacturer: None,
            product: None,
            interface: Some(interface),
        };
        SerialPortInfo { port_name: name.into(), port_type: SerialPortType::UsbPort(usb) }
    }

    fn found(name: &str, before: &[SerialPortInfo], now: &[SerialPortInfo]) -> Option<String> {
        Usb::of(name, before).and_then(|usb| usb.find(name, now))
    }

    #[test]
    fn under_another_name() {
        let before = [port("/dev/a0", 5, Some("e661"), 0), port("/dev/a1", 5, Some("e662"), 0)];
        assert_eq!(found("/dev/a0", &before, &before[1..]), None);
        let now = [port("/dev/a1", 5, Some("e662"), 0), port("/dev/a2", 5, Some("e661"), 0)];
        assert_eq!(found("/dev/a0", &before, &now).as_deref(), Some("/dev/a2"));
        // Its name is another board's now.
        let now = [port("/dev/a0", 5, Some("e662"), 0)];
        assert_eq!(found("/dev/a0", &before, &now), None);
        // Its bootloader is not it.
        assert_eq!(found("/dev/a0", &before, &[port("/dev/a0", 3, Some("e661"), 0)]), None);
    }

    #[test]
    fn one_of_two_ports_of_a_board() {
        let before = [port("/dev/a0", 5, Some("e661"), 0), port("/dev/a1", 5, Some("e661"), 2)];
        let now = [port("/dev/a7", 5, Some("e661"), 2), port("/dev/a8", 5, Some("e661"), 0)];
        assert_eq!(found("/dev/a0", &before, &now).as_deref(), Some("/dev/a8"));
        assert_eq!(found("/dev/a1", &before, &now).as_deref(), Some("/dev/a7"));
    }

    #[test]
    fn without_a_serial_number() {
        let (one, two) =
            ([port("/dev/u0", 5, None, 0)], [port("/dev/u0", 5, None, 0), port("/dev/u1", 5, None, 0)]);
        let moved = [port("/dev/u1", 5, Some(""), 0)];
        assert_eq!(found("/dev/u0", &one, &moved).as_deref(), Some("/dev/u1"));
        assert_eq!(found("/dev/u0", &one, &one).as_deref(), Some("/dev/u0"));
        // Which of several it is nobody can tell, but by its name.
        assert_eq!(found("/dev/u0", &two, &two[1..]), None);
        assert_eq!(found("/dev/u0", &two, &two).as_deref(), Some("/dev/u0"));
        // Where all of one kind have the same number, it says nothing.
        let same = ["/dev/u0", "/dev/u1"].map(|name| port(name, 5, Some("0001"), 0));
        assert_eq!(found("/dev/u0", &same, &same[1..]), None);
    }

    #[test]
    fn both_names_of_a_port_on_macos() {
        let both = |number: u8| {
            ["cu", "tty"].map(|side| port(&format!("/dev/{side}.usbmodem{number}"), 5, Some("e661"), 0))
        };
        assert_eq!(found("/dev/cu.usbmodem1", &both(1), &both(2)).as_deref(), Some("/dev/cu.usbmodem2"));
        assert_eq!(found("/dev/tty.usbmodem1", &both(1), &both(2)).as_deref(), Some("/dev/tty.usbmodem2"));
    }

    #[test]
    fn a_port_that_is_not_on_usb_is_known_by_its_name() {
        let target = Target::device("/dev/no-such-port");
        let mut known = Known::of(&target);
        assert!(known.now().is_some_and(|now| now.kind == target.kind));
        let mut looks = 0;
        let stopped = known.reopen(PATIENCE, || {
            looks += 1;
            looks > 1
        });
        assert!(stopped.is_err_and(|failure| format!("{failure:?}").contains("interrupted")));
        assert!(known.reopen(Duration::ZERO, || false).is_err());
    }
}

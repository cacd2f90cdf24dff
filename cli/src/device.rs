//! Serial ports of this machine.

use std::{
    fs, io, thread,
    time::{Duration, Instant},
};

use rawpaste_blocking::Serial;
use serialport::{SerialPortInfo, SerialPortType};

use crate::report::{Failure, Result, Visible};

/// How long a port that is busy may take to be free: a command that was killed may just be going.
const BUSY: Duration = Duration::from_millis(500);

/// Opens it.
pub(crate) fn open(name: &str) -> Result<Serial> {
    let began = Instant::now();
    loop {
        match Serial::open(name) {
            Err(error) if is_busy(&error) && began.elapsed() < BUSY => {
                thread::sleep(Duration::from_millis(25))
            }
            opened => return opened.map_err(|error| not_opened(name, &error)),
        }
    }
}

fn is_busy(error: &io::Error) -> bool {
    let text = error.to_string().to_lowercase();
    error.kind() == io::ErrorKind::ResourceBusy || text.contains("busy") || text.contains("exclusive lock")
}

fn not_opened(name: &str, error: &io::Error) -> Failure {
    let (shown, text) = (Visible(name), error.to_string());
    if is_busy(error) {
        return Failure::trouble(format!("the port {shown} is busy")).next(
            "close the other program that uses it (a serial monitor, an editor), then run the command again",
        );
    }
    let denied =
        error.kind() == io::ErrorKind::PermissionDenied || text.to_lowercase().contains("permission denied");
    if denied && cfg!(windows) {
        return Failure::trouble(format!("the port {shown} is in use or not permitted"))
            .next("close the other program that uses it, then run the command again");
    }
    if denied {
        return Failure::trouble(format!("you may not open the port {shown}")).next(
            "join the group that owns it: sudo usermod -aG dialout $USER (uucp on Arch), then log in again",
        );
    }
    if cfg!(unix) && fs::exists(name).unwrap_or(false) {
        return Failure::trouble(format!("cannot open {shown} as a port: {}", Visible(text.trim())))
            .next(ports());
    }
    Failure::trouble(format!("there is no port {shown}: {}", Visible(text.trim()))).next(ports())
}

/// Says which ports there are, as a next step.
pub(crate) fn ports() -> String {
    let found = serialport::available_ports().unwrap_or_default();
    if found.is_empty() {
        return "no serial port was found: plug the board in with a cable that carries data, or try --port sim:".into();
    }
    let names: Vec<_> = found.iter().map(describe).collect();
    format!("these ports are here: {}", names.join(", "))
}

fn describe(port: &SerialPortInfo) -> String {
    let name = Visible(&port.port_name);
    match &port.port_type {
        SerialPortType::UsbPort(usb) => {
            let product = usb.product.as_deref().unwrap_or("USB");
            format!("{name} ({} {:04x}:{:04x})", Visible(product), usb.vid, usb.pid)
        }
        SerialPortType::BluetoothPort | SerialPortType::PciPort | SerialPortType::Unknown => name.to_string(),
    }
}

//! Serial ports of this machine.

use std::{
    fs, io,
    path::PathBuf,
    thread,
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

/// What all names of a port have in common: of a link to it, of COM3 and com3, of the two that macOS gives each.
pub(crate) fn identity(name: &str) -> PathBuf {
    if cfg!(windows) {
        return name.trim_start_matches(r"\\.\").to_uppercase().into();
    }
    let full = fs::canonicalize(name).unwrap_or_else(|_| name.into());
    let called = full.to_str().filter(|_| cfg!(target_os = "macos"));
    called.map(|name| name.replacen("/dev/tty.", "/dev/cu.", 1).into()).unwrap_or(full)
}

/// Returns the names of the ports that have USB ids: each is a board, or may be one.
pub(crate) fn usb() -> Result<Vec<String>> {
    let found = serialport::available_ports().map_err(|error| {
        let text = error.to_string();
        Failure::trouble(format!("cannot find the ports of this machine: {}", Visible(&text)))
            .next("name them: --port PORT for each")
    })?;
    Ok(of_usb(found))
}

fn of_usb(found: Vec<SerialPortInfo>) -> Vec<String> {
    let of_usb = found.into_iter().filter(|port| matches!(port.port_type, SerialPortType::UsbPort(_)));
    let mut names: Vec<_> = of_usb.map(|port| port.port_name).collect();
    names.sort_by_cached_key(|name| (identity(name), name.clone()));
    // Of the two names that macOS gives each port the first, cu, opens without waiting for a carrier.
    names.dedup_by_key(|name| identity(name));
    names
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

#[cfg(test)]
mod tests {
    use serialport::UsbPortInfo;

    use super::*;

    #[test]
    fn boards_have_usb_ids() {
        let usb =
            || UsbPortInfo { vid: 0x2e8a, pid: 5, serial_number: None, manufacturer: None, product: None };
        let port = |name: &str, port_type| SerialPortInfo { port_name: name.into(), port_type };
        let found = vec![
            port("/dev/ttyS0", SerialPortType::Unknown),
            port("/dev/ttyACM1", SerialPortType::UsbPort(usb())),
            port("/dev/rfcomm0", SerialPortType::BluetoothPort),
            port("/dev/ttyACM0", SerialPortType::UsbPort(usb())),
            port("/dev/ttyACM1", SerialPortType::UsbPort(usb())),
        ];
        assert_eq!(of_usb(found), ["/dev/ttyACM0", "/dev/ttyACM1"]);
    }
}

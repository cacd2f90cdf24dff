//! What the USB ids of a port say about the way to its board.

use std::path::Path;
#[cfg(not(windows))]
use std::{fs, path::PathBuf};

use rawpaste::Flow;
use serialport::SerialPortType;

/// Returns the flow that suits the USB device with these ids: [`Flow::Open`] for those that are known to push back as far as
/// MicroPython itself, [`Flow::Windowed`] for all others.
///
/// Known are MicroPython's own port on RP2040 and RP2350 (2e8a:0005) and on ESP32-S2 and S3 (303a:4001), which run TinyUSB,
/// and Espressif's USB-Serial-JTAG (303a:1001). MicroPython's common vendor, f055, is not among them: an stm32's own USB
/// stack drops what does not fit, and it shares its ids with boards that do not. A bridge to a UART says nothing of what is behind
/// it.
#[must_use]
pub const fn usb_flow(vid: u16, pid: u16) -> Flow {
    match (vid, pid) {
        (0x2e8a, 0x0005) | (0x303a, 0x1001 | 0x4001) => Flow::Open,
        _ => Flow::Windowed,
    }
}

/// Returns the flow that suits the serial port `name`, for [`Config::flow`](rawpaste::Config::flow): by its USB ids
/// ([`usb_flow`]), windowed where it has none or the system does not tell.
#[must_use]
pub fn port_flow(name: &str) -> Flow {
    // Where a container has none, serialport panics.
    if cfg!(target_os = "linux") && !Path::new("/sys/class/tty").is_dir() {
        return Flow::Windowed;
    }
    let name = full(name);
    let ports = serialport::available_ports().unwrap_or_default();
    match ports.into_iter().find(|port| full(&port.port_name) == name).map(|port| port.port_type) {
        Some(SerialPortType::UsbPort(usb)) => usb_flow(usb.vid, usb.pid),
        Some(SerialPortType::PciPort | SerialPortType::BluetoothPort | SerialPortType::Unknown) | None => {
            Flow::Windowed
        }
    }
}

/// The name may be a link to the port, as in /dev/serial/by-id.
#[cfg(not(windows))]
fn full(name: &str) -> PathBuf {
    fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name))
}

/// Nothing is looked up: that would open the port, and any other, and may reset the board behind it.
#[cfg(windows)]
fn full(name: &str) -> String {
    name.trim_start_matches(r"\\.\").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_only_for_those_that_push_back() {
        let cases = [
            (0x2e8a, 0x0005, Flow::Open),
            (0x303a, 0x1001, Flow::Open),
            (0x303a, 0x4001, Flow::Open),
            // A debug probe, stm32, and three bridges to a UART.
            (0x2e8a, 0x000c, Flow::Windowed),
            (0xf055, 0x9800, Flow::Windowed),
            (0xf055, 0x9802, Flow::Windowed),
            (0x10c4, 0xea60, Flow::Windowed),
            (0x1a86, 0x7523, Flow::Windowed),
            (0x0403, 0x6001, Flow::Windowed),
        ];
        for (vid, pid, flow) in cases {
            assert_eq!(usb_flow(vid, pid), flow, "{vid:04x}:{pid:04x}");
        }
        assert_eq!(port_flow("a port that is not there"), Flow::Windowed);
    }
}

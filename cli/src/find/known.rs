//! What is known by its USB ids. Where the open flow is known to be right is `rawpaste_blocking::usb_flow`'s to say.

/// What a USB serial port leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The microcontroller itself.
    Board,
    /// A UART, with anything behind it.
    Adapter,
}

/// A family of USB devices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    vid: u16,
    /// The first product id and the last.
    pids: (u16, u16),
    pub(crate) name: &'static str,
    pub(crate) way: Way,
}

/// Returns what the ids stand for. An exact entry goes before its vendor's, which stands below it.
pub(crate) fn known(vid: u16, pid: u16) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.vid == vid && (known.pids.0..=known.pids.1).contains(&pid))
}

const ANY: (u16, u16) = (0, u16::MAX);

const fn board(vid: u16, pid: u16, name: &'static str) -> Known {
    Known { vid, pids: (pid, pid), name, way: Way::Board }
}

const fn boards(vid: u16, pids: (u16, u16), name: &'static str) -> Known {
    Known { vid, pids, name, way: Way::Board }
}

const fn adapter(vid: u16, pid: u16, name: &'static str) -> Known {
    Known { vid, pids: (pid, pid), name, way: Way::Adapter }
}

/// Sources: MicroPython's `MICROPY_HW_USB_VID` and `MICROPY_HW_USB_PID` in `ports/*/mpconfigport.h`,
/// `ports/stm32/mpconfigboard_common.h` and `ports/*/boards/*/mpconfigboard.h`, with the products' names in `board.json`;
/// Raspberry Pi's list of product ids (github.com/raspberrypi/usb-pid); the USB ID repository (linux-usb.org) for vendors and adapters.
const KNOWN: &[Known] = &[
    board(0x2e8a, 0x0005, "MicroPython on RP2040 or RP2350 (Raspberry Pi Pico)"),
    boards(0x2e8a, (0x0009, 0x000a), "Raspberry Pi Pico with a program of its own (Pico SDK)"),
    board(0x2e8a, 0x000b, "CircuitPython on Raspberry Pi Pico"),
    adapter(0x2e8a, 0x0004, "Raspberry Pi Picoprobe"),
    adapter(0x2e8a, 0x000c, "Raspberry Pi Debug Probe"),
    board(0x2e8a, 0x1002, "Pimoroni Pico LiPo"),
    board(0x2e8a, 0x101f, "Waveshare RP2040-Zero"),
    board(0x2e8a, 0x1020, "Waveshare RP2040-Plus"),
    board(0x2e8a, 0x1021, "Waveshare RP2040-LCD-0.96"),
    board(0x2e8a, 0x10ec, "Soldered NULA RP2350"),
    board(0x2e8a, 0x110a, "Cytron NanoXRP Controller"),
    boards(0x2e8a, ANY, "board with RP2040 or RP2350"),
    boards(0xf055, (0x9800, 0x980a), "MicroPython (pyboard and others)"),
    boards(0xf055, ANY, "MicroPython"),
    board(0x303a, 0x1001, "Espressif USB Serial/JTAG (ESP32-C3, C6, H2, S3)"),
    board(0x303a, 0x4001, "MicroPython on ESP32-S2 or S3"),
    board(0x303a, 0x80d1, "Unexpected Maker TinyS3"),
    board(0x303a, 0x80d4, "Unexpected Maker ProS3"),
    board(0x303a, 0x80d7, "Unexpected Maker FeatherS3"),
    board(0x303a, 0x817a, "Unexpected Maker NanoS3"),
    board(0x303a, 0x81b1, "Unexpected Maker TinyWATCH S3"),
    board(0x303a, 0x81fc, "Unexpected Maker FeatherS3 Neo"),
    board(0x303a, 0x81ff, "Unexpected Maker RGB Touch Mini"),
    board(0x303a, 0x8225, "Unexpected Maker OMGS3"),
    boards(0x303a, ANY, "board with an Espressif chip"),
    board(0x2341, 0x025a, "Arduino Nano 33 BLE Sense"),
    board(0x2341, 0x025e, "Arduino Nano RP2040 Connect"),
    board(0x2341, 0x0468, "Arduino Portenta C33"),
    board(0x2341, 0x055b, "Arduino Portenta H7"),
    board(0x2341, 0x055f, "Arduino Nicla Vision"),
    board(0x2341, 0x0564, "Arduino Opta WiFi"),
    board(0x2341, 0x0566, "Arduino Giga"),
    board(0x2341, 0x056b, "Arduino Nano ESP32"),
    boards(0x2341, ANY, "Arduino board"),
    boards(0x2a03, ANY, "Arduino board"),
    board(0x239a, 0x80f2, "Adafruit Feather RP2040"),
    board(0x239a, 0x80f8, "Adafruit QT Py RP2040"),
    board(0x239a, 0x80fe, "Adafruit ItsyBitsy RP2040"),
    board(0x239a, 0x814f, "Adafruit Feather RP2350"),
    boards(0x239a, ANY, "Adafruit board (CircuitPython and others)"),
    board(0x1b4f, 0x0025, "SparkFun Thing Plus RP2040"),
    board(0x1b4f, 0x0026, "SparkFun Pro Micro RP2040"),
    board(0x1b4f, 0x0038, "SparkFun Thing Plus RP2350"),
    board(0x1b4f, 0x0039, "SparkFun Pro Micro RP2350"),
    board(0x1b4f, 0x0044, "SparkFun IoT Node LoRaWAN RP2350"),
    board(0x1b4f, 0x0046, "SparkFun XRP Controller"),
    board(0x1b4f, 0x0047, "SparkFun IoT RedBoard RP2350"),
    boards(0x1b4f, ANY, "SparkFun board"),
    board(0x2886, 0x0045, "Seeed XIAO nRF52840 Sense"),
    boards(0x2886, ANY, "Seeed board"),
    board(0x1209, 0xabd1, "OpenMV Cam"),
    board(0x1209, 0xf502, "Silicognition RP2040-Shim"),
    board(0x15ba, 0x0046, "Olimex RT1010-Py"),
    board(0x16d0, 0x08c7, "Pimoroni Tiny2040"),
    board(0x1ffb, 0x2043, "Pololu 3pi+ 2040 Robot"),
    board(0x1ffb, 0x2044, "Pololu Zumo 2040 Robot"),
    boards(0x37c5, ANY, "OpenMV board"),
    board(0x16c0, 0x0483, "Teensy"),
    board(0x0483, 0x5740, "STM32 board"),
    // Debug chips of boards, whose UART is the REPL's on some.
    adapter(0x0d28, 0x0204, "micro:bit or another board with DAPLink"),
    adapter(0x0483, 0x374b, "ST-LINK/V2.1 (Nucleo, Discovery)"),
    adapter(0x0483, 0x3752, "ST-LINK/V2.1 (Nucleo, Discovery)"),
    adapter(0x0483, 0x374e, "STLINK-V3 (Nucleo, Discovery)"),
    adapter(0x0483, 0x374f, "STLINK-V3 (Nucleo, Discovery)"),
    adapter(0x0483, 0x3753, "STLINK-V3 (Nucleo, Discovery)"),
    adapter(0x1366, 0x1015, "J-Link"),
    // Bridges, on boards and on cables.
    adapter(0x10c4, 0xea60, "USB serial adapter (CP210x)"),
    adapter(0x10c4, 0xea70, "USB serial adapter (CP2105)"),
    adapter(0x10c4, 0xea71, "USB serial adapter (CP2108)"),
    adapter(0x1a86, 0x5523, "USB serial adapter (CH341)"),
    adapter(0x1a86, 0x55d4, "USB serial adapter (CH9102)"),
    adapter(0x1a86, 0x7522, "USB serial adapter (CH340)"),
    adapter(0x1a86, 0x7523, "USB serial adapter (CH340)"),
    adapter(0x0403, 0x6001, "USB serial adapter (FT232R)"),
    adapter(0x0403, 0x6010, "USB serial adapter (FT2232)"),
    adapter(0x0403, 0x6011, "USB serial adapter (FT4232)"),
    adapter(0x0403, 0x6014, "USB serial adapter (FT232H)"),
    adapter(0x0403, 0x6015, "USB serial adapter (FT231X)"),
    adapter(0x067b, 0x2303, "USB serial adapter (PL2303)"),
    adapter(0x067b, 0x23a3, "USB serial adapter (PL2303)"),
];

#[cfg(test)]
mod tests {
    use rawpaste_blocking::usb_flow;

    use super::*;

    #[test]
    fn an_exact_entry_goes_before_its_vendors() {
        for (at, entry) in KNOWN.iter().enumerate() {
            assert!(entry.pids.0 <= entry.pids.1, "{entry:?}");
            for pid in [entry.pids.0, entry.pids.1] {
                let first =
                    KNOWN.iter().position(|e| e.vid == entry.vid && (e.pids.0..=e.pids.1).contains(&pid));
                let exact = entry.pids.0 == entry.pids.1;
                assert!(!exact || first == Some(at), "{entry:?} is hidden or stands twice");
            }
        }
        assert_eq!(known(0x2e8a, 5).map(|known| known.way), Some(Way::Board));
        assert_eq!(known(0x2e8a, 0x1234).map(|known| known.name), Some("board with RP2040 or RP2350"));
        assert_eq!(known(0x10c4, 0xea60).map(|known| known.way), Some(Way::Adapter));
        assert!(known(0x1d6b, 2).is_none());
    }

    /// The open flow needs to reach MicroPython itself.
    #[test]
    fn what_goes_openly_is_a_board() {
        let mut openly = 0;
        for entry in KNOWN.iter().filter(|entry| entry.pids.0 == entry.pids.1) {
            if usb_flow(entry.vid, entry.pids.0) == rawpaste::Flow::Open {
                assert_eq!(entry.way, Way::Board, "{entry:?}");
                openly += 1;
            }
        }
        assert_eq!(openly, 3);
    }
}

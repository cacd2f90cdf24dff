//! `devices`.

use clap::Args;
use serde_json::Value;

use crate::{
    find::{self, Found},
    report::{Result, Visible, print, print_json, say},
};

/// List the boards and serial ports of this machine
///
/// With what each is as far as its USB ids tell, its serial number, and the flag that names it. A board is found by its
/// serial number (--port id:NUMBER) under any name. Other machines' boards are not listed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  rawpaste devices\n  rawpaste devices --json\n
With --json: an array of objects with `port`; `shortcut` or null; `kind`: board (USB reaches the microcontroller), adapter (a \
bridge to a UART), usb, bluetooth or built-in; `description`; `usb`: null, or an object with `vid` and `pid` (four hexadecimal \
digits), `serial_number`, `manufacturer`, `product` and `interface`, each of which may be null.")]
pub(crate) struct Devices {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Devices {
    /// Lists them.
    pub(crate) fn run(self) -> Result<()> {
        show(&find::ports(), self.json)
    }
}

fn show(found: &[Found], json: bool) -> Result<()> {
    if json {
        let all = Value::Array(found.iter().map(Found::json).collect());
        return print_json(&all);
    }
    print(|out| table(found).iter().try_for_each(|line| writeln!(out, "{line}")))?;
    if !found.iter().any(|found| found.usb().is_some()) {
        say(&format!("no board was found\n  next: {}", find::advice(found)));
    }
    Ok(())
}

/// Columns, as wide as they must be; none for no ports.
fn table(found: &[Found]) -> Vec<String> {
    if found.is_empty() {
        return Vec::new();
    }
    let head = ["flag", "port", "usb id", "serial number", "what it is"].map(String::from);
    let rows = found.iter().map(|port| {
        let text = |text: Option<&str>| text.map_or_else(|| "-".into(), |text| Visible(text).to_string());
        [
            port.flag(),
            text(Some(&port.name)),
            text(port.ids().as_deref()),
            text(port.serial_number()),
            text(Some(&port.what())),
        ]
    });
    let rows: Vec<_> = [head].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let [flag, port, ids, number] = [0, 1, 2, 3].map(width);
    let line = |[a, b, c, d, e]: &[String; 5]| format!("{a:flag$}  {b:port$}  {c:ids$}  {d:number$}  {e}");
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::example::{built, usb};

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let found = find::sorted(vec![
            usb("/dev/ttyACM0", (0x2e8a, 5), "E6614C311B7E6F35", Some(0)),
            usb("/dev/ttyUSB12", (0x1a86, 0x7523), "", None),
            built("/dev/ttyS0"),
        ]);
        let expected = [
            "flag               port           usb id     serial number     what it is",
            "--port a0          /dev/ttyACM0   2e8a:0005  E6614C311B7E6F35  MicroPython on RP2040 or RP2350 (Raspberry Pi Pico)",
            "--port /dev/ttyS0  /dev/ttyS0     -          -                 serial port of this machine",
            "--port u12         /dev/ttyUSB12  1a86:7523  -                 USB serial adapter (CH340)",
        ];
        assert_eq!(table(&found), expected);
        assert_eq!(table(&[]), Vec::<String>::new());
    }

    #[test]
    fn json_is_documented() {
        let found = find::sorted(vec![usb("COM7", (0x2e8a, 5), "E6", Some(0)), built("COM1")]);
        let section = crate::page::section("devices");
        section.holds(&section.examples[0], &found.iter().map(Found::json).collect());
    }

    #[test]
    fn json_has_what_the_help_says() {
        let found = find::sorted(vec![usb("COM7", (0x2e8a, 5), "E6", Some(0)), built("COM1")]);
        let json: Vec<_> = found.iter().map(Found::json).collect();
        let expected = serde_json::json!([
            {"port": "COM1", "shortcut": "c1", "kind": "built-in", "description": "serial port of this machine", "usb": null},
            {"port": "COM7", "shortcut": "c7", "kind": "board",
             "description": "MicroPython on RP2040 or RP2350 (Raspberry Pi Pico)",
             "usb": {"vid": "2e8a", "pid": "0005", "serial_number": "E6", "manufacturer": "Acme", "product": "Acme Thing",
                     "interface": 0}},
        ]);
        assert_eq!(Value::Array(json), expected);
    }
}

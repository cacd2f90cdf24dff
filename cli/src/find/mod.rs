//! Which board is meant, and which there are.

mod busy;
mod found;
#[cfg(unix)]
mod group;
mod known;

use std::path::Path;

pub(crate) use busy::holders;
#[cfg(test)]
pub(crate) use found::example;
pub(crate) use found::{Found, long_name, sorted};
#[cfg(unix)]
pub(crate) use group::to_join;

use serialport::SerialPortInfo;

use crate::{
    port::{Kind, Target},
    project::Project,
    report::{Failure, Result, Visible},
};

/// Returns the serial ports of this machine.
pub(crate) fn ports() -> Vec<Found> {
    sorted(listed())
}

/// Returns them as the system lists them.
pub(crate) fn listed() -> Vec<SerialPortInfo> {
    // Where a container has none, serialport panics.
    if cfg!(target_os = "linux") && !Path::new("/sys/class/tty").is_dir() {
        return Vec::new();
    }
    serialport::available_ports().unwrap_or_default()
}

/// Returns the board that is meant: the one that was named, else the project file's, else the one that is here.
pub(crate) fn target(named: Option<Target>) -> Result<Target> {
    resolved(self::named(named)?.unwrap_or_else(Target::auto))
}

/// Returns the board that was named, else the project file's, if that names one.
pub(crate) fn named(named: Option<Target>) -> Result<Option<Target>> {
    match named {
        Some(target) if target.kind != Kind::Unnamed => Ok(Some(target)),
        _ => Ok(Project::here()?.and_then(|project| project.port)),
    }
}

/// Returns the port of a board that was named by what it is.
pub(crate) fn resolved(target: Target) -> Result<Target> {
    let name = match &target.kind {
        Kind::SerialNumber(number) => by_serial_number(number)?.name,
        Kind::Auto | Kind::Unnamed => the_one_here()?.name,
        Kind::Device(_) | Kind::Tcp(_) | Kind::Rfc2217(..) | Kind::Simulated(_) | Kind::MicroPython(_) => {
            return Ok(target);
        }
    };
    Ok(target.at(&name))
}

/// Returns all boards that are on this machine's USB.
pub(crate) fn all() -> Vec<Found> {
    let ports = ports();
    found::boards(&ports).into_iter().cloned().collect()
}

/// Returns the one board that is on this machine's USB.
pub(crate) fn the_one_here() -> Result<Found> {
    one(&ports()).cloned()
}

/// Returns the port whose USB device has this serial number.
pub(crate) fn by_serial_number(number: &str) -> Result<Found> {
    the_one(&ports(), number).cloned()
}

fn one(found: &[Found]) -> Result<&Found> {
    match found::boards(found)[..] {
        [] => Err(Failure::trouble("no board was found").next(advice(found))),
        [board] => Ok(board),
        ref several => Err(which(several).next(example(several))),
    }
}

fn the_one<'a>(found: &'a [Found], number: &str) -> Result<&'a Found> {
    let same: Vec<_> =
        found::boards(found).into_iter().filter(|port| port.serial_number() == Some(number)).collect();
    match same[..] {
        [] => Err(Failure::trouble(format!("no board with the serial number {} is here", Visible(number)))
            .next(advice(found))),
        [board] => Ok(board),
        ref several => Err(which(several).next("name the port: these share their serial number")),
    }
}

/// Several are here.
fn which(several: &[&Found]) -> Failure {
    let text = format!("{} boards are here, and none was named", several.len());
    let width = several.iter().map(|found| found.flag().chars().count()).max().unwrap_or_default();
    several.iter().fold(Failure::usage(text), |failure, found| {
        failure.also(&format!("{:width$}  {found}", found.flag()))
    })
}

fn example(several: &[&Found]) -> String {
    let number = several.iter().find_map(|found| found.serial_number());
    let stays = number.map(|number| format!("; --port id:{} finds that one under any name", Visible(number)));
    format!(
        "add one of these flags, or set RAWPASTE_PORT, or write port = \"...\" into rawpaste.toml{}",
        stays.unwrap_or_default()
    )
}

/// Says which ports there are, as a next step.
pub(crate) fn advice(found: &[Found]) -> String {
    if found.is_empty() {
        return "plug the board in with a cable that carries data (some only charge); --port sim: is one to try without"
            .into();
    }
    let boards = found::boards(found);
    if boards.is_empty() {
        return "plug the board in with a cable that carries data (some only charge); `rawpaste devices` lists the ports of this \
                machine itself"
            .into();
    }
    let all: Vec<_> =
        boards.iter().map(|found| format!("{} ({})", found.flag(), Visible(&found.what()))).collect();
    format!("these are here: {}", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{
        example::{built, usb},
        *,
    };

    #[test]
    fn one_is_found_and_several_are_told() {
        let (pico, bridge) = ((0x2e8a, 5), (0x10c4, 0xea60));
        let ports = vec![built("/dev/ttyS0"), usb("/dev/ttyACM0", pico, "E661", Some(0))];
        let found = sorted(ports.clone());
        assert_eq!(one(&found).expect("one is here").name, "/dev/ttyACM0");
        let found = sorted([ports, vec![usb("/dev/ttyUSB10", bridge, "", None)]].concat());
        let said = one(&found).expect_err("two are here").into_lines();
        let expected = [
            "2 boards are here, and none was named",
            "  --port a0   /dev/ttyACM0: MicroPython on RP2040 or RP2350 (Raspberry Pi Pico), 2e8a:0005, serial number E661",
            "  --port u10  /dev/ttyUSB10: USB serial adapter (CP210x), 10c4:ea60",
        ];
        assert_eq!(said[..3], expected);
        assert!(said[3].contains("--port id:E661"), "{said:?}");
    }

    #[test]
    fn none_says_what_to_do() {
        let said = one(&[]).expect_err("none is here").into_lines();
        assert!(said[1].contains("a cable that carries data") && said[1].contains("sim:"), "{said:?}");
        let said = one(&sorted(vec![built("/dev/ttyS0"), built("/dev/ttyS1")])).expect_err("none is here");
        assert!(said.into_lines()[1].contains("`rawpaste devices`"));
    }

    #[test]
    fn a_serial_number_finds_one_board() {
        let (pico, bridge) = ((0x2e8a, 5), (0x10c4, 0xea60));
        let found = sorted(vec![
            usb("/dev/ttyACM1", pico, "E661", Some(2)),
            usb("/dev/ttyACM0", pico, "E661", Some(0)),
            usb("/dev/ttyUSB0", bridge, "0001", None),
            usb("/dev/ttyUSB1", bridge, "0001", None),
        ]);
        assert_eq!(the_one(&found, "E661").expect("it is here").name, "/dev/ttyACM0");
        let said = the_one(&found, "0001").expect_err("two have it").into_lines();
        assert!(said.len() == 4 && said[2].contains("--port u1"), "{said:?}");
        let said = the_one(&found, "e66\x1b").expect_err("there is none").into_lines();
        assert!(said[0].contains("e66\\u{1b}") && said[1].contains("--port a0"), "{said:?}");
    }
}

//! Which board is meant, where none is on a terminal of its own.

#![allow(clippy::unwrap_used)] // A test fails by panicking.

mod command;

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
};

use command::{code, done, errors, noise, pairs, run, run_with};
use rawpaste::testing::Firmware;
use rawpaste_board::{Running, Simulated};

/// Starts the command in a folder, without `--port`; `variable` is what RAWPASTE_PORT says.
fn within(dir: &Path, variable: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"));
    command.args(arguments).current_dir(dir).env_remove("RAWPASTE_PORT").stdin(Stdio::null());
    if let Some(value) = variable {
        command.env("RAWPASTE_PORT", value);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    assert_eq!(code(output), 0, "{}", errors(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_flag_goes_before_the_variable_before_the_project_file() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("src/deep");
    fs::create_dir_all(&deep).unwrap();
    for name in ["flag", "variable", "project"] {
        fs::create_dir(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name).join(name), "").unwrap();
    }
    let sim = |name: &str| format!("sim:{}", dir.path().join(name).display());
    let (flag, variable) = (sim("flag"), sim("variable"));
    fs::write(dir.path().join("rawpaste.toml"), "port = \"sim:project\"\n").unwrap();
    for here in [dir.path(), &deep] {
        assert_eq!(said(&within(here, Some(&variable), &["--port", &flag, "ls"])), "0 flag\n");
        assert_eq!(said(&within(here, Some(&variable), &["ls"])), "0 variable\n");
        assert_eq!(said(&within(here, None, &["ls"])), "0 project\n");
        assert_eq!(said(&within(here, Some(""), &["ls"])), "0 project\n");
    }
    // The nearest file counts, whole.
    fs::write(deep.join("rawpaste.toml"), "port = \"sim:\"\n").unwrap();
    assert_eq!(said(&within(&deep, None, &["ls"])), "");
}

#[test]
fn a_project_file_that_is_wrong_is_told_where_it_is_needed() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("rawpaste.toml"), "# mine\nprot = \"\x1b[2J\"\n").unwrap();
    let output = within(dir.path(), None, &["ls"]);
    assert_eq!(code(&output), 2);
    let text = errors(&output);
    assert!(text.contains("rawpaste.toml, line 2: ") && !text.contains('\x1b'), "{text}");
    fs::write(dir.path().join("rawpaste.toml"), "# mine\nprot = \"a0\"\n").unwrap();
    let output = within(dir.path(), None, &["ls"]);
    let text = errors(&output);
    assert!(code(&output) == 2 && text.contains("rawpaste.toml, line 2: there is no key \"prot\""), "{text}");
    assert!(text.contains("did you mean \"port\"?") && text.contains("next: "), "{text}");
    assert_eq!(said(&within(dir.path(), None, &["--port", "sim:", "ls"])), "");
    // Not in the way of what needs no board.
    assert_eq!(code(&within(dir.path(), None, &["devices"])), 0);
    fs::write(dir.path().join("rawpaste.toml"), "port = \"sim:../other\"\n").unwrap();
    let output = within(dir.path(), None, &["ls"]);
    assert!(code(&output) == 2 && errors(&output).contains("not below the folder"), "{}", errors(&output));
}

/// What this machine has is not known here; that the two outputs agree, and what is said where there is no board, is.
#[test]
fn devices_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&said(&within(dir.path(), None, &["devices", "--json"]))).unwrap();
    let ports = json.as_array().unwrap();
    let output = within(dir.path(), None, &["devices"]);
    let table = said(&output);
    let lines = if ports.is_empty() { 0 } else { ports.len() + 1 };
    assert_eq!(table.lines().count(), lines, "{table}");
    for port in ports {
        let name = port["port"].as_str().unwrap();
        assert!(
            table.contains(name) && port["kind"].is_string() && port["description"].is_string(),
            "{table}"
        );
    }
    if ports.iter().any(|port| !port["usb"].is_null()) {
        return;
    }
    assert!(errors(&output).contains("no board was found\n  next: plug the board in"), "{}", errors(&output));
    for port in [&["ls"][..], &["--port", "auto", "ls"]] {
        let output = within(dir.path(), None, port);
        assert_eq!(code(&output), 3);
        assert!(
            errors(&output).contains("no board was found\n  next: plug the board in"),
            "{}",
            errors(&output)
        );
    }
}

#[test]
fn names_that_mean_nothing_say_what_to_do() {
    let output = run("id:no such number \x1b", ["ls"]);
    let text = errors(&output);
    assert!(
        code(&output) == 3 && text.contains("no board with the serial number") && text.contains("next: "),
        "{text}"
    );
    assert!(!text.contains('\x1b'));
    for (port, why) in [
        ("tcp://lab", "HOST:PORT"),
        ("rfc2217://lab:1?speed=1", "baud=N"),
        ("http://lab:1", "tcp:// and rfc2217://"),
        ("id:", "id:NUMBER"),
    ] {
        let output = run(port, ["ls"]);
        assert!(code(&output) == 2 && errors(&output).contains(why), "{port}: {}", errors(&output));
    }
    let output = run("u9999", ["ls"]);
    assert!(errors(&output).contains("there is no port /dev/ttyUSB9999"), "{}", errors(&output));
}

#[test]
fn a_board_behind_a_raw_port_is_used_and_left() {
    let dir = tempfile::tempdir().unwrap();
    let board = Running::simulated(
        Simulated::new(Firmware { disk: 1 << 20, ..Firmware::default() }).folder(dir.path()),
    )
    .unwrap();
    let served = board.on_tcp(TcpListener::bind(("127.0.0.1", 0)).unwrap()).unwrap();
    let port = format!("tcp://{}", served.address());
    let data = [pairs(), noise(20_000, 3)].concat();
    let output = run_with(&port, ["put", "-", ":file"], &data);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains(&format!("on the board at {port}")));
    assert!(fs::read(dir.path().join("file")).unwrap() == data);
    assert!(done(&port, ["cat", ":file"]) == data);
    for _ in 0..5 {
        done(&port, ["ls"]);
    }
}

#[test]
fn a_peer_that_goes_or_is_not_there_is_told() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        client.read_exact(&mut [0]).unwrap();
        client.write_all(b"Port already in use\r\n").unwrap();
    });
    let output = run(format!("tcp://127.0.0.1:{port}"), ["ls"]);
    server.join().unwrap();
    let text = errors(&output);
    assert_eq!(code(&output), 3, "{text}");
    assert!(
        text.contains("the other side closed the connection") && text.contains("next: see that the other"),
        "{text}"
    );
    let output = run(format!("rfc2217://127.0.0.1:{port}"), ["ls"]);
    let text = errors(&output);
    assert!(code(&output) == 3 && text.contains(&format!("cannot connect to 127.0.0.1:{port}")), "{text}");
    assert!(text.contains("nothing listens at that port"), "{text}");
}

#[cfg(unix)]
mod refused {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_busy_port_is_told_with_its_holder() {
        let board =
            Running::simulated(Simulated::new(Firmware { disk: 1 << 20, ..Firmware::default() })).unwrap();
        let port = board.on_pty().unwrap();
        let name = port.name().to_str().unwrap();
        let _held = rawpaste_blocking::Serial::open(name).unwrap();
        let output = run(name, ["ls"]);
        let text = errors(&output);
        assert!(code(&output) == 3 && text.contains(&format!("the port {name} is busy")), "{text}");
        let holder = format!("(process {}) has it open\n  next: close that", std::process::id());
        assert!(text.contains(&holder), "{text}");
    }

    /// The administrator may open everything, so another user tries then.
    #[test]
    fn a_port_without_permission_is_told_with_the_way_in() {
        let dir = tempfile::tempdir().unwrap();
        let port = dir.path().join("port");
        fs::write(&port, "").unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        mode(&port, 0);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rawpaste"));
        if rustix::process::getuid().is_root() {
            let copy = dir.path().join("rawpaste");
            fs::copy(env!("CARGO_BIN_EXE_rawpaste"), &copy).unwrap();
            mode(dir.path(), 0o755);
            command = Command::new(copy);
            command.uid(65_534).gid(65_534);
        }
        let output = command.arg("--port").arg(&port).arg("ls").current_dir("/").output().unwrap();
        let text = errors(&output);
        assert_eq!(code(&output), 3, "{text}");
        assert!(text.contains(&format!("you may not open the port {}", port.display())), "{text}");
        assert!(text.contains("next: its owner alone may open it: for now, sudo chmod a+rw"), "{text}");
    }
}

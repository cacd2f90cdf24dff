use alloc::{format, string::String};
use core::time::Duration;

use super::{START, answer, firmware};
use crate::{
    Helper, Value,
    testing::{Act, Device, Firmware, Machine, Program, Raised},
};

static WRITE: Helper = Helper {
    name: "w",
    source: " p=-1\n def w(x):\n  pass\n",
    requires: &[],
    twin: |machine, arguments| {
        let [Value::Bytes(bytes)] = arguments else { return Err(Raised::new("TypeError", "")) };
        machine.state.insert("p".into(), Value::Int(i64::try_from(bytes.len()).unwrap()));
        let file = machine.disk.open("f", "ab")?;
        machine.disk.write(file, bytes)?;
        machine.disk.close(file);
        Ok(())
    },
};

static SHOW: Helper = Helper { name: "show", source: " def show():\n  pass\n", requires: &[], twin: show };

/// Its source begins as another's does.
static LONGER: Helper = Helper {
    name: "longer",
    source: " def show():\n  pass\n def longer():\n  pass\n",
    requires: &[],
    twin: show,
};

fn show(machine: &mut Machine, arguments: &[Value]) -> Result<(), Raised> {
    let state = machine.state.get("p").cloned();
    machine.print(&format!("{state:?} {arguments:?}\n"));
    Ok(())
}

fn board(firmware: Firmware) -> Device {
    static KNOWN: [&Helper; 3] = [&WRITE, &SHOW, &LONGER];
    let mut device = Device::with_helpers(firmware, &KNOWN);
    super::say(&mut device, b"\x01");
    device
}

/// Runs a script by paste; returns what is between the acknowledging `^D` and the prompt.
fn run(device: &mut Device, script: &str) -> String {
    let answer = super::say(device, &[b"\x05A\x01", script.as_bytes(), b"\x04"].concat());
    let answer = answer.replace("\\x01", "").replace("R\\x80\\x00", "");
    answer.strip_prefix("\\x04").unwrap().strip_suffix("\\x04>").unwrap().into()
}

fn raised(line: u32, exception: &str) -> String {
    let head = "\\x04Traceback (most recent call last):\\r\\n";
    format!("{head}  File \"<stdin>\", line {line}, in <module>\\r\\n{exception}\\r\\n")
}

#[test]
fn definitions_calls_and_the_mark_are_understood() {
    let syntax = |line: u32| {
        let head = "\\x04Traceback (most recent call last):\\r\\n";
        format!("{head}  File \"<stdin>\", line {line}\\r\\nSyntaxError: invalid syntax\\r\\n")
    };
    let name_error = |line| raised(line, "NameError: name '_rp' isn't defined");
    let missing =
        |line, name| raised(line, &format!("AttributeError: type object '_rp' has no attribute '{name}'"));
    let unknown =
        raised(1, "NotImplementedError: the simulated board runs no Python; use --port micropython:");
    let mark = "print(1234*7919,getattr(globals().get('_rp'),'_n',0))";
    let rows = [
        (mark, "9772046 0\\r\\n\\x04".into()),
        ("_rp.w(b'abc')", name_error(1)),
        ("class _rp(_rp):\n", name_error(1)),
        ("class _rp:\n _n=77\n", "\\x04".into()),
        (mark, "9772046 77\\r\\n\\x04".into()),
        ("\n\n_rp.w(b'abc')\n", missing(3, "w")),
        (
            "class _rp(_rp):\n p=-1\n def w(x):\n  pass\n def show():\n  pass\n_rp.show()\n",
            "Some(Int(-1)) []\\r\\n\\x04".into(),
        ),
        (
            "# a\n_rp.w(b'ab\\0c')\n_rp.show( 'x', (1, True) )",
            "Some(Int(4)) [Str(\"x\"), Sequence([Int(1), Bool(true)])]\\r\\n\\x04".into(),
        ),
        ("_rp.show(1,)\r\n", "Some(Int(4)) [Int(1)]\\r\\n\\x04".into()),
        // All lines are compiled before any runs; an exception keeps what ran.
        ("_rp.show()\n_rp.w(b'abc'\n", syntax(2)),
        ("_rp.show()x", syntax(1)),
        ("_rp.show(08x)", syntax(1)),
        ("_rp.show()\n_rp.w(3)\n_rp.show()", ["Some(Int(4)) []\\r\\n", &raised(2, "TypeError: ")].concat()),
        // A second definition keeps what was set, one with a nonce does not.
        (
            "class _rp(_rp):\n def show():\n  pass\n def longer():\n  pass\n_rp.longer()",
            "Some(Int(4)) []\\r\\n\\x04".into(),
        ),
        ("class _rp:\n _n=78\n def show():\n  pass\n_rp.show()", "None []\\r\\n\\x04".into()),
        ("_rp.w(b'')", missing(1, "w")),
        ("globals().pop('_rp',None)\n__import__('gc').collect()", "\\x04".into()),
        (mark, "9772046 0\\r\\n\\x04".into()),
        ("class _rp:\n _n=1\n def other():\n  pass\n", unknown.clone()),
        ("class _rp:\n _n=x\n", syntax(2)),
        ("print(1)", unknown.clone()),
        ("_rp.w(b'abc')\nprint(1)", unknown),
    ];
    let mut device = board(firmware());
    for (row, (script, expected)) in rows.into_iter().enumerate() {
        assert_eq!(run(&mut device, script), expected, "row {row}");
    }
    assert_eq!(device.disk().get("f"), Some(&b"ab\0c"[..]));
}

#[test]
fn a_soft_reset_forgets_the_class_and_keeps_the_files() {
    let mut device = board(firmware());
    assert_eq!(run(&mut device, "class _rp:\n _n=5\n p=-1\n def w(x):\n  pass\n_rp.w(b'1')"), "\\x04");
    super::say(&mut device, b"\x04");
    assert_eq!(run(&mut device, "_rp.w(b'2')"), raised(1, "NameError: name '_rp' isn't defined"));
    assert_eq!(device.disk().get("f"), Some(&b"1"[..]));
}

/// A lost byte inside a literal makes it shorter, a lost quote breaks it.
#[test]
fn lost_bytes_fall_as_they_fall() {
    let script = "class _rp:\n _n=5\n p=-1\n def w(x):\n  pass\n_rp.w(b'abcdef')\n";
    let literal = script.find("abcdef").unwrap();
    for (lost, expected) in [(literal + 2, Some(&b"abdef"[..])), (literal + 6, None), (literal - 1, None)] {
        let mut device = board(firmware());
        let mut garbled = String::from(script);
        garbled.remove(lost);
        let answer = super::say(&mut device, &[b"\x05A\x01", garbled.as_bytes(), b"\x04"].concat());
        assert_eq!(answer.contains("SyntaxError"), expected.is_none(), "{answer}");
        assert_eq!(device.disk().get("f"), expected);
    }
}

#[test]
fn flash_and_work_take_their_time() {
    let block = Duration::from_millis(3);
    let mut device = board(Firmware { flash: block, ..firmware() });
    device.register(Program::new(
        "work",
        [Act::Native(|machine| {
            machine.busy(Duration::from_millis(5));
            machine.print("worked\n");
            Err(Raised::os_error(5))
        })],
    ));
    // An empty file is entered, then two blocks are written.
    let script = "class _rp:\n _n=5\n p=-1\n def w(x):\n  pass\n_rp.w(b'#')\n";
    let script = script.replace('#', &"x".repeat(513));
    assert!(!run_open(&mut device, &script).ends_with('>'));
    assert_eq!(device.poll(START), Some(START + block * 3));
    assert_eq!(answer(&mut device, START + block * 3), "\\x04\\x04>");
    let answer = run_open(&mut device, "work");
    assert!(answer.ends_with("OSError: [Errno 5] EIO\\r\\n\\x04>"), "{answer}");
}

fn run_open(device: &mut Device, script: &str) -> String {
    super::say(device, &[b"\x05A\x01", script.as_bytes(), b"\x04"].concat())
}

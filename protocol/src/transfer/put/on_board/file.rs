//! A temporary file: opened, written, ended.

use crate::{Helper, transfer::sum};

/// Opens the temporary file of a target, at a position. What `C` closes is thrown away or digested next, so that it does
/// not matter what `close` says.
pub(in super::super) static OPEN: Helper = Helper {
    name: "O",
    source: concat!(
        " q=None\n",
        " p=-1\n",
        " def C():\n",
        "  try:_rp.q.close()\n",
        "  except Exception:pass\n",
        "  _rp.q=None\n",
        "  _rp.p=-1\n",
        " def O(n,t,p):\n",
        "  _rp.C()\n",
        "  _rp.N=n\n",
        "  _rp.T=t\n",
        "  _rp.q=open(t,'r+b'if p else'wb')\n",
        "  _rp.p=p\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: twins::open,
};

/// Writes bytes at their offset if they arrived whole and come next; otherwise prints where the file is. An interrupt may
/// have come between a write and the note of it: the file's own position tells. What lost its `b` is a str, of which more
/// bytes may be written than it has characters: then nothing comes next.
pub(in super::super) static WRITE: Helper = Helper {
    name: "W",
    source: concat!(
        " def W(o,n,b):\n",
        "  if o!=_rp.p or n!=len(b):return print(_rp.p)\n",
        "  if _rp.q.tell()!=o:_rp.q.seek(o)\n",
        "  if _rp.q.write(b)<n:raise OSError(28)\n",
        "  _rp.p=_rp.q.tell()\n",
    ),
    requires: &[&OPEN],
    #[cfg(feature = "testing")]
    twin: twins::write,
};

/// Closes the file, whose `close` may hide that the disk was full, and believes its digest alone; then renames it.
pub(in super::super) static END: Helper = Helper {
    name: "E",
    source: concat!(
        " def E(n,x):\n",
        "  import os\n",
        "  _rp.C()\n",
        "  r=_rp.V(_rp.T,_rp.N)==(n,x)\n",
        "  if r and _rp.T!=_rp.N:os.rename(_rp.T,_rp.N)\n",
        "  print(r)\n",
    ),
    requires: &[&OPEN, &sum::FILE],
    #[cfg(feature = "testing")]
    twin: twins::end,
};

/// Puts a small file, all in one.
pub(in super::super) static WHOLE: Helper = Helper {
    name: "M",
    source: concat!(
        " def M(n,b,x):\n",
        "  _rp.O(n,n[:n.rfind('/')+1]+'.rp-0',0)\n",
        "  _rp.W(0,len(b),b)\n",
        "  _rp.E(len(b),x)\n",
    ),
    requires: &[&WRITE, &END],
    #[cfg(feature = "testing")]
    twin: twins::whole,
};

/// Removes the temporary file.
pub(in super::super) static ABORT: Helper = Helper {
    name: "X",
    source: concat!(
        " def X(t):\n",
        "  import os\n",
        "  _rp.C()\n",
        "  try:os.remove(t)\n",
        "  except OSError:pass\n",
    ),
    requires: &[&OPEN],
    #[cfg(feature = "testing")]
    twin: twins::abort,
};

#[cfg(feature = "testing")]
pub(super) mod twins {
    use alloc::{borrow::ToOwned, format, string::String};

    use crate::{
        Value,
        testing::{Machine, Raised, arguments},
        transfer::sum,
    };

    pub(in super::super) fn position(machine: &Machine) -> i64 {
        if let Some(Value::Int(position)) = machine.state.get("p") { *position } else { -1 }
    }

    pub(in super::super) fn moved(machine: &mut Machine, position: i64) {
        machine.state.insert("p".into(), Value::Int(position));
    }

    fn held(machine: &Machine, name: &str) -> Result<String, Raised> {
        let held = machine.state.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        held.ok_or_else(|| Raised::no_attribute("type object '_rp'", name))
    }

    pub(in super::super) fn close(machine: &mut Machine) {
        if let Some(file) = machine.file.take() {
            machine.disk.close(file);
        }
        moved(machine, -1);
    }

    fn open_at(machine: &mut Machine, name: &str, temporary: &str, at: i64) -> Result<(), Raised> {
        close(machine);
        machine.state.insert("N".into(), Value::Str(name.into()));
        machine.state.insert("T".into(), Value::Str(temporary.into()));
        machine.file = Some(machine.disk.open(temporary, if at == 0 { "wb" } else { "r+b" })?);
        moved(machine, at);
        Ok(())
    }

    pub(super) fn open(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (name, temporary) = (arguments::text(given, 0)?, arguments::text(given, 1)?);
        open_at(machine, name, temporary, arguments::int(given, 2)?)
    }

    pub(super) fn write(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (offset, length) = (arguments::int(given, 0)?, arguments::int(given, 1)?);
        let (count, bytes) = arguments::sized(given, 2)?;
        if offset != position(machine) || length != count {
            let text = format!("{}\n", position(machine));
            machine.print(&text);
            return Ok(());
        }
        write_at(machine, offset, bytes)?;
        moved(machine, offset + bytes.len() as i64);
        Ok(())
    }

    pub(in super::super) fn write_at(machine: &mut Machine, offset: i64, bytes: &[u8]) -> Result<(), Raised> {
        let Some(file) = machine.file else { return Err(Raised::no_attribute("'NoneType' object", "tell")) };
        if machine.disk.tell(file)? as i64 != offset {
            machine.disk.seek(file, usize::try_from(offset).unwrap_or_default())?;
        }
        if machine.disk.write(file, bytes)? == bytes.len() { Ok(()) } else { Err(Raised::os_error(28)) }
    }

    pub(super) fn end(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        end_with(machine, arguments::int(given, 0)?, arguments::bytes(given, 1)?)
    }

    fn end_with(machine: &mut Machine, size: i64, digest: &[u8]) -> Result<(), Raised> {
        close(machine);
        let (temporary, target) = (held(machine, "T")?, held(machine, "N")?);
        let (length, found) = sum::of_file(machine, &temporary, &target)?;
        place(machine, (&temporary, &target), length as i64 == size && found.bytes() == digest)
    }

    /// Renames the temporary file over its target if it is good, and says so.
    pub(in super::super) fn place(
        machine: &mut Machine,
        (temporary, target): (&str, &str),
        good: bool,
    ) -> Result<(), Raised> {
        if good && temporary != target {
            machine.disk.rename(temporary, target)?;
        }
        machine.print(if good { "True\n" } else { "False\n" });
        Ok(())
    }

    pub(super) fn whole(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (name, bytes) = (arguments::text(given, 0)?, arguments::bytes(given, 1)?);
        let folder = &name[..name.rfind('/').map_or(0, |slash| slash + 1)];
        open_at(machine, name, &format!("{folder}.rp-0"), 0)?;
        write_at(machine, 0, bytes)?;
        end_with(machine, bytes.len() as i64, arguments::bytes(given, 2)?)
    }

    pub(super) fn abort(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        close(machine);
        // What is not there need not go.
        let _ = machine.disk.remove(arguments::text(given, 0)?);
        Ok(())
    }
}

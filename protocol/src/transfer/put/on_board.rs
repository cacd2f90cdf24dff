//! What a put runs on the board.

use crate::{Helper, transfer::hash::FILE_HASH};

/// Opens the temporary file for a target, which must not be a directory: FAT would rename over one. What `c` closes is
/// thrown away or digested next, so that it does not matter what `close` says.
pub(in crate::transfer) static OPEN: Helper = Helper {
    name: "o",
    source: concat!(
        " q=None\n",
        " p=-1\n",
        " def c():\n",
        "  try:_rp.q.close()\n",
        "  except Exception:pass\n",
        "  _rp.q=None\n",
        "  _rp.p=-1\n",
        " def o(t,q):\n",
        "  import os\n",
        "  try:d=os.stat(q)[0]&0x4000\n",
        "  except OSError as e:\n",
        "   if e.args[0]!=2:raise\n",
        "   d=0\n",
        "  if d:raise OSError(21)\n",
        "  _rp.c()\n",
        "  _rp.q=open(t,'wb')\n",
        "  _rp.p=0\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: twins::open,
};

/// Writes a chunk at its offset if it arrived whole and is the next one; one that came before is no error. Otherwise
/// prints where the file is.
/// An interrupt may have come between a write and the note of it: the file's own position tells.
pub(in crate::transfer) static WRITE: Helper = Helper {
    name: "w",
    source: concat!(
        " def w(o,n,b):\n",
        "  if n==len(b):\n",
        "   if o==_rp.p:\n",
        "    if _rp.q.tell()!=o:_rp.q.seek(o)\n",
        "    if _rp.q.write(b)!=n:raise OSError(28)\n",
        "    _rp.p+=n\n",
        "    return\n",
        "   if o+n==_rp.p:return\n",
        "  print(_rp.p)\n",
    ),
    requires: &[&OPEN],
    #[cfg(feature = "testing")]
    twin: twins::write,
};

/// Closes the file, whose `close` may hide that the disk was full, and believes its digest alone; then renames it.
/// Where that was done before, the target has the digest already, and what stands at the temporary name goes.
pub(in crate::transfer) static END: Helper = Helper {
    name: "e",
    source: concat!(
        " def e(t,q,n,k,x):\n",
        "  import os\n",
        "  _rp.c()\n",
        "  for p in(t,q):\n",
        "   try:r=_rp.f(p,k)==(n,x)\n",
        "   except OSError:r=False\n",
        "   if r:break\n",
        "  if r:os.rename(t,q)if p==t else _rp.x(t)\n",
        "  print(r)\n",
    ),
    requires: &[&ABORT, &FILE_HASH],
    #[cfg(feature = "testing")]
    twin: twins::end,
};

/// Removes the temporary file.
pub(in crate::transfer) static ABORT: Helper = Helper {
    name: "x",
    source: concat!(
        " def x(t):\n",
        "  import os\n",
        "  _rp.c()\n",
        "  try:os.remove(t)\n",
        "  except OSError:pass\n",
    ),
    requires: &[&OPEN],
    #[cfg(feature = "testing")]
    twin: twins::abort,
};

#[cfg(feature = "testing")]
mod twins {
    use alloc::format;

    use crate::{
        Value,
        testing::{Machine, Raised, arguments},
        transfer::hash,
    };

    fn position(machine: &Machine) -> i64 {
        if let Some(Value::Int(position)) = machine.state.get("p") { *position } else { -1 }
    }

    fn close(machine: &mut Machine) {
        if let Some(file) = machine.file.take() {
            machine.disk.close(file);
        }
        machine.state.insert("p".into(), Value::Int(-1));
    }

    pub(super) fn open(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        match machine.disk.stat(arguments::text(given, 1)?) {
            Ok(entry) if entry.folder => return Err(Raised::os_error(21)),
            Err(raised) if raised.errno() != Some(2) => return Err(raised),
            Ok(_) | Err(_) => {}
        }
        close(machine);
        machine.file = Some(machine.disk.open(arguments::text(given, 0)?, "wb")?);
        machine.state.insert("p".into(), Value::Int(0));
        Ok(())
    }

    pub(super) fn write(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (offset, length) = (arguments::int(given, 0)?, arguments::int(given, 1)?);
        let bytes = arguments::bytes(given, 2)?;
        let position = position(machine);
        if bytes.len() as i64 == length {
            if let (true, Some(file)) = (offset == position, machine.file) {
                if machine.disk.tell(file)? as i64 != offset {
                    machine.disk.seek(file, usize::try_from(offset).unwrap_or_default())?;
                }
                if machine.disk.write(file, bytes)? as i64 != length {
                    return Err(Raised::os_error(28));
                }
                machine.state.insert("p".into(), Value::Int(position + length));
                return Ok(());
            }
            if offset + length == position {
                return Ok(());
            }
        }
        machine.print(&format!("{position}\n"));
        Ok(())
    }

    pub(super) fn end(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (temporary, target) = (arguments::text(given, 0)?, arguments::text(given, 1)?);
        let (size, hash) = (arguments::int(given, 2)?, arguments::text(given, 4)?);
        let kind = hash::kind(arguments::text(given, 3)?);
        close(machine);
        let is_it = |machine: &mut Machine, path| {
            let found = hash::of_file(machine, path, kind);
            found.is_ok_and(|(length, found)| length as i64 == size && format!("{found}") == hash)
        };
        let moves = is_it(machine, temporary);
        let good = moves || is_it(machine, target);
        if moves {
            machine.disk.rename(temporary, target)?;
        } else if good {
            abort(machine, given)?;
        }
        machine.print(if good { "True\n" } else { "False\n" });
        Ok(())
    }

    pub(super) fn abort(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        close(machine);
        // What is not there need not go.
        let _ = machine.disk.remove(arguments::text(given, 0)?);
        Ok(())
    }
}

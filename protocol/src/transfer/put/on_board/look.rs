//! What is there before anything is sent.

use super::file::OPEN;
use crate::{Helper, transfer::sum};

/// Prints 1 where the target has this size and digest. Otherwise prints the sizes and the first bytes of the digests of
/// the target and of its temporary file (that of the temporary file over the content alone), an `OSError` as its number
/// below 0, and the block size and the free blocks of the file system.
pub(in super::super) static LOOK: Helper = Helper {
    name: "A",
    source: concat!(
        " def A(q,t,n,x):\n",
        "  import os\n",
        "  def f(p,s):\n",
        "   try:return _rp.V(p,s)\n",
        "   except OSError as e:return -e.args[0],b''\n",
        "  _rp.C()\n",
        "  a,b=f(q,q)\n",
        "  if(a,b)==(n,x):return print(1)\n",
        "  c,d=f(t,'')\n",
        "  try:s=os.statvfs(q[:q.rfind('/')+1]or'.')\n",
        "  except Exception:s=0,0,0,0,0\n",
        "  print((a,tuple(b[:8]),c,tuple(d[:8]),s[1]or s[0],s[4]))\n",
    ),
    requires: &[&OPEN, &sum::FILE],
    #[cfg(feature = "testing")]
    twin: twins::look,
};

/// Prints the free memory, without a stream: what met a `MemoryError` starts another, or none.
pub(in super::super) static FREE: Helper = Helper {
    name: "F",
    source: " def F():\n  import gc\n  _rp.D=_rp.H=None\n  gc.collect()\n  print(gc.mem_free())\n",
    requires: &[],
    #[cfg(feature = "testing")]
    twin: twins::free,
};

#[cfg(feature = "testing")]
mod twins {
    use alloc::{format, string::String, vec::Vec};

    use super::super::file::twins::close;
    use crate::{
        Value,
        testing::{Machine, Raised, arguments},
        transfer::sum,
    };

    pub(super) fn look(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (target, temporary) = (arguments::text(given, 0)?, arguments::text(given, 1)?);
        close(machine);
        let (size, digest) = found(machine, target, target)?;
        if size == arguments::int(given, 2)? && digest == arguments::bytes(given, 3)? {
            machine.print("1\n");
            return Ok(());
        }
        let (part, part_digest) = found(machine, temporary, "")?;
        let room = machine.firmware().can.statvfs.then(|| machine.disk.space().ok()).flatten();
        let (block, free) = room.map_or((0, 0), |room| (room.block, room.free));
        let line =
            format!("({size}, {}, {part}, {}, {block}, {free})\n", tuple(&digest), tuple(&part_digest));
        machine.print(&line);
        Ok(())
    }

    fn found(machine: &mut Machine, path: &str, seed: &str) -> Result<(i64, Vec<u8>), Raised> {
        match sum::of_file(machine, path, seed) {
            Ok((size, hash)) => Ok((size as i64, hash.bytes())),
            Err(raised) => {
                let errno = raised.errno().ok_or(raised)?;
                Ok((-i64::from(errno), Vec::new()))
            }
        }
    }

    fn tuple(digest: &[u8]) -> String {
        let bytes: Vec<_> = digest.iter().take(8).map(|byte| format!("{byte}")).collect();
        format!("({})", bytes.join(", "))
    }

    pub(super) fn free(machine: &mut Machine, _given: &[Value]) -> Result<(), Raised> {
        let text = format!("{}\n", machine.firmware().heap);
        machine.print(&text);
        Ok(())
    }
}

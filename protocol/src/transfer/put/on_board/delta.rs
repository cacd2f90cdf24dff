//! An old file's blocks, and a new file made of them.

use crate::{Helper, helper::Whole};

/// Prints the size of a file, and in base64 the CRC-32 of its blocks of `k` bytes from one offset to another, and behind
/// these, from the file's start on, the first bytes of the digest of its path and these blocks: files of equal checksums need
/// not be equal.
pub(in super::super) static BLOCKS: Helper = Helper {
    name: "Y",
    source: concat!(
        " def Y(p,o,e,k):\n",
        "  import binascii as a,hashlib as h\n",
        "  h=h.sha256(p)\n",
        "  r=b''\n",
        "  with open(p,'rb')as f:\n",
        "   s=f.seek(0,2)\n",
        "   f.seek(o)\n",
        "   for i in range(o,min(e,s),k):\n",
        "    b=f.read(k)\n",
        "    h.update(b)\n",
        "    r+=a.crc32(b).to_bytes(4,'big')\n",
        "  print((s,a.b2a_base64(r+h.digest()[o:16])))\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: twins::blocks,
};

/// Makes a file out of pieces of the old one, each an offset and a length, with new bytes after each. Its literals are the
/// target, the temporary name, the pieces and the digest.
pub(in crate::transfer) static PATCH: Whole = Whole {
    pieces: &[
        "class _rp:\n import os,hashlib as h\n q=",
        "\n t=",
        concat!("\n h=h.sha256(q)\n f=open(q,'rb')\n g=open(t,'wb')\n", " for o,n,b in"),
        concat!(
            ":\n  f.seek(o)\n",
            "  while n:\n",
            "   r=f.read(min(n,256))\n",
            "   n=r and n-len(r)\n",
            "   g.write(r)\n",
            "  g.write(b)\n",
            " f.close()\n",
            " g.close()\n",
            " f=open(t,'rb')\n",
            " while b or r:\n",
            "  r=b=f.read(256)\n",
            "  h.update(b)\n",
            " f.close()\n",
            " r=h.digest()[:16]==",
        ),
        "\n if r:os.rename(t,q)\n print(r)\n",
    ],
    #[cfg(feature = "testing")]
    twin: twins::patch,
};

#[cfg(feature = "testing")]
mod twins {
    use alloc::{format, vec::Vec};

    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::super::once;
    use crate::{
        DigestKind, Value,
        testing::{Machine, Raised, arguments},
        transfer::hash::Hasher,
    };

    pub(super) fn blocks(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let number = |at| arguments::int(given, at).map(|number| usize::try_from(number).unwrap_or_default());
        let (from, end, block) = (number(1)?, number(2)?, number(3)?);
        let path = arguments::text(given, 0)?;
        let bytes = arguments::file(machine, path)?;
        let range = bytes.get(from..).unwrap_or_default();
        let count = end.saturating_sub(from).min(range.len()).div_ceil(block.max(1));
        let mut hasher = Hasher::new(DigestKind::Sha256);
        hasher.update(path.as_bytes());
        let mut sums = Vec::new();
        for block in range.chunks(block.max(1)).take(count) {
            hasher.update(block);
            sums.extend(crc32fast::hash(block).to_be_bytes());
        }
        if from == 0 {
            sums.extend(hasher.finish().bytes());
        }
        machine.print(&format!("({}, b'{}\\n')\n", bytes.len(), STANDARD.encode(sums)));
        Ok(())
    }

    pub(super) fn patch(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let wrong = || Raised::new("TypeError", "wrong argument");
        let (target, temporary) = (arguments::text(given, 0)?, arguments::text(given, 1)?);
        let old = arguments::file(machine, target)?;
        let file = machine.disk.open(temporary, "wb")?;
        let Some(Value::Sequence(pieces)) = given.get(2) else { return Err(wrong()) };
        for piece in pieces {
            let Value::Sequence(piece) = piece else { return Err(wrong()) };
            let number = |at| arguments::int(piece, at).map(|n| usize::try_from(n).unwrap_or_default());
            let (offset, length) = (number(0)?, number(1)?);
            let copied = old.get(offset..).unwrap_or_default();
            machine.disk.write(file, &copied[..length.min(copied.len())])?;
            machine.disk.write(file, arguments::bytes(piece, 2)?)?;
        }
        machine.disk.close(file);
        once::twins::end(machine, (temporary, target), arguments::bytes(given, 3)?)
    }
}

//! What a get runs on the board.

use crate::Helper;

/// Prints the size of a file and where its bytes begin, the bytes, and its digest with whether the file is as it was.
///
/// After each block, which ends at a multiple of 4 KiB of the file or at its end, stands the check over everything up to
/// there. `w` names the helper that writes and `v` the one that checks. The bytes begin at `o` if the check over what is
/// before it is `s`, else at 0.
pub(in crate::transfer) static READ: Helper = Helper {
    name: "g",
    source: concat!(
        " def g(p,w,v,o,s):\n",
        "  import os\n",
        "  w=getattr(_rp,w)\n",
        "  v=getattr(_rp,v)\n",
        "  h=_rp.K()\n",
        "  d=os.stat(p)\n",
        "  n=d[6]\n",
        "  with open(p,'rb')as f:\n",
        "   if o:h,o,s=_rp.gp(f,v,o,s,n)\n",
        "   print((n,o))\n",
        "   while o<n:\n",
        "    c=f.read(min(n-o,256-o%256))\n",
        "    if not c:raise ValueError('_rp: changed')\n",
        "    h.update(c)\n",
        "    s=v(c,s)\n",
        "    o+=len(c)\n",
        "    w(c)\n",
        "    if o%4096==0 or o==n:print(s)\n",
        "  t=os.stat(p)\n",
        "  print((''.join('%02x'%c for c in h.digest()),t[6]==n and t[8]==d[8]))\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: twins::read,
};

/// What [`READ`] raises when the file ends before its size.
pub(super) const CHANGED: &str = "_rp: changed";

/// Reads the first `o` of a file's `n` bytes, and returns their digest, `o` and `s` if their check is `s`, else those of
/// nothing, at the file's start. Each 8 KiB it prints a dot, which says that it is at work.
pub(in crate::transfer) static PREFIX: Helper = Helper {
    name: "gp",
    source: concat!(
        " def gp(f,v,o,s,n):\n",
        "  h=_rp.K()\n",
        "  i=t=0\n",
        "  while i<o<=n:\n",
        "   c=f.read(min(o-i,256))\n",
        "   if not c:break\n",
        "   h.update(c)\n",
        "   t=v(c,t)\n",
        "   i+=len(c)\n",
        "   if i%8192==0:print(end='.')\n",
        "  if o<=n and t==s:return h,o,s\n",
        "  f.seek(0)\n",
        "  return _rp.K(),0,0\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: crate::testing::not_called,
};

/// Prints the digest of the first `n` bytes of a file.
pub(in crate::transfer) static AGAIN: Helper = Helper {
    name: "ga",
    source: concat!(
        " def ga(p,n):\n",
        "  with open(p,'rb')as f:print(''.join('%02x'%c for c in _rp.gp(f,lambda c,s:0,n,0,n)[0].digest()))\n",
    ),
    requires: &[&PREFIX],
    #[cfg(feature = "testing")]
    twin: twins::again,
};

/// Writes bytes as they are but for the escape.
pub(in crate::transfer) static BYTES: Helper = Helper {
    name: "gb",
    source: concat!(
        " def gb(c):\n",
        "  import sys\n",
        "  sys.stdout.buffer.write(c.replace(b'\\x10',b'\\x10\\x11').replace(b'\\4',b'\\x10\\5'))\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: crate::testing::not_called,
};

/// Writes a line of base64.
pub(in crate::transfer) static BASE64: Helper = Helper {
    name: "gt",
    source: concat!(
        " def gt(c):\n",
        "  import binascii\n",
        "  print(str(binascii.b2a_base64(c),'utf-8').strip())\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: crate::testing::not_called,
};

/// Writes a line of hex.
pub(in crate::transfer) static HEX: Helper = Helper {
    name: "gx",
    source: " def gx(c):print(''.join('%02x'%i for i in c))\n",
    requires: &[],
    #[cfg(feature = "testing")]
    twin: crate::testing::not_called,
};

/// Goes on with a CRC-32.
pub(in crate::transfer) static CRC: Helper = Helper {
    name: "gc",
    source: concat!(" def gc(c,s):\n", "  import binascii\n", "  return binascii.crc32(c,s)\n"),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: crate::testing::not_called,
};

/// Goes on with a sum, which does with 31 bits.
pub(in crate::transfer) static SUM: Helper = Helper {
    name: "gs",
    source: " def gs(c,s):return s+sum(c)&0xffffff\n",
    requires: &[],
    #[cfg(feature = "testing")]
    twin: crate::testing::not_called,
};

#[cfg(feature = "testing")]
mod twins {
    use alloc::{format, string::String};

    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::{BASE64, BYTES, CRC};
    use crate::{
        Value,
        testing::{Machine, Raised, arguments},
        transfer::{
            get::{BLOCK, carrier::ESCAPE, held::Check},
            hash::Hash,
            sum,
        },
    };

    pub(super) fn read(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (path, kind) = (arguments::text(given, 0)?, sum::kind(machine)?);
        let (carrier, offset) = (arguments::text(given, 1)?, arguments::int(given, 3)?);
        let mut check = Check::new(arguments::text(given, 2)? == CRC.name);
        machine.disk.stat(path)?;
        let bytes = arguments::file(machine, path)?;
        let mut at = usize::try_from(offset).unwrap_or_default();
        if at <= bytes.len() {
            dots(machine, at);
            check.update(&bytes[..at]);
        }
        if at > bytes.len() || i64::from(check.value()) != arguments::int(given, 4)? {
            (at, check) = (0, check.afresh());
        }
        machine.print(&format!("({}, {at})\n", bytes.len()));
        while at < bytes.len() {
            let end = bytes.len().min((at / 256 + 1) * 256);
            write(machine, carrier, &bytes[at..end])?;
            check.update(&bytes[at..end]);
            at = end;
            if at % BLOCK == 0 || at == bytes.len() {
                machine.print(&format!("{}\n", check.value()));
            }
        }
        machine.print(&format!("('{}', True)\n", Hash::of(kind, &bytes)));
        Ok(())
    }

    pub(super) fn again(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (path, kind) = (arguments::text(given, 0)?, sum::kind(machine)?);
        let bytes = arguments::file(machine, path)?;
        let most = usize::try_from(arguments::int(given, 1)?).unwrap_or_default().min(bytes.len());
        dots(machine, most);
        machine.print(&format!("{}\n", Hash::of(kind, &bytes[..most])));
        Ok(())
    }

    fn dots(machine: &mut Machine, read: usize) {
        (0..read / 8192).for_each(|_| machine.print("."));
    }

    fn write(machine: &mut Machine, carrier: &str, piece: &[u8]) -> Result<(), Raised> {
        if carrier == BYTES.name {
            return escape(machine, piece);
        }
        let line: String = if carrier == BASE64.name {
            STANDARD.encode(piece)
        } else {
            piece.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        machine.print(&format!("{line}\n"));
        Ok(())
    }

    fn escape(machine: &mut Machine, piece: &[u8]) -> Result<(), Raised> {
        if !machine.firmware().can.stdout_buffer {
            return Err(Raised::no_attribute("'FileIO' object", "buffer"));
        }
        for &byte in piece {
            match byte {
                ESCAPE | 0x04 => machine.write(&[ESCAPE, byte + 1]),
                _ => machine.write(&[byte]),
            }
        }
        Ok(())
    }
}

//! What a get runs on the board.

use crate::{Helper, transfer::hash::HASHER};

/// Prints the size, the content, and the digest of a file.
pub(in crate::transfer) static READ: Helper = Helper {
    name: "g",
    source: concat!(
        " def g(p,k,m):\n",
        "  import sys,os\n",
        "  u,x=_rp.h(k)\n",
        "  b=bytearray(256)\n",
        "  with open(p,'rb')as f:\n",
        "   n=os.stat(p)[6]\n",
        "   print(n)\n",
        "   while n>0:\n",
        "    r=min(n,f.readinto(b)or 0)\n",
        "    if not r:raise OSError(5)\n",
        "    c=bytes(b)if r==256 else bytes(b[:r])\n",
        "    u(c)\n",
        "    n-=r\n",
        "    if m==0:sys.stdout.buffer.write(c.replace(b'\\x10',b'\\x10\\x11').replace(b'\\4',b'\\x10\\5'))\n",
        "    elif m==1:\n",
        "     import binascii\n",
        "     print(str(binascii.b2a_base64(c),'utf-8').strip())\n",
        "    else:print(''.join('%02x'%i for i in c))\n",
        "  print(x())\n",
    ),
    requires: &[&HASHER],
    #[cfg(feature = "testing")]
    twin: twins::read,
};

#[cfg(feature = "testing")]
mod twins {
    use alloc::{format, string::String};

    use base64::{Engine, engine::general_purpose::STANDARD};

    use crate::{
        Value,
        testing::{Machine, Raised, arguments},
        transfer::{
            get::ESCAPE,
            hash::{self, Hash},
        },
    };

    pub(super) fn read(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let kind = hash::kind(arguments::text(given, 1)?);
        let bytes = arguments::file(machine, arguments::text(given, 0)?)?;
        machine.print(&format!("{}\n", bytes.len()));
        for piece in bytes.chunks(256) {
            match arguments::int(given, 2)? {
                0 => escape(machine, piece)?,
                1 => machine.print(&format!("{}\n", STANDARD.encode(piece))),
                _ => {
                    let hex: String = piece.iter().map(|byte| format!("{byte:02x}")).collect();
                    machine.print(&format!("{hex}\n"));
                }
            }
        }
        machine.print(&format!("{}\n", Hash::of(kind, &bytes)));
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

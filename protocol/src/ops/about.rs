use core::ops::ControlFlow;

#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised};
use crate::{
    About, Board, DigestKind, Error, Helper, Operation, Reply, Script, Stdin, Value, answer::Answer,
};

/// Prints what the board is and can do. Everything is probed by name, nothing is concluded from a version; CRC-32 by one
/// of 32 bits, which a board without long integers cannot hold.
pub(super) static ABOUT: Helper = Helper {
    name: "i",
    source: concat!(
        " def i():\n",
        "  import sys,gc\n",
        "  def m(n,a):\n",
        "   try:return hasattr(__import__(n),a)\n",
        "   except ImportError:return False\n",
        "  s=sys.implementation\n",
        "  try:\n",
        "   import machine\n",
        "   u=''.join('%02x'%c for c in machine.unique_id())\n",
        "  except Exception:u=''\n",
        "  k='adler32'\n",
        "  try:\n",
        "   import binascii\n",
        "   binascii.crc32(b'a')\n",
        "   k='crc32'\n",
        "  except Exception:pass\n",
        "  r=k=='crc32'\n",
        "  if m('hashlib','sha256')or m('hashlib','new'):k='sha256'\n",
        "  gc.collect()\n",
        "  print((s.name,'.'.join(str(c) for c in s.version[:3]),getattr(s,'_machine',''),sys.platform,u,",
        "gc.mem_free(),k,hasattr(getattr(sys,'stdout',0),'buffer'),m('binascii','b2a_base64'),",
        "m('deflate','DeflateIO'),m('os','rename'),m('os','listdir'),r))\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Asks what the board is and can do.
///
/// The session asks the same by itself when an operation first needs it ([`Board::about`]); run it to see the present
/// free memory.
#[derive(Debug)]
pub struct Info {
    answer: Answer,
}

impl Info {
    /// Returns the operation.
    #[must_use]
    pub const fn new() -> Self {
        Self { answer: Answer::new(1024) }
    }
}

impl Default for Info {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation for Info {
    type Output = About;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        script.call(&ABOUT, &[]);
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<About>, Error> {
        reply.finished()?;
        let values: [Value; 13] = self.answer.values()?;
        let text = |at: usize| values[at].as_str().map(Into::into).ok_or_else(|| self.answer.senseless());
        let digest = match values[6].as_str() {
            Some("sha256") => DigestKind::Sha256,
            Some("crc32") => DigestKind::Crc32,
            _ => DigestKind::Adler32,
        };
        Ok(ControlFlow::Break(About {
            name: text(0)?,
            version: text(1)?,
            machine: text(2)?,
            platform: text(3)?,
            unique_id: text(4)?,
            free: values[5].as_u64().unwrap_or_default(),
            digest,
            binary_output: values[7].is_true(),
            base64: values[8].is_true(),
            deflate: values[9].is_true(),
            rename: values[10].is_true(),
            files: values[11].is_true(),
            crc32: values[12].is_true(),
        }))
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, _arguments: &[Value]) -> Result<(), Raised> {
    use crate::testing::FileSystem;

    let firmware = machine.firmware().clone();
    let can = &firmware.can;
    let (major, minor, patch) = firmware.version;
    let digest = match (can.sha256 || can.hashlib_new, can.binascii) {
        (true, _) => "sha256",
        (_, true) => "crc32",
        _ => "adler32",
    };
    let bool = |value| if value { "True" } else { "False" };
    let kind = machine.disk.kind();
    machine.print(&alloc::format!(
        "('micropython', '{major}.{minor}.{patch}', '{}', 'simulated', '73696d', {}, '{digest}', {}, {}, {}, {}, {}, {})\n",
        firmware.machine,
        firmware.heap,
        bool(can.stdout_buffer),
        bool(can.binascii),
        bool(can.deflate),
        bool(kind != FileSystem::Flat),
        bool(kind != FileSystem::Missing),
        bool(can.binascii),
    ));
    Ok(())
}

//! One small file, in one script that needs nothing of the engine on the board.

use crate::helper::Whole;

/// Puts a small file: its literals are the target, the temporary name, the content and the digest.
///
/// A rename over a directory is an error on every file system: on FAT `vfs_fat.c` removes only files.
pub(in crate::transfer) static ONCE: Whole = Whole {
    pieces: &[
        "class _rp:\n import os,hashlib as h\n q=",
        "\n t=",
        "\n f=open(t,'wb');f.write(",
        ");f.close();f=open(t,'rb');h=h.sha256(q);h.update(f.read());f.close();r=h.digest()[:16]==",
        "\n if r:os.rename(t,q)\n print(r)\n",
    ],
    #[cfg(feature = "testing")]
    twin: twins::once,
};

#[cfg(feature = "testing")]
pub(super) mod twins {
    use super::super::file::twins::place;
    use crate::{
        DigestKind, Value,
        testing::{Machine, Raised, arguments},
        transfer::hash::Hasher,
    };

    pub(super) fn once(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (target, temporary) = (arguments::text(given, 0)?, arguments::text(given, 1)?);
        if !machine.firmware().can.sha256 {
            return Err(Raised::no_attribute("'module' object", "sha256"));
        }
        let file = machine.disk.open(temporary, "wb")?;
        machine.disk.write(file, arguments::bytes(given, 2)?)?;
        machine.disk.close(file);
        end(machine, (temporary, target), arguments::bytes(given, 3)?)
    }

    /// How a script that stands for itself ends a file: by its SHA-256, whatever helper digests.
    pub(in super::super) fn end(
        machine: &mut Machine,
        (temporary, target): (&str, &str),
        digest: &[u8],
    ) -> Result<(), Raised> {
        let mut hasher = Hasher::new(DigestKind::Sha256);
        hasher.update(target.as_bytes());
        hasher.update(&arguments::file(machine, temporary)?);
        place(machine, (temporary, target), hasher.finish().bytes() == digest)
    }
}

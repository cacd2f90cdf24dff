//! The helpers that digest on the board: one text for each kind, so that a board gets only what it uses.

#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments, not_called};
#[cfg(feature = "testing")]
use crate::transfer::hash::{Hash, Hasher};
use crate::{DigestKind, Helper};

/// Makes an object with `update` and `digest`, which may be called once.
const fn maker(source: &'static str) -> Helper {
    Helper {
        name: "K",
        source,
        requires: &[],
        #[cfg(feature = "testing")]
        twin: not_called,
    }
}

static SHA256: Helper = maker(
    " def K():\n  import hashlib as l\n  return l.sha256()if hasattr(l,'sha256')else l.new('sha256')\n",
);

static CRC32: Helper = maker(concat!(
    " class K:\n",
    "  d=0\n",
    "  def update(s,b):\n",
    "   import binascii\n",
    "   s.d=binascii.crc32(b,s.d)\n",
    "  def digest(s):return bytes(s.d>>i&255 for i in(24,16,8,0))\n",
));

/// Adler-32 does with 31 bits: not every board has long integers.
static ADLER32: Helper = maker(concat!(
    " class K:\n",
    "  a=1\n",
    "  b=0\n",
    "  def update(s,b):\n",
    "   for c in b:\n",
    "    s.a=(s.a+c)%65521\n",
    "    s.b=(s.b+s.a)%65521\n",
    "  def digest(s):return bytes((s.b>>8,s.b&255,s.a>>8,s.a&255))\n",
));

/// Returns the helper that [`FILE`] needs for this kind.
pub(super) const fn of(kind: DigestKind) -> &'static Helper {
    match kind {
        DigestKind::Sha256 => &SHA256,
        DigestKind::Crc32 => &CRC32,
        DigestKind::Adler32 => &ADLER32,
    }
}

/// Returns the size of a file, and the first bytes of the digest of a text and its content, 16
/// or as many as are asked for. Each 8 KiB it prints a dot, which says that it
/// is at work.
pub(super) static FILE: Helper = Helper {
    name: "V",
    source: concat!(
        " def V(p,s,k=16):\n",
        "  h=_rp.K()\n",
        "  h.update(bytes(s,'utf-8'))\n",
        "  b=bytearray(256)\n",
        "  n=0\n",
        "  with open(p,'rb')as f:\n",
        "   while 1:\n",
        "    r=f.readinto(b)\n",
        "    if not r:return n,h.digest()[:k]\n",
        "    h.update(b if r==256 else b[:r])\n",
        "    n+=r\n",
        "    if n&8191==0:print(end='.')\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: not_called,
};

/// All of them.
#[cfg(feature = "testing")]
pub(super) const HELPERS: &[&Helper] = &[&SHA256, &CRC32, &ADLER32, &FILE];

/// Returns the kind for which the board has the helper, if it can do what that needs.
#[cfg(feature = "testing")]
pub(super) fn kind(machine: &Machine) -> Result<DigestKind, Raised> {
    let source = machine.state.get("K").and_then(crate::Value::as_str);
    let kinds = [DigestKind::Sha256, DigestKind::Crc32, DigestKind::Adler32];
    let kind = kinds.into_iter().find(|kind| source == Some(of(*kind).source));
    let kind = kind.ok_or_else(|| Raised::no_attribute("type object '_rp'", "K"))?;
    let can = machine.firmware().can;
    let lacks = match kind {
        DigestKind::Sha256 => (!can.sha256 && !can.hashlib_new).then_some("no module named 'hashlib'"),
        DigestKind::Crc32 => (!can.binascii).then_some("no module named 'binascii'"),
        DigestKind::Adler32 => None,
    };
    lacks.map_or(Ok(kind), |lacks| Err(Raised::new("ImportError", lacks)))
}

/// Does what [`FILE`] does.
#[cfg(feature = "testing")]
pub(super) fn of_file(machine: &mut Machine, path: &str, seed: &str) -> Result<(u64, Hash), Raised> {
    let kind = kind(machine)?;
    let bytes = arguments::file(machine, path)?;
    (0..bytes.len() / 8192).for_each(|_| machine.print("."));
    let mut hasher = Hasher::new(kind);
    hasher.update(seed.as_bytes());
    hasher.update(&bytes);
    Ok((bytes.len() as u64, hasher.finish()))
}

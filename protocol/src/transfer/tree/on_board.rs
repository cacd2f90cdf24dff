//! What trees run on the board.

use crate::{
    DigestKind, Helper,
    ops::{MAKE_DIR, REMOVE},
};

/// The Python that digests a tree. `$start` makes `u`, which takes bytes or a str, and `$end` is the digest in hex.
///
/// Each entry counts with its path and its size (-1 for a folder) and a file with its content, so that no two trees
/// make the same bytes. Each 64 reads it prints a dot, which says that it is at work.
macro_rules! digests {
    ($name:literal, $start:expr, $end:literal) => {
        concat!(
            " def ",
            $name,
            "(p):\n",
            $start,
            "  b=bytearray(256)\n",
            "  i=0\n",
            "  s=sorted(os.listdir(p[:-1]or p))\n",
            "  while s:\n",
            "   n=s.pop()\n",
            "   if'/.rp-'in'/'+n:continue\n",
            "   t=os.stat(p+n)\n",
            "   d=t[0]&16384\n",
            "   u('%s\\0%d\\0'%(n,-1 if d else t[6]))\n",
            "   if d:\n",
            "    s+=sorted(n+'/'+e for e in os.listdir(p+n))\n",
            "    continue\n",
            "   with open(p+n,'rb')as f:\n",
            "    r=1\n",
            "    while r:\n",
            "     r=f.readinto(b)\n",
            "     u(b[:r])\n",
            "     i+=1\n",
            "     if i&63==0:print(end='.')\n",
            "  print(",
            $end,
            ")\n"
        )
    };
}

/// Returns the helper that digests a tree; only the one that the board needs travels.
pub(super) const fn tree_digest(kind: DigestKind) -> &'static Helper {
    match kind {
        DigestKind::Sha256 => &SHA256,
        DigestKind::Crc32 => &CRC32,
        DigestKind::Adler32 => &ADLER32,
    }
}

pub(super) static SHA256: Helper = Helper {
    name: "ts",
    source: digests!(
        "ts",
        "  import os,hashlib as l\n  h=getattr(l,'sha256',lambda:l.new('sha256'))()\n  u=h.update\n",
        "''.join('%02x'%c for c in h.digest())"
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: |machine, given| twins::digest(machine, given, DigestKind::Sha256),
};

pub(super) static CRC32: Helper = Helper {
    name: "tc",
    source: digests!(
        "tc",
        "  import os,binascii\n  h=[0]\n  def u(x):h[0]=binascii.crc32(x,h[0])\n",
        "'%08x'%h[0]"
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: |machine, given| twins::digest(machine, given, DigestKind::Crc32),
};

pub(super) static ADLER32: Helper = Helper {
    name: "ta",
    source: digests!(
        "ta",
        concat!(
            "  import os\n",
            "  h=[1,0]\n",
            "  def u(x):\n",
            "   for c in x if isinstance(x,bytearray)else bytes(x,'utf-8'):\n",
            "    h[0]=(h[0]+c)%65521\n",
            "    h[1]=(h[1]+h[0])%65521\n",
        ),
        "'%04x%04x'%(h[1],h[0])"
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: |machine, given| twins::digest(machine, given, DigestKind::Adler32),
};

/// Lists at most `m` entries of a tree that stand after the path `a`, each with its size (-1 for a folder) and, if `k`
/// says so, its digest, for which the script requires [`sum::FILE`](crate::transfer::sum::FILE); then whether there are more.
pub(super) static LIST_TREE: Helper = Helper {
    name: "tl",
    source: concat!(
        " def tl(p,a,k,m):\n",
        "  import os\n",
        "  def l(n):\n",
        "   x=sorted(os.listdir((p+n)[:-1]or p))\n",
        "   c=a[len(n):].split('/')[0]\n",
        "   return[n+e for e in x if not a or a[:len(n)]!=n or e<=c]\n",
        "  s=l('')\n",
        "  while s and m:\n",
        "   n=s.pop()\n",
        "   t=os.stat(p+n)\n",
        "   d=t[0]&16384\n",
        "   o='/.rp-'in'/'+n\n",
        "   if d and not o:s+=l(n+'/')\n",
        "   if a[:len(n)+1]in(n,n+'/'):continue\n",
        "   m-=1\n",
        "   x=''\n",
        "   if k and not(d or o):\n",
        "    try:x=''.join('%02x'%c for c in _rp.V(p+n,'',32)[1])\n",
        "    except OSError:pass\n",
        "   print((bytes(n,'utf-8'),-1 if d else t[6],x))\n",
        "  print(s!=[])\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: twins::list,
};

/// Makes the folders whose path stands behind a `+`, and removes what stands behind a `-`. Prints for each 0, or the
/// number of the error.
pub(super) static CHANGE_TREE: Helper = Helper {
    name: "tm",
    source: concat!(
        " def tm(*a):\n",
        "  for p in a:\n",
        "   try:\n",
        "    (_rp.m if p[0]=='+'else _rp.r)(p[1:],1)\n",
        "    e=0\n",
        "   except OSError as x:e=x.args[0]\n",
        "   print(e)\n",
    ),
    requires: &[&MAKE_DIR, &REMOVE],
    #[cfg(feature = "testing")]
    twin: twins::change,
};

/// All of them.
#[cfg(feature = "testing")]
pub(in crate::transfer) const HELPERS: &[&Helper] = &[&SHA256, &CRC32, &ADLER32, &LIST_TREE, &CHANGE_TREE];

#[cfg(feature = "testing")]
mod twins {
    use alloc::{format, string::String, vec::Vec};

    use crate::{
        DigestKind, Quoting, Value,
        ops::{MAKE_DIR, REMOVE},
        testing::{Entry, Machine, Raised, arguments},
        transfer::{
            hash::Hasher,
            sum,
            tree::path::{is_temporary, walk_order},
        },
    };

    /// Everything in a tree, as it is walked; of temporary folders not what is in them.
    fn walk(machine: &Machine, prefix: &str) -> Result<Vec<(String, Entry)>, Raised> {
        let root = prefix.strip_suffix('/').filter(|root| !root.is_empty()).unwrap_or(prefix);
        let mut folders = alloc::vec![(String::from(root), String::new())];
        let mut found = Vec::new();
        while let Some((folder, inside)) = folders.pop() {
            for entry in machine.disk.list(&folder)? {
                let path = format!("{inside}{}", entry.name);
                if entry.folder && !is_temporary(&path) {
                    folders.push((format!("{prefix}{path}"), format!("{path}/")));
                }
                found.push((path, entry));
            }
        }
        found.sort_by(|one, other| walk_order(&one.0, &other.0));
        Ok(found)
    }

    pub(super) fn digest(machine: &mut Machine, given: &[Value], kind: DigestKind) -> Result<(), Raised> {
        let prefix = arguments::text(given, 0)?;
        let (mut tree, mut reads) = (Hasher::new(kind), 0);
        for (path, entry) in walk(machine, prefix)? {
            if is_temporary(&path) {
                continue;
            }
            if entry.folder {
                tree.update(format!("{path}\0-1\0").as_bytes());
                continue;
            }
            tree.update(format!("{path}\0{}\0", entry.size).as_bytes());
            let bytes = arguments::file(machine, &format!("{prefix}{path}"))?;
            tree.update(&bytes);
            let before = reads / 64;
            reads += bytes.len().div_ceil(256) + 1;
            (before..reads / 64).for_each(|_| machine.print("."));
        }
        machine.print(&format!("{}\n", tree.finish()));
        Ok(())
    }

    pub(super) fn list(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (prefix, after) = (arguments::text(given, 0)?, arguments::text(given, 1)?);
        let (digests, most) = (arguments::int(given, 2)? != 0, arguments::int(given, 3)?);
        let mut left = walk(machine, prefix)?;
        left.retain(|(path, _)| after.is_empty() || walk_order(path, after).is_gt());
        let rest = left.split_off(left.len().min(usize::try_from(most).unwrap_or_default()));
        for (path, entry) in left {
            let mut line = alloc::vec![b'('];
            crate::quote(path.as_bytes(), Quoting::Ascii, &mut line);
            let size = if entry.folder { -1 } else { i64::try_from(entry.size).unwrap_or(i64::MAX) };
            let mut digest = String::new();
            if digests && !entry.folder && !is_temporary(&path) {
                let found = sum::of_file(machine, &format!("{prefix}{path}"), "");
                digest = found.map_or(digest, |(_, hash)| format!("{hash}"));
            }
            line.extend_from_slice(format!(", {size}, '{digest}')\n").as_bytes());
            machine.print_bytes(&line);
        }
        machine.print(if rest.is_empty() { "False\n" } else { "True\n" });
        Ok(())
    }

    pub(super) fn change(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        for at in 0..given.len() {
            let change = arguments::text(given, at)?;
            let helper = if change.starts_with('+') { &MAKE_DIR } else { &REMOVE };
            let path = change.get(1..).unwrap_or_default();
            match (helper.twin)(machine, &[Value::Str(path.into()), Value::Int(1)]) {
                Ok(()) => machine.print("0\n"),
                Err(raised) => {
                    let errno = raised.errno().ok_or(raised)?;
                    machine.print(&format!("{errno}\n"));
                }
            }
        }
        Ok(())
    }
}

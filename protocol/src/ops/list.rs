use alloc::{string::String, vec::Vec};
use core::ops::ControlFlow;

use super::{Kind, check_path, explain};
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{
    Argument, Board, Error, Helper, Operation, Refused, Reply, Script, Stdin, Value,
    answer::{Answer, senseless},
};

/// Prints a line for each entry of a directory, or for the file itself. Names go as bytes, which are the same whether
/// str is Unicode on the board or not.
pub(super) static LIST: Helper = Helper {
    name: "l",
    source: concat!(
        " def l(p):\n",
        "  import os\n",
        "  s=p and os.stat(p)\n",
        "  if s and not s[0]&0x4000:return print((bytes(p,'utf-8'),s[0],s[6]))\n",
        "  d=p if p[-1:]in('','/')else p+'/'\n",
        "  a=(p,)if p else()\n",
        "  i=getattr(os,'ilistdir',0)\n",
        "  for e in i(*a)if i else((n,)for n in os.listdir(*a)):\n",
        "   if len(e)<4:\n",
        "    s=os.stat(d+e[0])\n",
        "    e=(e[0],s[0],0,s[6])\n",
        "   print((bytes(e[0],'utf-8'),e[1],0 if e[1]&0x4000 else e[3]))\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin,
};

/// Lists a directory, or the one file at the path.
#[derive(Debug)]
pub struct List {
    path: String,
    entries: Vec<Entry>,
    /// How many bytes their names have.
    names: usize,
    line: Answer,
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its name, as the board says it: untrusted. For a file that was listed by its path, that path.
    pub name: String,
    /// Whether it is a file or a directory.
    pub kind: Kind,
    /// The size of a file in bytes; 0 for a directory, and where the board does not know it.
    pub size: u64,
}

impl List {
    /// The most entries that are kept.
    pub const LIMIT: usize = 4096;

    /// The most bytes that their names may have, all together.
    pub const NAMES: usize = 48 * 1024;

    /// Returns the operation for `path`; an empty one is the board's current directory. The entries are sorted by
    /// name.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`] if no board can have such a path.
    pub fn new(path: &str) -> Result<Self, Error> {
        check_path(path)?;
        Ok(Self { path: path.into(), entries: Vec::new(), names: 0, line: Answer::new(2048) })
    }

    fn add_line(&mut self) -> Result<(), Error> {
        let [name, mode, size] = self.line.values()?;
        let (name, mode) = text(name).zip(mode.as_u64()).ok_or_else(|| self.line.senseless())?;
        self.names += name.len();
        if self.entries.len() == Self::LIMIT {
            return Err(Refused::TooMuch { what: "entries in a directory", limit: Self::LIMIT }.into());
        }
        if self.names > Self::NAMES {
            return Err(Refused::TooMuch { what: "bytes of names in a directory", limit: Self::NAMES }.into());
        }
        self.entries.push(Entry { name, kind: Kind::of_mode(mode), size: size.as_count().unwrap_or(0) });
        self.line.clear();
        Ok(())
    }
}

pub(super) fn text(name: Value) -> Option<String> {
    match name {
        Value::Str(name) => Some(name),
        Value::Bytes(name) => Some(String::from_utf8_lossy(&name).into_owned()),
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Sequence(_) => None,
    }
}

impl Operation for List {
    type Output = Vec<Entry>;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.entries.clear();
        self.names = 0;
        self.line.clear();
        script.call(&LIST, &[Argument::Str(&self.path)]);
        Ok(())
    }

    fn output(&mut self, mut bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        while self.line.take_line(&mut bytes)? {
            self.add_line()?;
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Vec<Entry>>, Error> {
        reply.finished().map_err(|error| explain(error, &["stat", "listdir"]))?;
        if !self.line.text().is_empty() {
            return Err(senseless(self.line.text()));
        }
        self.entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(ControlFlow::Break(core::mem::take(&mut self.entries)))
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
    let path = arguments::text(given, 0)?;
    let stat = machine.disk.stat(path)?;
    let entries = if stat.folder {
        machine.disk.list(path)?
    } else {
        alloc::vec![crate::testing::Entry { name: path.into(), ..stat }]
    };
    for entry in entries {
        let mut line = alloc::vec![b'('];
        crate::quote(entry.name.as_bytes(), crate::Quoting::Ascii, &mut line);
        let mode = if entry.folder { 0x4000 } else { 0x8000 };
        line.extend_from_slice(alloc::format!(", {mode}, {})\n", entry.size).as_bytes());
        machine.print_bytes(&line);
    }
    Ok(())
}

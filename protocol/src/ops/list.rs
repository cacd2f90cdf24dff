use alloc::{string::String, vec::Vec};
use core::ops::ControlFlow;

use super::{Kind, check_path, explain};
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{
    Argument, Board, Error, Helper, Operation, Refused, Reply, Script, Stdin, Value,
    answer::{Answer, senseless},
};

/// Prints a line for each entry of a directory, or for the file itself.
pub(super) static LIST: Helper = Helper {
    name: "l",
    source: concat!(
        " def l(p):\n",
        "  import os\n",
        "  s=p and os.stat(p)\n",
        "  if s and not s[0]&0x4000:return print((p,s[0],s[6]))\n",
        "  d=p if p[-1:]in('','/')else p+'/'\n",
        "  a=(p,)if p else()\n",
        "  i=getattr(os,'ilistdir',0)\n",
        "  for e in i(*a)if i else((n,)for n in os.listdir(*a)):\n",
        "   if len(e)<4:\n",
        "    s=os.stat(d+e[0])\n",
        "    e=(e[0],s[0],0,s[6])\n",
        "   print((e[0],e[1],0 if e[1]&0x4000 else e[3]))\n",
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
    /// The size of a file in bytes, 0 for a directory.
    pub size: u64,
}

impl List {
    /// The most entries that are kept.
    pub const LIMIT: usize = 4096;

    /// Returns the operation for `path`; an empty one is the board's current directory. The entries are sorted by
    /// name.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`] if no board can have such a path.
    pub fn new(path: &str) -> Result<Self, Error> {
        check_path(path)?;
        Ok(Self { path: path.into(), entries: Vec::new(), line: Answer::new(2048) })
    }

    fn add_line(&mut self) -> Result<(), Error> {
        let values: [Value; 3] = self.line.values()?;
        let entry = match &values {
            [Value::Str(name), mode, size] => mode.as_u64().zip(size.as_u64()).map(|(mode, size)| Entry {
                name: name.clone(),
                kind: Kind::of_mode(mode),
                size,
            }),
            _ => None,
        };
        if self.entries.len() == Self::LIMIT {
            return Err(Refused::TooMuch { what: "entries in a directory", limit: Self::LIMIT }.into());
        }
        self.entries.push(entry.ok_or_else(|| self.line.senseless())?);
        self.line.clear();
        Ok(())
    }
}

impl Operation for List {
    type Output = Vec<Entry>;

    fn script(&mut self, _board: &Board, script: &mut Script) -> Result<(), Error> {
        self.entries.clear();
        self.line.clear();
        script.call(&LIST, &[Argument::Str(&self.path)]);
        Ok(())
    }

    fn output(&mut self, mut bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            self.line.add(&bytes[..end])?;
            self.add_line()?;
            bytes = &bytes[end + 1..];
        }
        self.line.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<Vec<Entry>>, Error> {
        reply.finished().map_err(|error| explain(error, &self.path))?;
        if !self.line.text().is_empty() {
            return Err(senseless(self.line.text()));
        }
        self.entries.sort_by(|one, other| one.name.cmp(&other.name));
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
        crate::quote_str(&entry.name, &mut line);
        let mode = if entry.folder { 0x4000 } else { 0x8000 };
        line.extend_from_slice(alloc::format!(", {mode}, {})\n", entry.size).as_bytes());
        machine.print_bytes(&line);
    }
    Ok(())
}

use alloc::string::String;
use core::ops::ControlFlow;

use super::{sum, temporary};
#[cfg(feature = "testing")]
use crate::testing::{Machine, Raised, arguments};
use crate::{
    Argument, Board, Error, Helper, Needs, Operation, Reply, Script, Stdin, Value,
    answer::Answer,
    ops::{check_path, explain},
};

/// Copies a file to a temporary name, compares their digests, and renames it over the target. Each 8 KiB it prints a dot.
pub(super) static COPY: Helper = Helper {
    name: "j",
    source: concat!(
        " def j(p,q,t):\n",
        "  import os\n",
        "  b=bytearray(256)\n",
        "  n=0\n",
        "  with open(p,'rb')as i:\n",
        "   try:\n",
        "    with open(t,'wb')as o:\n",
        "     while 1:\n",
        "      k=i.readinto(b)\n",
        "      if not k:break\n",
        "      if o.write(b if k==256 else b[:k])<k:raise OSError(28)\n",
        "      n+=k\n",
        "      if n&8191==0:print(end='.')\n",
        "    if _rp.V(p,'')!=_rp.V(t,''):raise OSError(5)\n",
        "    os.rename(t,q)\n",
        "   except OSError:\n",
        "    try:os.remove(t)\n",
        "    except OSError:pass\n",
        "    raise\n",
        "  print(n)\n",
    ),
    requires: &[&sum::FILE],
    #[cfg(feature = "testing")]
    twin,
};

/// Copies a file of the board to another path there, whole or not at all, and results in its size. Its bytes do not travel.
///
/// A file that stands at the new path is replaced, with a gap on FAT as for a put; a directory there must be
/// looked for first ([`Stat`](crate::Stat)), since on FAT a rename can replace it. A copy that was cut off leaves a temporary file `.rp-0` beside the
/// target, which the next one there replaces.
#[derive(Debug)]
pub struct CopyFile {
    from: String,
    to: String,
    temporary: String,
    answer: Answer,
}

impl CopyFile {
    /// Returns the operation.
    ///
    /// # Errors
    ///
    /// [`Refused::Path`](crate::Refused::Path) if no board can have such a path.
    pub fn new(from: &str, to: &str) -> Result<Self, Error> {
        check_path(from)?;
        check_path(to)?;
        Ok(Self {
            from: from.into(),
            to: to.into(),
            temporary: temporary::brief(to),
            answer: Answer::past_dots(64),
        })
    }
}

impl Operation for CopyFile {
    type Output = u64;

    fn needs(&self) -> Needs {
        Needs::ABOUT
    }

    fn script(&mut self, board: &Board, script: &mut Script) -> Result<(), Error> {
        self.answer.clear();
        script.require(sum::of(board.about().map(|about| about.digest).unwrap_or_default()));
        let paths = [&*self.from, &*self.to, &*self.temporary];
        script.call(&COPY, &paths.map(Argument::Str));
        Ok(())
    }

    fn output(&mut self, bytes: &[u8], _stdin: &mut Stdin) -> Result<(), Error> {
        self.answer.add(bytes)
    }

    fn reply(&mut self, reply: Reply) -> Result<ControlFlow<u64>, Error> {
        reply.finished().map_err(|error| explain(error, &["rename"]))?;
        let size = self.answer.value()?.as_u64().ok_or_else(|| self.answer.senseless())?;
        Ok(ControlFlow::Break(size))
    }
}

#[cfg(feature = "testing")]
fn twin(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
    let [from, to, temporary] = [0, 1, 2].map(|at| arguments::text(given, at).map(String::from));
    let (from, to, temporary) = (from?, to?, temporary?);
    let bytes = arguments::file(machine, &from)?;
    (0..bytes.len() / 8192).for_each(|_| machine.print("."));
    let copied =
        copied(machine, &bytes, &from, &temporary).and_then(|()| machine.disk.rename(&temporary, &to));
    if let Err(raised) = copied {
        // It may not have come to be.
        let _ = machine.disk.remove(&temporary);
        return Err(raised);
    }
    machine.print(&alloc::format!("{}\n", bytes.len()));
    Ok(())
}

#[cfg(feature = "testing")]
fn copied(machine: &mut Machine, bytes: &[u8], from: &str, temporary: &str) -> Result<(), Raised> {
    let file = machine.disk.open(temporary, "wb")?;
    let written = machine.disk.write(file, bytes);
    machine.disk.close(file);
    written?;
    let same = sum::of_file(machine, from, "")? == sum::of_file(machine, temporary, "")?;
    if same { Ok(()) } else { Err(Raised::os_error(5)) }
}

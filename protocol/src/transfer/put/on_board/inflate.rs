//! The deflate stream: one for the connection, whose window lives from chunk to chunk and from file to file.

use super::file::OPEN;
use crate::Helper;

/// Starts the stream with its first bytes, of which one comes out: the window is allocated at the first read. If it left no
/// room for `r` bytes, no script could be compiled any more, not even one that ends the stream.
pub(in super::super) static STREAM: Helper = Helper {
    name: "I",
    source: concat!(
        " D=None\n",
        " def I(w,r,b):\n",
        "  import io,deflate,gc\n",
        "  _rp.D=_rp.H=None\n",
        "  gc.collect()\n",
        "  s=_rp.H=io.BytesIO(b)\n",
        "  _rp.L=len(b)\n",
        "  s=deflate.DeflateIO(s,deflate.RAW,w)\n",
        "  s.read(1)\n",
        "  bytearray(r)\n",
        "  _rp.D=s\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: twins::stream,
};

/// Appends bytes to what the stream has not read yet; says whether they arrived whole. A `BytesIO` does not shrink, so its
/// logical end is remembered.
pub(in super::super) static APPEND: Helper = Helper {
    name: "S",
    source: concat!(
        " def S(n,b):\n",
        "  if not _rp.D or n!=len(b):return\n",
        "  s=_rp.H\n",
        "  r=s.read(_rp.L-s.tell())\n",
        "  s.seek(0)\n",
        "  s.write(r)\n",
        "  s.write(b)\n",
        "  s.seek(0)\n",
        "  _rp.L=len(r)+n\n",
        "  return 1\n",
    ),
    requires: &[&STREAM],
    #[cfg(feature = "testing")]
    twin: twins::append_alone,
};

/// Inflates so many bytes out of these and writes them at their offset, if that comes next; otherwise prints where the
/// file is. A stream that cannot be read is as good as lost.
pub(in super::super) static INFLATE: Helper = Helper {
    name: "U",
    source: concat!(
        " def U(o,n,k,b):\n",
        "  if o!=_rp.p or not _rp.S(k,b):return print(_rp.p)\n",
        "  f=_rp.q\n",
        "  if f.tell()!=o:f.seek(o)\n",
        "  b=memoryview(bytearray(256))\n",
        "  while n:\n",
        "   try:k=_rp.D.readinto(b[:min(n,256)])\n",
        "   except OSError:k=0\n",
        "   if not k:\n",
        "    _rp.D=None\n",
        "    return print(-2)\n",
        "   if f.write(b[:k])!=k:raise OSError(28)\n",
        "   n-=k\n",
        "   o+=k\n",
        "  _rp.p=o\n",
    ),
    requires: &[&OPEN, &APPEND],
    #[cfg(feature = "testing")]
    twin: twins::inflate,
};

#[cfg(feature = "testing")]
mod twins {
    use alloc::{format, vec::Vec};

    use flate2::{Decompress, FlushDecompress};

    use super::super::file::twins::{moved, position, write_at};
    use crate::{
        Value,
        testing::{Machine, Raised, arguments},
    };

    /// What stands for `_rp.D` and `_rp.H`.
    struct Stream {
        inflater: Decompress,
        unread: Vec<u8>,
    }

    impl Stream {
        /// Fills `out`; fewer bytes come where the stream ends or makes no sense.
        fn read(&mut self, out: &mut [u8]) -> usize {
            let mut filled = 0;
            while filled < out.len() {
                let (before, came) = (self.inflater.total_in(), self.inflater.total_out());
                let done = self.inflater.decompress(&self.unread, &mut out[filled..], FlushDecompress::None);
                let taken = (self.inflater.total_in() - before) as usize;
                let came = (self.inflater.total_out() - came) as usize;
                self.unread.drain(..taken);
                filled += came;
                if done.is_err() || (came == 0 && taken == 0) {
                    break;
                }
            }
            filled
        }
    }

    pub(super) fn stream(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let window = u8::try_from(arguments::int(given, 0)?).unwrap_or_default().clamp(9, 15);
        machine.take_object::<Stream>("stream");
        if !machine.firmware().can.deflate {
            return Err(Raised::new("ImportError", "no module named 'deflate'"));
        }
        // The window, what the inflater needs besides (measured on a real board), and the room.
        let needs = (1 << window) + 2816 + usize::try_from(arguments::int(given, 1)?).unwrap_or_default();
        if needs > machine.firmware().heap {
            return Err(Raised::memory_error(1 << window));
        }
        let inflater = Decompress::new_with_window_bits(false, window);
        let mut stream = Stream { inflater, unread: arguments::bytes(given, 2)?.into() };
        stream.read(&mut [0]);
        machine.object("stream", || stream);
        Ok(())
    }

    fn append(machine: &mut Machine, given: &[Value], at: usize) -> Result<bool, Raised> {
        let (length, (count, bytes)) = (arguments::int(given, at)?, arguments::sized(given, at + 1)?);
        let Some(mut stream) = machine.take_object::<Stream>("stream") else { return Ok(false) };
        let whole = length == count;
        if whole {
            // What is beyond the logical end is not read.
            stream.unread.extend(bytes.iter().take(usize::try_from(length).unwrap_or_default()));
        }
        machine.object("stream", || stream);
        Ok(whole)
    }

    pub(super) fn append_alone(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        append(machine, given, 0).map(drop)
    }

    pub(super) fn inflate(machine: &mut Machine, given: &[Value]) -> Result<(), Raised> {
        let (mut offset, mut left) = (arguments::int(given, 0)?, arguments::int(given, 1)?);
        if offset != position(machine) || !append(machine, given, 2)? {
            let text = format!("{}\n", position(machine));
            machine.print(&text);
            return Ok(());
        }
        while left > 0 {
            let mut piece = [0; 256];
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(256);
            let Some(mut stream) = machine.take_object::<Stream>("stream") else { return Ok(()) };
            let came = stream.read(&mut piece[..most]);
            if came == 0 {
                machine.print("-2\n");
                return Ok(());
            }
            machine.object("stream", || stream);
            write_at(machine, offset, &piece[..came])?;
            (offset, left) = (offset + came as i64, left - came as i64);
        }
        moved(machine, offset);
        Ok(())
    }
}

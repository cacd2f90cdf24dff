use alloc::vec::Vec;

use bytes::Bytes;

use crate::{Error, Refused};

/// Where a [`Put`](crate::Put) takes a file from. It is read a chunk at a time, and perhaps again from the start.
pub trait Source {
    /// Returns its size in bytes.
    ///
    /// # Errors
    ///
    /// Any error ends the put; [`Refused::Local`] carries a message.
    fn size(&mut self) -> Result<u64, Error>;

    /// Reads at `offset`; fills `buffer` from its start and returns how many bytes there were, 0 at the end.
    ///
    /// # Errors
    ///
    /// Any error ends the put; [`Refused::Local`] carries a message.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error>;
}

/// Where a [`Get`](crate::Get) writes a file to.
pub trait Sink {
    /// Begins: the file has `size` bytes, and the first `kept` are here, never more than [`held`](Self::held) said.
    /// Everything beyond them is void, and what is written follows them. It comes again when the get is run again, and with
    /// 0 and 0 when what is here has turned out to be wrong.
    ///
    /// # Errors
    ///
    /// Any error ends the get; [`Refused::Local`] carries a message.
    fn start(&mut self, size: u64, kept: u64) -> Result<(), Error>;

    /// Takes the next bytes, 4 KiB at most, of which the board's check has agreed.
    ///
    /// # Errors
    ///
    /// Any error interrupts the board and ends the get; [`Refused::Local`] carries a message.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error>;

    /// Returns how many bytes it holds from a get that was cut off, right or wrong: the board is asked. Nothing by
    /// default, and then each run begins at the start.
    ///
    /// # Errors
    ///
    /// Any error ends the get; [`Refused::Local`] carries a message.
    fn held(&mut self) -> Result<u64, Error> {
        Ok(0)
    }

    /// Reads what it holds at `offset`; fills `buffer` from its start and returns how many bytes there were. 0 says that it
    /// cannot be read: the get goes on from before `offset` then. A get that wrote those bytes itself does not ask.
    ///
    /// # Errors
    ///
    /// Any error ends the get; [`Refused::Local`] carries a message.
    fn read_back(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let _ = (offset, buffer);
        Ok(0)
    }
}

impl Source for &[u8] {
    fn size(&mut self) -> Result<u64, Error> {
        Ok(self.len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}

impl Source for Bytes {
    fn size(&mut self) -> Result<u64, Error> {
        (&self[..]).size()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (&self[..]).read_at(offset, buffer)
    }
}

impl Source for Vec<u8> {
    fn size(&mut self) -> Result<u64, Error> {
        (&self[..]).size()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (&self[..]).read_at(offset, buffer)
    }
}

impl<S: Source + ?Sized> Source for &mut S {
    fn size(&mut self) -> Result<u64, Error> {
        (**self).size()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (**self).read_at(offset, buffer)
    }
}

impl Sink for Vec<u8> {
    fn start(&mut self, _size: u64, kept: u64) -> Result<(), Error> {
        self.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    fn held(&mut self) -> Result<u64, Error> {
        Ok(self.len() as u64)
    }

    fn read_back(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (&self[..]).read_at(offset, buffer)
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn start(&mut self, size: u64, kept: u64) -> Result<(), Error> {
        (**self).start(size, kept)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        (**self).write(bytes)
    }

    fn held(&mut self) -> Result<u64, Error> {
        (**self).held()
    }

    fn read_back(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (**self).read_back(offset, buffer)
    }
}

/// Fills `buffer` from `offset` on.
pub(super) fn read_exact(source: &mut impl Source, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
    let mut filled = 0;
    while filled < buffer.len() {
        let n = source.read_at(offset + filled as u64, &mut buffer[filled..])?;
        if n == 0 {
            return Err(Refused::Changed.into());
        }
        filled += n.min(buffer.len() - filled);
    }
    Ok(())
}

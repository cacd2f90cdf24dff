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
    /// Begins: `size` bytes follow. It comes again when the get is run again, and then what was written is void.
    ///
    /// # Errors
    ///
    /// Any error ends the get; [`Refused::Local`] carries a message.
    fn start(&mut self, size: u64) -> Result<(), Error>;

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// Any error interrupts the board and ends the get; [`Refused::Local`] carries a message.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error>;
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
    fn start(&mut self, _size: u64) -> Result<(), Error> {
        self.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn start(&mut self, size: u64) -> Result<(), Error> {
        (**self).start(size)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        (**self).write(bytes)
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

//! Local files as sources and sinks.

use alloc::format;
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

use super::{Sink, Source};
use crate::{Error, Refused};

impl Source for File {
    fn size(&mut self) -> Result<u64, Error> {
        self.metadata().map(|metadata| metadata.len()).map_err(local)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.seek(SeekFrom::Start(offset)).map_err(local)?;
        loop {
            match self.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(local),
            }
        }
    }
}

/// What it holds is its content, so an empty file begins at the start. One that is not open for reading too goes on only
/// within the same get.
impl Sink for File {
    fn start(&mut self, _size: u64, kept: u64) -> Result<(), Error> {
        self.set_len(kept).and_then(|()| self.seek(SeekFrom::Start(kept))).map(drop).map_err(local)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write_all(bytes).map_err(local)
    }

    fn held(&mut self) -> Result<u64, Error> {
        Source::size(self)
    }

    fn read_back(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        // It cannot be read: nothing is lost but time.
        Ok(self.read_at(offset, buffer).unwrap_or(0))
    }
}

fn local(error: io::Error) -> Error {
    Refused::Local(format!("the local file: {error}")).into()
}

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

impl Sink for File {
    fn start(&mut self, _size: u64) -> Result<(), Error> {
        self.set_len(0).and_then(|()| self.rewind()).map_err(local)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write_all(bytes).map_err(local)
    }
}

fn local(error: io::Error) -> Error {
    Refused::Local(format!("the local file: {error}")).into()
}

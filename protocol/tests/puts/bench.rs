//! Contents, and a board to put them on.

use rawpaste::{
    Error, Files, Operation, Placed, Plan, Put, Refused, Session,
    testing::{Bench, Firmware, LinkShape, Manner, drive},
};

/// What a put comes to that found nothing.
pub(crate) const WRITTEN: Placed = Placed::Written { resumed: 0 };

/// Text that shrinks, as a program does.
pub(crate) fn text(length: usize) -> Vec<u8> {
    let lines =
        (0..).flat_map(|line| format!("    value = self.read(0x{:x})\n", line * 7919 % 4093).into_bytes());
    lines.take(length).collect()
}

pub(crate) fn put(content: &[u8]) -> Put<Vec<u8>> {
    Put::new(content.to_vec(), "f").expect("a path")
}

pub(crate) fn bench(firmware: Firmware) -> Bench {
    Bench::new(firmware, LinkShape::default())
}

pub(crate) fn run<O: Operation>(
    session: &mut Session,
    bench: &mut Bench,
    operation: O,
) -> Result<O::Output, Error> {
    drive(session, bench, operation, &Manner::default()).result.expect("not cancelled")
}

/// The names of the temporary files on the board.
pub(crate) fn temporary(bench: &Bench) -> Vec<String> {
    let files = bench.device.disk().files();
    files.map(|(name, _)| name.to_owned()).filter(|name| name.contains(".rp-")).collect()
}

/// Files in memory. One without content cannot be read.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) files: Vec<Option<Vec<u8>>>,
    /// How each was to travel, each time that it was begun.
    pub(crate) plans: Vec<Plan>,
    /// What the host knows of each old file.
    pub(crate) known: Option<Vec<u8>>,
}

impl Contents {
    pub(crate) fn new(files: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self { files: files.into_iter().map(Some).collect(), ..Self::default() }
    }

    fn get(&self, index: usize) -> Result<&[u8], Error> {
        let file = self.files[index].as_deref();
        file.ok_or_else(|| Refused::Local("a file that went away".into()).into())
    }
}

impl Files for Contents {
    fn size(&mut self, index: usize) -> Result<u64, Error> {
        self.get(index).map(|file| file.len() as u64)
    }

    fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        use rawpaste::Source;
        self.get(index)?.read_at(offset, buffer)
    }

    fn known(&mut self, _index: usize) -> Option<Vec<u8>> {
        self.known.clone()
    }

    fn planned(&mut self, _index: usize, plan: &Plan) {
        self.plans.push(plan.clone());
    }
}

use alloc::{boxed::Box, collections::BTreeMap, string::String, vec::Vec};
use core::{any::Any, fmt, time::Duration};

use crate::{
    literal::Value,
    testing::{Disk, Firmware, Handle},
};

/// The simulated board as a helper's twin sees it.
pub struct Machine {
    /// The files.
    pub disk: Disk,
    /// Attributes of `_rp`. A definition's ` NAME=LITERAL` lines arrive here, and under a helper's name its source; gone
    /// when `_rp` is.
    pub state: BTreeMap<String, Value>,
    /// The file that stays open from call to call.
    pub file: Option<Handle>,
    /// What its clock shows: year, month, day, weekday, hour, minute, second. It stands still.
    pub clock: [i64; 7],
    objects: BTreeMap<&'static str, Box<dyn Any + Send>>,
    firmware: Firmware,
    output: Vec<u8>,
    busy: Duration,
}

impl Machine {
    pub(crate) fn new(firmware: Firmware) -> Self {
        let mut disk = Disk::new(firmware.file_system, firmware.disk);
        disk.set_read_only(firmware.read_only);
        Self {
            disk,
            state: BTreeMap::new(),
            file: None,
            clock: [2000, 1, 1, 5, 0, 0, 0],
            objects: BTreeMap::new(),
            firmware,
            output: Vec::new(),
            busy: Duration::ZERO,
        }
    }

    /// Prints `text` as it is; the newline that Python's `print` adds is the caller's. Newlines are cooked as the
    /// firmware does it.
    pub fn print(&mut self, text: &str) {
        self.print_bytes(text.as_bytes());
    }

    /// Prints bytes that need not be UTF-8, as [`print`](Self::print) does.
    pub fn print_bytes(&mut self, text: &[u8]) {
        for &byte in text {
            if byte == b'\n' && self.firmware.cooked {
                self.output.push(b'\r');
            }
            self.output.push(byte);
        }
    }

    /// Writes bytes unchanged, as `sys.stdout.buffer.write` does.
    pub fn write(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    /// Returns what the board is like.
    #[must_use]
    pub const fn firmware(&self) -> &Firmware {
        &self.firmware
    }

    /// Lets the call take this much longer; a `^C` waits for it.
    pub fn busy(&mut self, time: Duration) {
        self.busy += time;
    }

    /// Returns an object that lives as long as `_rp` does, made by `default` when there is none of this name and
    /// type: a hash, a stream of inflated data.
    pub fn object<T: Send + 'static>(&mut self, name: &'static str, default: impl FnOnce() -> T) -> &mut T {
        let mut found = self.objects.remove(name).and_then(|object| object.downcast::<T>().ok());
        let object = found.take().unwrap_or_else(|| Box::new(default()));
        let slot = self.objects.entry(name).or_insert(object);
        match slot.downcast_mut::<T>() {
            Some(object) => object,
            // The entry was removed above, so what stands there is the `T` just put in.
            None => unreachable!("an object of another type"),
        }
    }

    /// Takes such an object away, if there is one of this name and type.
    pub fn take_object<T: Send + 'static>(&mut self, name: &'static str) -> Option<T> {
        Some(*self.objects.remove(name)?.downcast::<T>().ok()?)
    }

    /// Forgets what belongs to `_rp`; its open files are closed, as finalisers do.
    pub(crate) fn forget(&mut self) {
        self.state.clear();
        self.objects.clear();
        self.file = None;
        self.disk.close_all();
    }

    /// Forgets everything but what the disk has on it.
    pub(crate) fn reset(&mut self) {
        self.state.clear();
        self.objects.clear();
        self.file = None;
        self.disk.lose_open();
    }

    pub(crate) const fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    pub(crate) fn backlog(&self) -> usize {
        self.output.len()
    }

    /// Returns how long the work since the last question took.
    pub(crate) fn take_busy(&mut self) -> Duration {
        let blocks = u32::try_from(self.disk.take_written()).unwrap_or(u32::MAX);
        core::mem::take(&mut self.busy) + self.firmware.flash.saturating_mul(blocks)
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("state", &self.state)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

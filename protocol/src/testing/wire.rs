use alloc::vec::Vec;
use core::time::Duration;

use crate::{
    Instant,
    testing::{
        Device, Direction, Fault,
        lane::{Lane, Load},
    },
};

/// How fast a link is. Both ways are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkShape {
    /// Bytes a second; none for a link that takes everything at once.
    pub rate: Option<u32>,
    /// How long a byte is on its way, besides.
    pub delay: Duration,
}

impl LinkShape {
    /// A UART at 115200 baud, with 1 ms each way.
    #[must_use]
    pub const fn uart() -> Self {
        Self { rate: Some(11_520), delay: Duration::from_millis(1) }
    }

    /// Full-speed USB: a million bytes a second, with 1 ms each way.
    #[must_use]
    pub const fn usb() -> Self {
        Self { rate: Some(1_000_000), delay: Duration::from_millis(1) }
    }

    /// Returns how many bytes of one write arrive together: all on a link without a rate, one on a slow link, a USB
    /// packet of 64 from 100,000 bytes a second on.
    pub(crate) const fn packet(&self) -> usize {
        match self.rate {
            None => usize::MAX,
            Some(..100_000) => 1,
            Some(_) => 64,
        }
    }
}

/// A link between the host and a [`Device`], on virtual time.
///
/// Each way holds at most 4 KiB at either end, as a pipe does: then [`send`](Self::send) takes less, or the board stands
/// still. The loop is: `send`, [`deliver`](Self::deliver), [`receive`](Self::receive), and on to
/// [`next_event`](Self::next_event).
#[derive(Debug)]
pub struct Wire {
    up: Lane,
    down: Lane,
    /// When the board wants to be polled.
    wakes: Option<Instant>,
    /// The board did not take what has arrived.
    refused: bool,
    ended: bool,
    received: u64,
    /// No fault was ever added.
    sound: bool,
}

impl Wire {
    /// Returns a link in good order.
    #[must_use]
    pub fn new(shape: LinkShape) -> Self {
        Self::with_faults(shape, [])
    }

    /// Returns a link on which things go wrong.
    #[must_use]
    pub fn with_faults(shape: LinkShape, faults: impl IntoIterator<Item = Fault>) -> Self {
        let mut wire = Self {
            up: Lane::new(shape),
            down: Lane::new(shape),
            wakes: Some(Instant::EPOCH),
            refused: false,
            ended: false,
            received: 0,
            sound: true,
        };
        for fault in faults {
            wire.add(fault);
        }
        wire
    }

    /// Adds a fault to come. Its offset counts from the link's beginning: [`sent`](Self::sent) and
    /// [`answered`](Self::answered) say how far it is.
    pub fn add(&mut self, fault: Fault) {
        self.sound = false;
        match fault.direction {
            Direction::Up => self.up.add(fault.at, fault.trouble),
            Direction::Down => self.down.add(fault.at, fault.trouble),
        }
    }

    /// The host writes; returns how many bytes the link took, 0 when 4 KiB wait or it is cut.
    pub fn send(&mut self, now: Instant, bytes: &[u8]) -> usize {
        if self.ended { 0 } else { self.up.push(now, bytes) }
    }

    /// Moves everything that is due by now, both ways, in the order of its time, and lets the board work.
    pub fn deliver(&mut self, now: Instant, device: &mut Device) {
        let mut time = self.due().unwrap_or(now).min(now);
        loop {
            self.step(time, device);
            match self.due() {
                Some(next) if time < next && next <= now => time = next,
                _ if time < now => time = now,
                _ => return,
            }
        }
    }

    /// Appends to `out` at most `limit` bytes that have arrived at the host; returns how many.
    pub fn receive(&mut self, now: Instant, limit: usize, out: &mut Vec<u8>) -> usize {
        let before = out.len();
        while !self.ended && out.len() - before < limit {
            let taken = match self.down.front(now) {
                Some(Load::Bytes(bytes)) => {
                    let taken = bytes.len().min(limit - (out.len() - before));
                    out.extend(bytes.iter().take(taken));
                    taken
                }
                // `step` has taken it out.
                Some(Load::Reset) | None => break,
                Some(Load::End) => {
                    self.cut();
                    break;
                }
            };
            self.down.took(taken);
            // The board may have waited for room.
            self.wakes = Some(self.wakes.map_or(now, |wakes| wakes.min(now)));
        }
        let received = out.len() - before;
        self.received += received as u64;
        received
    }

    /// Returns when something happens next of which nobody knows yet: a byte arrives somewhere, or the board wakes.
    /// Nothing: board and link wait for the host.
    #[must_use]
    pub fn next_event(&self, now: Instant) -> Option<Instant> {
        let next = [self.due(), self.down.arrival_after(now)].into_iter().flatten().min();
        next.filter(|_| !self.ended).map(|next| next.max(now))
    }

    /// Says whether the link was cut: after what [`receive`](Self::receive) has returned comes the end of the file.
    #[must_use]
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// Says whether nothing goes wrong on it.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.sound
    }

    /// Returns how many bytes the host has put on it.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        self.up.entered()
    }

    /// Returns how many bytes the board has put on it.
    #[must_use]
    pub const fn answered(&self) -> u64 {
        self.down.entered()
    }

    /// Returns how many bytes the host has taken off it.
    #[must_use]
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// Returns when the board has something to do.
    fn due(&self) -> Option<Instant> {
        let arrival = self.up.next().filter(|_| !self.refused);
        [arrival, self.wakes].into_iter().flatten().min()
    }

    /// Lets everything happen that happens at this moment.
    fn step(&mut self, time: Instant, device: &mut Device) {
        loop {
            let up = self.offer(time, device);
            self.wakes = device.poll(time);
            let down = self.collect(time, device);
            if self.ended || !(up || down) {
                return;
            }
        }
    }

    /// Offers the board what has arrived; says whether it took anything.
    fn offer(&mut self, time: Instant, device: &mut Device) -> bool {
        let mut moved = false;
        self.refused = false;
        while let Some(load) = self.up.front(time) {
            let taken = match load {
                Load::Bytes(bytes) => {
                    let taken = device.received(time, bytes.make_contiguous());
                    self.refused = taken < bytes.len();
                    taken
                }
                Load::Reset => {
                    // What the board has said by then is on its way.
                    self.collect(time, device);
                    device.reset(time);
                    0
                }
                Load::End => {
                    self.cut();
                    return true;
                }
            };
            moved |= taken > 0;
            if self.refused && taken == 0 {
                return moved;
            }
            self.up.took(taken);
        }
        moved
    }

    /// Takes what the board says, as far as there is room; says whether it was anything.
    fn collect(&mut self, time: Instant, device: &mut Device) -> bool {
        let output = device.take_output_up_to(self.down.room(time));
        let pushed = self.down.push(time, &output);
        if self.down.take_reset() {
            device.reset(time);
        }
        pushed > 0
    }

    fn cut(&mut self) {
        self.ended = true;
        self.up.clear();
        self.down.clear();
    }
}

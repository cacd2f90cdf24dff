use alloc::{collections::VecDeque, vec::Vec};
use core::time::Duration;

use crate::{
    Instant,
    testing::{LinkShape, Trouble},
};

/// One direction of a wire.
#[derive(Debug)]
pub(crate) struct Lane {
    shape: LinkShape,
    queue: VecDeque<Packet>,
    faults: Vec<(u64, Trouble)>,
    /// When the line is free for the next byte.
    free: Instant,
    /// Bytes that entered.
    entered: u64,
    /// Bytes that the current `Drop` still takes.
    dropping: u64,
    /// Bytes in the queue before the first packet and behind the last, counted for ever.
    first: usize,
    last: usize,
}

/// Bytes that arrive together.
#[derive(Debug)]
struct Packet {
    /// When they are on their way.
    departs: Instant,
    /// Where they begin, counted for ever.
    offset: usize,
    load: Load,
}

#[derive(Debug)]
pub(crate) enum Load {
    Bytes(VecDeque<u8>),
    Reset,
    End,
}

/// The most bytes that wait at each end of a lane.
pub(crate) const WAITING: usize = 4096;

impl Lane {
    pub(crate) const fn new(shape: LinkShape) -> Self {
        Self {
            shape,
            queue: VecDeque::new(),
            faults: Vec::new(),
            free: Instant::EPOCH,
            entered: 0,
            dropping: 0,
            first: 0,
            last: 0,
        }
    }

    pub(crate) fn add(&mut self, at: u64, trouble: Trouble) {
        self.faults.push((at, trouble));
    }

    pub(crate) const fn entered(&self) -> u64 {
        self.entered
    }

    /// Returns how many bytes may enter: those on their way do not count, those at either end do.
    pub(crate) fn room(&self, now: Instant) -> usize {
        let delay = self.shape.delay;
        let gone = self.queue.partition_point(|packet| packet.departs <= now);
        let there = self.queue.partition_point(|packet| packet.departs + delay <= now);
        let offset = |index: usize| self.queue.get(index).map_or(self.last, |packet| packet.offset);
        let waiting = (self.last - offset(gone)) + (offset(there) - self.first);
        WAITING.saturating_sub(waiting)
    }

    /// Takes as many bytes as there is room for. What was written together arrives together, on a line without a rate.
    pub(crate) fn push(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let bytes = &bytes[..bytes.len().min(self.room(now))];
        let mut joins = false;
        for &byte in bytes {
            joins = self.enter(now, byte, joins);
        }
        bytes.len()
    }

    /// Takes the resets out again, for the way that the board itself fills; says whether there was one. What came behind
    /// it is lost.
    pub(crate) fn take_reset(&mut self) -> bool {
        let Some(reset) = self.queue.iter().position(|packet| matches!(packet.load, Load::Reset)) else {
            return false;
        };
        self.last = self.queue.drain(reset..).next().map_or(self.last, |packet| packet.offset);
        true
    }

    /// Returns when the first packet arrives that has not arrived by now.
    pub(crate) fn arrival_after(&self, now: Instant) -> Option<Instant> {
        let delay = self.shape.delay;
        let there = self.queue.partition_point(|packet| packet.departs + delay <= now);
        self.queue.get(there).map(|packet| packet.departs + delay)
    }

    /// Returns when the first packet arrives.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.queue.front().map(|packet| packet.departs + self.shape.delay)
    }

    /// Returns what arrived first, if it has by now.
    pub(crate) fn front(&mut self, now: Instant) -> Option<&mut Load> {
        let delay = self.shape.delay;
        self.queue.front_mut().filter(|packet| packet.departs + delay <= now).map(|packet| &mut packet.load)
    }

    /// The first `bytes` bytes of the front were taken; an empty packet goes.
    pub(crate) fn took(&mut self, bytes: usize) {
        self.first += bytes;
        let Some(packet) = self.queue.front_mut() else { return };
        packet.offset += bytes;
        if let Load::Bytes(load) = &mut packet.load {
            load.drain(..bytes);
            if !load.is_empty() {
                return;
            }
        }
        self.queue.pop_front();
    }

    /// Everything on it is lost.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
        self.first = self.last;
    }

    fn enter(&mut self, now: Instant, byte: u8, mut joins: bool) -> bool {
        let at = self.entered;
        self.entered += 1;
        let (mut byte, mut copies) = (byte, 1);
        while let Some(index) = self.faults.iter().position(|(fault, _)| *fault == at) {
            match self.faults.swap_remove(index).1 {
                Trouble::Drop(bytes) => self.dropping = self.dropping.max(bytes),
                Trouble::Repeat(times) => copies += times,
                Trouble::Corrupt(mask) => byte ^= mask,
                Trouble::Stall(time) => {
                    self.free = self.free.max(now) + time;
                    joins = false;
                }
                Trouble::Chatter(text) => {
                    joins = text.into_iter().fold(joins, |joins, byte| self.put(now, byte, joins))
                }
                Trouble::Reset => {
                    self.mark(now, Load::Reset);
                    (copies, joins) = (0, false);
                }
                Trouble::End => self.mark(now, Load::End),
            }
        }
        if self.dropping > 0 {
            self.dropping -= 1;
            return joins;
        }
        (0..copies).fold(joins, |joins, _| self.put(now, byte, joins))
    }

    fn mark(&mut self, now: Instant, load: Load) {
        let departs = self.free.max(now);
        self.queue.push_back(Packet { departs, offset: self.last, load });
    }

    /// Puts a byte on the line; returns whether the next one may join its packet.
    fn put(&mut self, now: Instant, byte: u8, joins: bool) -> bool {
        let time = self
            .shape
            .rate
            .map_or(Duration::ZERO, |rate| Duration::from_nanos(1_000_000_000 / u64::from(rate.max(1))));
        self.free = self.free.max(now) + time;
        self.last += 1;
        let size = self.shape.packet();
        match self.queue.back_mut() {
            Some(Packet { departs, load: Load::Bytes(bytes), .. }) if joins && bytes.len() < size => {
                *departs = self.free;
                bytes.push_back(byte);
            }
            _ => self.queue.push_back(Packet {
                departs: self.free,
                offset: self.last - 1,
                load: Load::Bytes([byte].into()),
            }),
        }
        true
    }
}

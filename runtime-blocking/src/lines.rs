//! A serial port's lines DTR and RTS.

use std::{io, thread, time::Duration};

use crate::Port;

/// How long a board is held in reset, and how long it is given to look at its boot pin then: esptool's time for chips
/// whose USB has to follow.
const HELD: Duration = Duration::from_millis(200);

/// How long a request to a port on another machine may take to go out.
const PATIENCE: Duration = Duration::from_secs(1);

/// Resets a board by its port's lines, as esptool's hard reset does: DTR is cleared, which leaves RTS alone set, and then
/// RTS. At the end both are set again, as they are when a port is opened.
///
/// It is for boards with Espressif's chips: the two lines pull their reset and boot pins, through a pair of transistors,
/// or within the chip where it has a USB port of its own. It needs no program that listens, takes half a second, and
/// says nothing of whether a board did reset: most others do not look at these lines. A port that vanishes meanwhile is
/// success, and is to be opened again. Give the session [`Session::lose`](rawpaste::Session::lose) afterwards.
///
/// # Errors
///
/// [`Unsupported`](io::ErrorKind::Unsupported), or what the system says, where the port has no such lines.
pub fn reset_by_lines(port: &mut (impl Port + ?Sized)) -> io::Result<()> {
    port.set_timeout(PATIENCE)?;
    port.set_dtr(false)?;
    port.set_rts(true)?;
    port.flush()?;
    thread::sleep(HELD);
    // From here on a port that vanished has done what it was to do. DTR alone is not to follow RTS alone: that is how a
    // bootloader is asked for.
    let restored = port.set_rts(false).and_then(|()| port.flush()).and_then(|()| {
        thread::sleep(HELD);
        port.set_dtr(true)?;
        port.set_rts(true)?;
        port.flush()
    });
    let _ = restored;
    Ok(())
}

/// A port, and what is done before it closes.
#[cfg(feature = "serial")]
#[derive(Debug)]
pub(crate) struct Closing<P> {
    /// None once it was taken out.
    port: Option<P>,
    close: fn(&mut P),
}

#[cfg(feature = "serial")]
impl<P> Closing<P> {
    pub(crate) const fn new(port: P, close: fn(&mut P)) -> Self {
        Self { port: Some(port), close }
    }

    pub(crate) const fn get_mut(&mut self) -> &mut P {
        match &mut self.port {
            Some(port) => port,
            None => unreachable!(),
        }
    }

    /// Takes the port out, as it is.
    pub(crate) fn into_inner(mut self) -> P {
        match self.port.take() {
            Some(port) => port,
            None => unreachable!(),
        }
    }
}

#[cfg(feature = "serial")]
impl<P> Drop for Closing<P> {
    fn drop(&mut self) {
        if let Some(port) = &mut self.port {
            (self.close)(port);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    /// What the transistors of an Espressif board make of the lines (esptool's page on the boot mode): whether the chip
    /// runs, and whether it would boot from its flash.
    #[derive(Default)]
    struct Board {
        dtr: bool,
        rts: bool,
        flushed: bool,
        /// Each state that the lines had once they were flushed.
        seen: Vec<(bool, bool)>,
        vanishes: bool,
    }

    impl Board {
        fn see(&mut self) -> io::Result<()> {
            if self.vanishes && self.seen.contains(&(false, true)) && !self.rts {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.flushed = false;
            self.seen.push((self.dtr, self.rts));
            Ok(())
        }
    }

    impl Read for Board {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }

    impl Write for Board {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.flushed = true;
            Ok(())
        }
    }

    impl Port for Board {
        fn set_timeout(&mut self, _: Duration) -> io::Result<()> {
            Ok(())
        }

        fn set_dtr(&mut self, on: bool) -> io::Result<()> {
            self.dtr = on;
            self.see()
        }

        fn set_rts(&mut self, on: bool) -> io::Result<()> {
            self.rts = on;
            self.see()
        }
    }

    #[test]
    fn it_is_held_in_reset_and_boots_from_its_flash() {
        let mut board = Board { dtr: true, rts: true, ..Board::default() };
        reset_by_lines(&mut board).expect("it has lines");
        assert!((board.dtr, board.rts, board.flushed) == (true, true, true));
        let reset = board.seen.iter().position(|state| *state == (false, true)).expect("a reset");
        // When it leaves reset, DTR is clear: with it alone set the chip would wait for a firmware.
        let run = board.seen.iter().skip(reset).find(|state| **state != (false, true));
        assert_eq!(run, Some(&(false, false)));
        assert_eq!(board.seen.iter().filter(|state| **state == (false, true)).count(), 2, "{:?}", board.seen);
    }

    #[test]
    fn a_port_that_vanishes_was_reset_and_one_without_lines_was_not() {
        let mut board = Board { dtr: true, rts: true, vanishes: true, ..Board::default() };
        reset_by_lines(&mut board).expect("it has lines");
        struct Bare;
        impl Read for Bare {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Ok(0)
            }
        }
        impl Write for Bare {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Ok(0)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        impl Port for Bare {
            fn set_timeout(&mut self, _: Duration) -> io::Result<()> {
                Ok(())
            }
        }
        let error = reset_by_lines(&mut Bare).expect_err("it has none");
        assert_eq!(error.kind(), io::ErrorKind::Unsupported);
    }
}

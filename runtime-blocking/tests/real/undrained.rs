//! A serial port that must not be flushed.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use rawpaste_blocking::Native;
use serialport::{ClearBuffer, DataBits, FlowControl, Parity, Result, SerialPort, StopBits};

/// A port whose flush panics.
#[derive(Debug)]
pub(crate) struct Undrained(pub(crate) Native);

impl Read for Undrained {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for Undrained {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        panic!("flushed")
    }
}

macro_rules! through {
    ($(fn $name:ident(&$($mutable:ident)?; $($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        impl SerialPort for Undrained {
            $(fn $name(&$($mutable)? self, $($argument: $type),*) -> $result {
                self.0.$name($($argument),*)
            })*
        }
    };
}

through! {
    fn name(&;) -> Option<String>;
    fn baud_rate(&;) -> Result<u32>;
    fn data_bits(&;) -> Result<DataBits>;
    fn flow_control(&;) -> Result<FlowControl>;
    fn parity(&;) -> Result<Parity>;
    fn stop_bits(&;) -> Result<StopBits>;
    fn timeout(&;) -> Duration;
    fn set_baud_rate(&mut; rate: u32) -> Result<()>;
    fn set_data_bits(&mut; bits: DataBits) -> Result<()>;
    fn set_flow_control(&mut; control: FlowControl) -> Result<()>;
    fn set_parity(&mut; parity: Parity) -> Result<()>;
    fn set_stop_bits(&mut; bits: StopBits) -> Result<()>;
    fn set_timeout(&mut; timeout: Duration) -> Result<()>;
    fn write_request_to_send(&mut; level: bool) -> Result<()>;
    fn write_data_terminal_ready(&mut; level: bool) -> Result<()>;
    fn read_clear_to_send(&mut;) -> Result<bool>;
    fn read_data_set_ready(&mut;) -> Result<bool>;
    fn read_ring_indicator(&mut;) -> Result<bool>;
    fn read_carrier_detect(&mut;) -> Result<bool>;
    fn bytes_to_read(&;) -> Result<u32>;
    fn bytes_to_write(&;) -> Result<u32>;
    fn clear(&; buffer: ClearBuffer) -> Result<()>;
    fn try_clone(&;) -> Result<Box<dyn SerialPort>>;
    fn set_break(&;) -> Result<()>;
    fn clear_break(&;) -> Result<()>;
}

//! Boards on other machines: a TCP connection to a server of serial ports, bare or with RFC 2217.

mod com_port;
mod rfc2217;
mod tcp;
mod telnet;

pub use com_port::LineSettings;
pub use rfc2217::Rfc2217;
pub use tcp::Tcp;

//! The control bytes and fixed texts of the raw REPL (MicroPython's `shared/runtime/pyexec.c`).

/// `^A`: from the friendly to the raw REPL; in raw paste a grant of one window.
pub(crate) const CTRL_A: u8 = 0x01;
/// `^B`: from the raw to the friendly REPL.
pub(crate) const CTRL_B: u8 = 0x02;
/// `^C`: interrupts.
pub(crate) const CTRL_C: u8 = 0x03;
/// `^D`: ends a script; from the board, ends a part of its answer.
pub(crate) const CTRL_D: u8 = 0x04;
/// `^E A ^A`: the offer of a raw paste.
pub(crate) const OFFER: &[u8] = b"\x05A\x01";
/// What the raw REPL says when it is entered.
pub(crate) const RAW_BANNER: &[u8] = b"raw REPL; CTRL-B to exit\r\n>";
/// Ends the raw REPL's reply to a script in plain raw mode, after the line that the script printed.
pub(crate) const END: &[u8] = b"\x04\x04>";

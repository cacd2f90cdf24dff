//! Serves COM ports with a real MicroPython behind each to trials that run under Wine, until it is killed.
//!
//! Its argument is Wine's folder of devices (`dosdevices` in the prefix); it prints the address for `RAWPASTE_TEST_PORTS`.

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    use std::{
        env,
        io::{self, Write},
        net::TcpListener,
        path::PathBuf,
    };

    let devices: PathBuf =
        env::args_os().nth(1).ok_or_else(|| io::Error::other("name Wine's dosdevices"))?.into();
    if let Err(missing) = rawpaste_board::find::micropython() {
        return Err(io::Error::other(missing));
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(io::stdout(), "{}", listener.local_addr()?)?;
    rawpaste_board::trial::serve(&listener, &devices)
}

#[cfg(not(unix))]
fn main() {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), b"Wine runs on Unix\n");
}

//! A board behind a TCP port, one client at a time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::pipe::End;

const ACCEPT: Duration = Duration::from_millis(20);
const LOOK: Duration = Duration::from_millis(100);

/// A board behind a TCP port, as [`Running::on_tcp`](crate::Running::on_tcp) starts it.
///
/// It serves one client at a time, byte for byte; the next one waits until the first has gone. The board runs on
/// meanwhile, and what it prints then waits for the next client. Dropping this stops the board.
#[derive(Debug)]
pub struct TcpPort {
    address: SocketAddr,
    board: End,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TcpPort {
    pub(crate) fn serve(board: End, listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let stopped = Arc::new(AtomicBool::new(false));
        let mut clients = Clients { board: board.try_clone()?, stopped: Arc::clone(&stopped) };
        let run = move || clients.accept(&listener);
        let thread = thread::Builder::new().name("tcp".into()).spawn(run)?;
        Ok(Self { address, board, stopped, thread: Some(thread) })
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TcpPort {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.board.shut();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

struct Clients {
    board: End,
    stopped: Arc<AtomicBool>,
}

impl Clients {
    fn accept(&mut self, listener: &TcpListener) {
        while !self.stopped.load(Ordering::Relaxed) {
            match listener.accept() {
                // A client that fails is gone, and the next one is served.
                Ok((client, _)) => drop(self.serve(client)),
                Err(_) => thread::sleep(ACCEPT),
            }
        }
    }

    /// Serves a client until it goes, the board ends or the port is dropped.
    fn serve(&mut self, mut client: TcpStream) -> io::Result<()> {
        client.set_nonblocking(false)?;
        client.set_nodelay(true)?;
        client.set_read_timeout(Some(LOOK))?;
        let gone = AtomicBool::new(false);
        let (mut board, mut printed) = (self.board.try_clone()?, client.try_clone()?);
        board.set_timeout(LOOK);
        thread::scope(|scope| {
            scope.spawn(|| {
                let done = speak(&mut board, &mut printed, &gone);
                gone.store(true, Ordering::Relaxed);
                done
            });
            let done = self.listen(&mut client, &gone);
            gone.store(true, Ordering::Relaxed);
            // Ends a write to a client that does not read.
            let _ = client.shutdown(std::net::Shutdown::Both);
            done
        })
    }

    fn listen(&mut self, client: &mut TcpStream, gone: &AtomicBool) -> io::Result<()> {
        let mut buffer = [0; 4096];
        self.board.set_timeout(LOOK);
        while !gone.load(Ordering::Relaxed) && !self.stopped.load(Ordering::Relaxed) {
            let mut bytes = match client.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => &buffer[..n],
                Err(error) if waited(&error) => continue,
                Err(error) => return Err(error),
            };
            while !bytes.is_empty() && !gone.load(Ordering::Relaxed) {
                match self.board.write(bytes) {
                    Ok(n) => bytes = &bytes[n..],
                    Err(error) if waited(&error) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

fn speak(board: &mut End, client: &mut TcpStream, gone: &AtomicBool) -> io::Result<()> {
    let mut buffer = [0; 4096];
    while !gone.load(Ordering::Relaxed) {
        match board.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => client.write_all(&buffer[..n])?,
            Err(error) if waited(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn waited(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

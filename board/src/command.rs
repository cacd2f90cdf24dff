//! Commands that are run to their end.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{io, thread};

/// Runs a command to its end, with nothing on its standard input, and answers what it printed.
///
/// # Errors
/// What the system says if it cannot be started; the last line of its complaint if it failed; `TimedOut` if it took
/// longer than `patience`, and it was killed then.
pub fn output(command: &mut Command, patience: Duration) -> io::Result<String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    // Read on threads of their own: a full pipe would stop the command.
    let printed = child.stdout.take().map(collect);
    let complained = child.stderr.take().map(collect);
    let ended = wait(&mut child, patience)?;
    let text = |reader: Option<thread::JoinHandle<String>>| {
        reader.and_then(|thread| thread.join().ok()).unwrap_or_default()
    };
    if ended {
        return Ok(text(printed));
    }
    let complaint = text(complained);
    let line = complaint.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed");
    Err(io::Error::other(line.trim().to_owned()))
}

fn collect(mut from: impl io::Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is what there is to show.
        let _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits for a process; true if it succeeded.
fn wait(child: &mut Child, patience: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer in {patience:?}")));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

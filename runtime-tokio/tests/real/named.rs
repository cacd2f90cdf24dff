//! Ports by name.

use std::fs;

use rawpaste::{Config, Error, Event, FaultKind, Get, Holds, Leave, List, Policy, Put};
use rawpaste_board::trial::{Board, Failed, Trial, trial};
use rawpaste_tokio::{Error as DriveError, Keyboard, open};
use tokio::sync::mpsc;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a port by name: put, get, list, leave", |board| on_tokio(put_get_list(board))),
        trial("puts under both presets, on a port that holds back and one that does not", |board| {
            on_tokio(presets(board))
        }),
        trial("a port that vanishes in the middle of a put", |board| on_tokio(vanishes(board))),
        #[cfg(windows)]
        trial("a port by each of its names", |board| on_tokio(by_each_name(board))),
        #[cfg(windows)]
        trial("a port that is in use", |_| on_tokio(in_use())),
    ]
}

pub(crate) fn on_tokio(future: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

async fn put_get_list(board: Board) -> Result<(), Failed> {
    let port = board.on_port()?;
    let mut connection = open(port.name(), Config::default())?;
    let data = bytes(20_000);
    connection.run(Put::new(&data[..], "a file")?).await?;
    assert_eq!(fs::read(port.dir().join("a file"))?, data);
    let mut back = Vec::new();
    connection.run(Get::new("a file", &mut back)?).await?;
    assert_eq!(back, data);
    assert_eq!(connection.run(List::new("")?).await?.len(), 1);
    connection.run(Leave::default()).await?;
    Ok(())
}

async fn presets(board: Board) -> Result<(), Failed> {
    let port = board.on_port()?;
    for (number, policy) in [Policy::WINDOWS, Policy::UNIX].into_iter().enumerate() {
        for (at, holds) in [Holds::Nothing, Holds::UntilFlush].into_iter().enumerate() {
            let mut config = Config::default();
            (config.policy, config.holds) = (policy, holds);
            let mut connection = open(port.name(), config)?;
            let (name, data) = (format!("{number}{at}"), [&bytes(20_000)[..], &[at as u8]].concat());
            connection.run(Put::new(&data[..], &name)?).await?;
            assert_eq!(fs::read(port.dir().join(&name))?, data, "{policy:?}, {holds:?}");
        }
    }
    Ok(())
}

async fn vanishes(board: Board) -> Result<(), Failed> {
    let mut port = board.on_port()?;
    let mut connection = open(port.name(), Config::default())?;
    let mut keyboard = Keyboard { typed: mpsc::channel(1).1, interrupts: mpsc::channel(1).1 };
    let (data, mut done, mut unplugged) = (bytes(4 << 20), 0, false);
    let put = Put::new(&data[..], "a file")?;
    let ended = connection.attend(put, &mut keyboard, |event| {
        if let Event::Progress(progress) = event {
            done = progress.done;
            if done > 20_000 && !unplugged {
                unplugged = true;
                port.unplug().expect("it is there");
            }
        }
    });
    let ended = ended.await;
    assert!(unplugged && done < data.len() as u64, "{done}");
    assert!(!port.dir().join("a file").exists());
    match ended {
        Err(DriveError::Transport(_)) => Ok(()),
        Err(DriveError::Engine(Error::Fault(fault))) if fault.kind == FaultKind::Closed => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

#[cfg(windows)]
async fn by_each_name(board: Board) -> Result<(), Failed> {
    let port = board.on_port()?;
    for name in [port.name().to_owned(), port.name().to_lowercase(), format!(r"\\.\{}", port.name())] {
        let mut connection = open(&name, Config::default())?;
        assert_eq!(connection.run(rawpaste::Eval::new("6*7")?).await?, "42", "{name}");
    }
    Ok(())
}

#[cfg(windows)]
async fn in_use() -> Result<(), Failed> {
    use std::io::ErrorKind::{NotFound, ResourceBusy};

    for (name, kind) in [(rawpaste_board::trial::REFUSED, ResourceBusy), ("COM254", NotFound)] {
        let error = open(name, Config::default()).map(drop).unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
    }
    Ok(())
}

/// Bytes of every value, the same each time.
fn bytes(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

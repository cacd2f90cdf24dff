//! FAT and littlefs on a real MicroPython, on a block device of its memory, small enough to fill up.

use rawpaste::{
    Config, DriveError, Error, Exec, Get, Kind, List, MakeDir, Operation, Put, Refused, Rename, Space, Stat,
};
use rawpaste_board::trial::{Board, Failed, Trial, run, trial};
use rawpaste_tokio::{Connection, Serial};

/// 200 blocks of 512 bytes at `/ram`.
const MOUNT: &str = "\
import vfs
class Ram:
 def __init__(self,n):self.data=bytearray(n*512)
 def readblocks(self,n,buf,off=0):
  a=n*512+off
  buf[:]=memoryview(self.data)[a:a+len(buf)]
 def writeblocks(self,n,buf,off=0):
  a=n*512+off
  self.data[a:a+len(buf)]=buf
 def ioctl(self,op,arg):
  if op==4:return len(self.data)//512
  if op==5:return 512
  if op==6:return 0
ram=Ram(200)
vfs.KIND.mkfs(ram)
vfs.mount(vfs.KIND(ram),'/ram')
";

fn main() {
    run([("littlefs", "VfsLfs2"), ("fat", "VfsFat")].into_iter().flat_map(on).collect())
}

fn on((name, kind): (&'static str, &'static str)) -> [Trial; 3] {
    [
        trial(format!("{name}_there_and_back"), move |board| {
            on_disk(board, kind, async |port| there_and_back(port).await)
        }),
        trial(format!("{name}_full"), move |board| on_disk(board, kind, async |port| full(port).await)),
        trial(format!("{name}_in_the_way"), move |board| {
            on_disk(board, kind, async |port| in_the_way(port).await)
        }),
    ]
}

type Port = Connection<Serial>;

fn on_disk(
    board: Board,
    kind: &str,
    test: impl AsyncFnOnce(&mut Port) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let pty = board.on_port()?;
        let mut port = rawpaste_tokio::open(pty.name(), Config::default())?;
        port.run(Exec::captured(MOUNT.replace("KIND", kind), 100)?).await?;
        test(&mut port).await
    })
}

fn content(length: u32) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

async fn there_and_back(port: &mut Port) -> Result<(), Failed> {
    for (name, length) in [("empty", 0), ("one", 1), ("block", 512), ("b\u{e9}ta 'x.py", 20_000)] {
        let (path, data) = (format!("/ram/{name}"), content(length));
        port.run(Put::new(&data[..], &path)?).await?;
        let mut back = Vec::new();
        port.run(Get::new(&path, &mut back)?).await?;
        assert_eq!(back, data, "{name}");
    }
    port.run(Put::new(&b"new"[..], "/ram/block")?).await?;
    assert_eq!(port.run(Stat::new("/ram/block")?).await?.size, 3);
    assert_eq!(names(port, "/ram").await?, ["block", "b\u{e9}ta 'x.py", "empty", "one"]);
    let longest = format!("/ram/{}", "n".repeat(255));
    port.run(Put::new(&b"x"[..], &longest)?).await?;
    assert_eq!(port.run(Stat::new(&longest)?).await?.size, 1);
    Ok(())
}

/// A put that does not fit is refused: the old file stays, and nothing of the new one.
async fn full(port: &mut Port) -> Result<(), Failed> {
    port.run(Put::new(&content(4000)[..], "/ram/f")?).await?;
    for _ in 0..2 {
        match port.run(Put::new(&content(120_000)[..], "/ram/f")?).await {
            Err(DriveError::Engine(Error::Refused(Refused::NoRoom { needs: 120_000, free, old: 4000 }))) => {
                assert!(free < 102_400, "{free}");
            }
            other => return Err(format!("{other:?}").into()),
        }
        assert_eq!(names(port, "/ram").await?, ["f"]);
        let mut back = Vec::new();
        port.run(Get::new("/ram/f", &mut back)?).await?;
        assert_eq!(back, content(4000));
    }
    let room = port.run(Space::new("/ram")?).await?;
    assert!(room.free > 50_000 && room.free < room.total, "{room:?}");
    Ok(())
}

/// A directory where the file should go, and the other way round.
async fn in_the_way(port: &mut Port) -> Result<(), Failed> {
    port.run(MakeDir::new("/ram/lib")?).await?;
    assert_eq!(errno(port, Put::new(&b"x"[..], "/ram/lib")?).await?, Some(21));
    assert_eq!(port.run(Stat::new("/ram/lib")?).await?.kind, Kind::Directory);
    assert_eq!(errno(port, Put::new(&b"x"[..], "/ram/none/x")?).await?, Some(2));
    assert_eq!(names(port, "/ram").await?, ["lib"]);
    port.run(Put::new(&b"x"[..], "/ram/x")?).await?;
    assert_eq!(errno(port, Rename::new("/ram/none", "/ram/y")?).await?, Some(2));
    port.run(Rename::new("/ram/x", "/ram/lib/x")?).await?;
    assert_eq!(names(port, "/ram/lib").await?, ["x"]);
    Ok(())
}

async fn names(port: &mut Port, path: &str) -> Result<Vec<String>, Failed> {
    Ok(port.run(List::new(path)?).await?.into_iter().map(|entry| entry.name).collect())
}

async fn errno<O: Operation>(port: &mut Port, operation: O) -> Result<Option<u16>, Failed> {
    match port.run(operation).await {
        Ok(_) => Err("it succeeded".into()),
        Err(DriveError::Engine(Error::Exception(exception))) => Ok(exception.errno),
        Err(error) => Err(error.into()),
    }
}

//! tokio and a real MicroPython.
use rawpaste::*;
use rawpaste_board::trial::{run, trial};

fn main() {
    run(vec![trial("first_light", |board| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let port = board.running.on_pty()?;
            let mut tty = rawpaste_tokio::open(&port.name().to_string_lossy(), Config::default())?;
            let text = tty.run(Exec::captured("print(6*7)", 100)?).await?;
            assert_eq!(text, b"42\n");
            let data: Vec<u8> = (0..100_000u32).map(|n| (n.wrapping_mul(2654435761) >> 13) as u8).collect();
            let start = std::time::Instant::now();
            tty.run(Put::new(&data[..], "a file")?).await?;
            eprintln!("{:?} {:?}", start.elapsed(), tty.session().board());
            assert_eq!(std::fs::read(board.dir.path().join("a file"))?, data);
            let mut back = Vec::new();
            tty.run(Get::new("a file", &mut back)?).await?;
            assert_eq!(back, data);
            eprintln!("{:?} {:?}", start.elapsed(), tty.run(List::new("")?).await?);
            eprintln!("{:?}", tty.run(Digest::new("a file")?).await?);
            eprintln!("{:?}", tty.run(Space::new("")?).await?);
            eprintln!("{:?}", tty.run(Stat::new("a file")?).await?);
            tty.run(Rename::new("a file", "b")?).await?;
            tty.run(Remove::new("b")?).await?;
            tty.run(MakeDir::new("b")?).await?;
            eprintln!("{:?}", tty.run(Remove::new("nothing")?).await);
            tty.run(Leave::default()).await?;
            Ok::<(), Box<dyn std::error::Error>>(())
        })?;
        Ok(())
    })])
}

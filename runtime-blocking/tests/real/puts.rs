//! Puts on a real MicroPython with little memory, and of many files.

use std::fs;

use rawpaste::{Choices, Encoding, Error, Files, Placed, Plan, PutAll, Session, Source};
use rawpaste_blocking::Connection;
use rawpaste_board::{
    MicroPython, Running,
    trial::{Failed, Trial, trial, when_possible},
};

use crate::{in_process::InProcess, ports::bytes};

pub(crate) fn trials() -> Vec<Trial> {
    let little = |encoding| {
        let name = format!("a put that asks too much of the board's memory, {encoding}");
        when_possible(Trial::test(name, move || little_memory(encoding)))
    };
    vec![
        little(Encoding::Dense),
        little(Encoding::Deflate),
        little(Encoding::Base64),
        trial("of many files those that fail leave the others done", |board| {
            let mut connection = Connection::new(InProcess(board.running.in_process()), Session::default());
            fs::create_dir(board.dir.path().join("lib"))?;
            let files = vec![bytes(10), bytes(30_000), text(2500), bytes(4000), bytes(5), bytes(5), vec![]];
            let paths = ["a", "lib/b", "c", "none/d", "lib", "none/e", "f"];
            for again in [false, true] {
                let put = PutAll::new(Memory { files: files.clone(), plans: vec![] }, paths)?;
                let results = connection.run(put)?;
                for ((path, file), result) in paths.iter().zip(&files).zip(results) {
                    let same = again && file.len() > 3072;
                    match (*path, result) {
                        ("none/d" | "none/e", Err(Error::Exception(raised))) if raised.errno == Some(2) => {}
                        ("lib", Err(Error::Exception(raised))) if raised.errno == Some(21) => {}
                        (_, Ok(placed)) if (placed == Placed::Same) == same => {
                            assert_eq!(&fs::read(board.dir.path().join(path))?, file, "{path}");
                        }
                        other => return Err(format!("{other:?}").into()),
                    }
                }
                assert_eq!(fs::read_dir(board.dir.path())?.count(), 4, "something stays");
                assert_eq!(fs::read_dir(board.dir.path().join("lib"))?.count(), 1, "something stays");
            }
            Ok(())
        }),
    ]
}

/// The largest literals and the widest window: what does not fit is made smaller until the file is there.
fn little_memory(encoding: Encoding) -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let running = Running::micropython(MicroPython::new(dir.path()).heap("40k"))?;
    let mut connection = Connection::new(InProcess(running.in_process()), Session::default());
    for content in [bytes(50_000), text(200_000)] {
        let mut choices = Choices::default();
        (choices.encoding, choices.chunk, choices.window_bits) = (Some(encoding), Some(16_384), Some(15));
        let files = Memory { files: vec![content.clone()], plans: vec![] };
        let mut put = PutAll::new(files, ["f"])?.choices(choices);
        let results = connection.run(&mut put)?;
        assert!(matches!(results[..], [Ok(Placed::Written { .. })]), "{results:?}");
        assert_eq!(fs::read(dir.path().join("f"))?, content);
        let plans = put.into_files().plans;
        let asks = |plan: &Plan| (plan.literal, plan.window_bits);
        let (first, last) = (plans.first().map(asks), plans.last().map(asks));
        assert!(last < first, "{first:?} to {last:?}");
    }
    Ok(())
}

pub(crate) fn text(length: usize) -> Vec<u8> {
    (0..).flat_map(|line| format!("x{line} = {}\n", line * 7919 % 1013).into_bytes()).take(length).collect()
}

struct Memory {
    files: Vec<Vec<u8>>,
    plans: Vec<Plan>,
}

impl Files for Memory {
    fn size(&mut self, index: usize) -> Result<u64, Error> {
        Ok(self.files[index].len() as u64)
    }

    fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.files[index].read_at(offset, buffer)
    }

    fn planned(&mut self, _index: usize, plan: &Plan) {
        self.plans.push(plan.clone());
    }
}

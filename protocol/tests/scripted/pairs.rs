//! Puts of files whose scripts go two at a time: whose answer it is, whatever becomes of one of them.

use std::collections::BTreeSet;

use rawpaste::{
    Choices, Error, Files, Flow, Leave, Placed, Put, PutAll, Refused, Session,
    testing::{
        Transport::{self, Bare, Unix, Windows},
        noise,
    },
};
use rstest::rstest;

use crate::board::{Board, WRITTEN, about, calls, defines, printed, raised, run, takes_files};

const REBOOT: &[u8] = b"\x04\x04\x04MPY: soft reboot\r\nMicroPython v1\r\n>>> ";

/// Files that the board does not have; what it is told of each.
struct New {
    files: Vec<Vec<u8>>,
    settled: Vec<usize>,
    planned: Vec<usize>,
}

impl New {
    fn put(files: Vec<Vec<u8>>) -> PutAll<Self> {
        let paths: Vec<_> = (0..files.len()).map(|at| format!("f{at}")).collect();
        PutAll::new(Self { files, settled: Vec::new(), planned: Vec::new() }, paths).expect("paths")
    }
}

impl Files for New {
    fn size(&mut self, index: usize) -> Result<u64, Error> {
        Ok(self.files[index].len() as u64)
    }

    fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        rawpaste::Source::read_at(&mut &self.files[index][..], offset, buffer)
    }

    fn looks(&self, _index: usize) -> bool {
        false
    }

    fn planned(&mut self, index: usize, _plan: &rawpaste::Plan) {
        self.planned.push(index);
    }

    fn settled(&mut self, index: usize, _result: Result<Placed, &Error>) {
        self.settled.push(index);
    }
}

fn open(transport: Transport) -> Session {
    let mut config = transport.config();
    config.flow = Flow::Open;
    Session::new(config)
}

/// The files that a script puts in one call each.
fn whole(script: &str) -> Vec<usize> {
    let calls = script.split("_rp.M('f").skip(1);
    calls.map(|call| call.split('\'').next().expect("a name").parse().expect("a number")).collect()
}

/// After a reset the script behind it is sent again, and its answer is its own: not that of the one that follows.
#[rstest]
fn answers_after_a_reset_are_told_apart(#[values(Bare, Windows, Unix)] transport: Transport) {
    for reset in 0..8 {
        let (mut session, mut board, mut put) =
            (open(transport), Board::new(), New::put(vec![noise(1, 900); 8]));
        let (mut placed, mut resets) = (BTreeSet::new(), 0);
        let told = run(&mut session, &mut board, &mut put, |script| {
            let files = whole(script);
            if defines(script) || files.is_empty() {
                return takes_files(script);
            }
            if resets == 0 && files.contains(&reset) {
                resets += 1;
                return REBOOT.to_vec();
            }
            // The last one never arrives as it is.
            let says = |file: &usize| if *file == 7 { "False\r\n" } else { "True\r\n" };
            placed.extend(files.iter().copied().filter(|file| *file != 7));
            printed(&files.iter().map(says).collect::<String>())
        });
        let results = told.result.expect("it ended").expect("results");
        for (file, result) in results.iter().enumerate() {
            assert_eq!(result.is_ok(), placed.contains(&file), "{reset}: {file} {result:?}");
        }
        assert_eq!(results[7], Err(Refused::Digest.into()));
    }
}

/// What had no memory is the script that says so, not the short one that went behind it.
#[rstest]
fn literals_get_shorter_by_the_script_that_was_too_long(#[values(Bare, Windows, Unix)] transport: Transport) {
    let too_little = b"\x04\x04MemoryError: memory allocation failed, allocating 1024 bytes\r\n\x04>";
    for (size, kind, first) in [(4096, "crc32", "_rp.W(2048,2048,"), (1000, "sha256", "\n q='f0'\n")] {
        let (mut session, mut board) = (open(transport), Board::new());
        let answers = |script: &str| match () {
            () if calls(script, "F") => printed("100000\r\n"),
            () if calls(script, "i") => printed(&about(100_000).replace("crc32", kind)),
            () => takes_files(script),
        };
        let small = run(&mut session, &mut board, New::put(vec![noise(1, 9)]), answers);
        assert!(small.result.is_some_and(|result| result.is_ok()));
        assert_eq!(run(&mut session, &mut board, Leave::default(), answers).result, Some(Ok(())));
        let mut choices = Choices::default();
        choices.chunk = Some(2048);
        let put = New::put(vec![noise(1, size)]).choices(choices);
        let mut met = 0;
        let told = run(&mut session, &mut board, put, |script| {
            if script.contains(first) {
                met += 1;
                return too_little.to_vec();
            }
            answers(script)
        });
        assert_eq!((told.result, met), (Some(Ok(vec![Ok(WRITTEN)])), 1), "{first}");
    }
}

/// Files that hold nothing take no room in a script, but each takes a call.
#[rstest]
fn empty_files_do_not_make_a_script_without_end(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (open(transport), Board::new());
    let mut put = New::put(vec![Vec::new(); 1500]);
    let told = run(&mut session, &mut board, &mut put, |script| {
        let calls = whole(script).len();
        if calls == 0 { takes_files(script) } else { printed(&"True\r\n".repeat(calls)) }
    });
    assert!(told.result == Some(Ok(vec![Ok(WRITTEN); 1500])), "not all are in place");
    assert!(board.sources.iter().all(|source| source.len() < 4096));
}

/// A file that must wait for the next script is planned there.
#[rstest]
fn each_file_is_planned_once(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (open(transport), Board::new());
    let mut put = New::put(vec![noise(1, 900); 20]);
    let told = run(&mut session, &mut board, &mut put, |script| {
        let calls = whole(script).len();
        if calls == 0 { takes_files(script) } else { printed(&"True\r\n".repeat(calls)) }
    });
    assert_eq!(told.result, Some(Ok(vec![Ok(WRITTEN); 20])));
    let files = put.into_files();
    assert_eq!(files.planned, (0..20).collect::<Vec<_>>());
    assert_eq!(files.settled, files.planned);
}

/// Without a rename the target is written itself: one that was only looked at is the old file yet.
#[rstest]
fn a_look_in_vain_removes_nothing(#[values(Bare, Windows, Unix)] transport: Transport) {
    for answer in [raised("OSError: [Errno 5] EIO"), printed("(-21, (), -21, (), 0, 0)\r\n")] {
        let (mut session, mut board) = (open(transport), Board::new());
        let put = Put::new(noise(1, 5000), "f").expect("a path");
        let told = run(&mut session, &mut board, put, |script| match () {
            () if calls(script, "i") => {
                printed(&about(100_000).replace("True, True, True)", "False, True, True)"))
            }
            () if calls(script, "A") => answer.clone(),
            () => takes_files(script),
        });
        assert!(matches!(told.result, Some(Err(Error::Exception(_)))), "{:?}", told.result);
        assert!(board.scripts.iter().any(|script| calls(script, "A")));
        assert!(!board.scripts.iter().any(|script| calls(script, "X")));
    }
}

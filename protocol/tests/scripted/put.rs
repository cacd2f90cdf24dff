//! A put: its end, its source, its progress.

use rawpaste::{Error, Put, Refused, Session, Source};

use crate::board::{Board, calls, nothing, printed, result, run, takes_files};

fn put(length: usize) -> Put<Vec<u8>> {
    Put::new(vec![1; length], "f").expect("a path")
}

#[test]
fn progress_reaches_the_end() {
    for length in [5000, 100, 0] {
        let (mut session, mut board) = (Session::default(), Board::new());
        let told = run(&mut session, &mut board, put(length), takes_files);
        assert_eq!(told.result, Some(Ok(())));
        let end = format!("done: {length}, total: Some({length})");
        assert!(told.events.iter().any(|event| event.contains(&end)), "{:#?}", told.events);
    }
}

/// A source whose size stays, and whose bytes change once it was read from.
struct Changing {
    bytes: Vec<u8>,
    reads: u32,
}

impl Source for Changing {
    fn size(&mut self) -> Result<u64, Error> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let n = (&self.bytes[..]).read_at(offset, buffer)?;
        self.reads += 1;
        if self.reads == 1 {
            self.bytes.fill(b'n');
        }
        Ok(n)
    }
}

#[test]
fn a_source_that_changes_and_keeps_its_size_is_an_error() {
    for length in [5000, 100] {
        let source = Changing { bytes: vec![b'o'; length], reads: 0 };
        let mut removed = false;
        let told = result(Put::new(source, "f").expect("a path"), |script| {
            removed |= calls(script, "x");
            assert!(!calls(script, "e"), "the old and the new are put in place together");
            takes_files(script)
        });
        assert_eq!(told, Err(Refused::Changed.into()));
        assert!(removed, "the temporary file stays");
    }
}

#[test]
fn a_put_that_is_done_puts_again() {
    let (mut session, mut board) = (Session::default(), Board::new());
    let mut put = put(5000);
    for times in 1..=2 {
        assert_eq!(run(&mut session, &mut board, &mut put, takes_files).result, Some(Ok(())));
        assert_eq!(board.scripts.iter().filter(|script| calls(script, "o")).count(), times);
    }
}

/// An end whose reply was lost ran: the file is in place, though the chunk before it finds no open file any more.
#[test]
fn the_digest_has_the_last_word() {
    let (mut session, mut board) = (Session::default(), Board::new());
    let mut ends = 0;
    let told = run(&mut session, &mut board, put(5000), |script| {
        ends += u32::from(calls(script, "e"));
        if calls(script, "e") { printed("-1\r\nTrue\r\n") } else { takes_files(script) }
    });
    assert_eq!((told.result, ends), (Some(Ok(())), 1));
}

#[test]
fn an_answer_that_makes_no_sense_is_a_fault_and_the_put_goes_on_from_there() {
    let (mut session, mut board) = (Session::default(), Board::new());
    let mut put = put(5000);
    let mut writes = 0;
    let told = run(&mut session, &mut board, &mut put, |script| {
        writes += u32::from(calls(script, "w"));
        if writes == 2 { printed("tick\r\n") } else { takes_files(script) }
    });
    assert!(matches!(told.result, Some(Err(Error::Fault(_)))), "{:?}", told.result);
    let before = board.scripts.len();
    assert_eq!(run(&mut session, &mut board, &mut put, takes_files).result, Some(Ok(())));
    assert!(board.scripts[before].contains(",'w',2048,2048,"), "it begins again");
}

#[test]
fn a_temporary_file_is_removed_after_an_exception() {
    let mut removed = false;
    let told = result(put(5000), |script| {
        removed |= calls(script, "x");
        if calls(script, "w") { crate::board::raised("OSError: 28") } else { takes_files(script) }
    });
    let Err(Error::Exception(exception)) = told else { panic!("{told:?}") };
    assert_eq!((exception.errno, removed), (Some(28), true));
    assert_eq!(
        result(put(0), |script| if calls(script, "x") { nothing() } else { takes_files(script) }),
        Ok(())
    );
}

//! A put: its end, its source, its progress.

use rawpaste::{
    Error, Placed, Put, Refused, Source,
    testing::{
        Transport::{self, Bare, Unix, Windows},
        noise,
    },
};
use rstest::rstest;

use crate::board::{Board, WRITTEN, calls, holds, nothing, printed, result, run, takes_files};

fn put(length: usize) -> Put<Vec<u8>> {
    Put::new(noise(1, length), "f").expect("a path").chunk(2048)
}

#[rstest]
fn progress_reaches_the_end(#[values(Bare, Windows, Unix)] transport: Transport) {
    for length in [5000, 100, 0] {
        let (mut session, mut board) = (transport.session(), Board::new());
        let told = run(&mut session, &mut board, put(length), takes_files);
        assert_eq!(told.result, Some(Ok(WRITTEN)));
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

#[rstest]
fn a_source_that_changes_and_keeps_its_size_is_an_error(#[values(Bare, Windows, Unix)] transport: Transport) {
    let source = Changing { bytes: vec![b'o'; 5000], reads: 0 };
    let mut removed = false;
    let told = result(transport, Put::new(source, "f").expect("a path"), |script| {
        removed |= calls(script, "X");
        assert!(!calls(script, "E"), "the old and the new are put in place together");
        takes_files(script)
    });
    assert_eq!(told, Err(Refused::Changed.into()));
    assert!(removed, "the temporary file stays");
}

/// What goes in one script is read once, so that it is all old.
#[rstest]
fn a_small_source_is_read_once(#[values(Bare, Windows, Unix)] transport: Transport) {
    let source = Changing { bytes: vec![b'o'; 100], reads: 0 };
    let told = result(transport, Put::new(source, "f").expect("a path"), |script| {
        assert!(!calls(script, "M") || script.contains(&"o".repeat(100)), "{script}");
        takes_files(script)
    });
    assert_eq!(told, Ok(WRITTEN));
}

#[rstest]
fn a_put_that_is_done_puts_again(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut put = put(5000);
    for times in 1..=2 {
        assert_eq!(run(&mut session, &mut board, &mut put, takes_files).result, Some(Ok(WRITTEN)));
        assert_eq!(board.scripts.iter().filter(|script| calls(script, "O")).count(), times);
    }
}

/// An end whose reply was lost ran: the file is in place, though the chunk before it finds no open file any more.
#[rstest]
fn the_digest_has_the_last_word(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut ends = 0;
    let told = run(&mut session, &mut board, put(5000), |script| {
        ends += u32::from(calls(script, "E"));
        if calls(script, "E") { printed("-1\r\nTrue\r\n") } else { takes_files(script) }
    });
    assert_eq!((told.result, ends), (Some(Ok(WRITTEN)), 1));
}

#[rstest]
fn an_answer_that_makes_no_sense_is_a_fault_and_the_put_goes_on_from_there(
    #[values(Bare, Windows, Unix)] transport: Transport,
) {
    let (mut session, mut board) = (transport.session(), Board::new());
    let mut put = put(5000);
    let mut writes = 0;
    let told = run(&mut session, &mut board, &mut put, |script| {
        writes += u32::from(calls(script, "W"));
        if writes == 2 { printed("tick\r\n") } else { takes_files(script) }
    });
    assert!(matches!(told.result, Some(Err(Error::Fault(_)))), "{:?}", told.result);
    let before = board.scripts.len();
    let told = run(&mut session, &mut board, &mut put, |script| {
        if calls(script, "A") { holds(&noise(1, 5000)[..2048]) } else { takes_files(script) }
    });
    assert_eq!(told.result, Some(Ok(Placed::Written { resumed: 2048 })));
    let mut writes = board.scripts[before..].iter().filter(|script| calls(script, "W"));
    assert!(writes.next().is_some_and(|script| script.contains("_rp.W(2048,2048,")), "it begins again");
}

#[rstest]
fn a_temporary_file_is_removed_after_an_exception(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut removed = false;
    let told = result(transport, put(5000), |script| {
        removed |= calls(script, "X");
        if calls(script, "W") { crate::board::raised("OSError: 28") } else { takes_files(script) }
    });
    let Err(Error::Exception(exception)) = told else { panic!("{told:?}") };
    assert_eq!((exception.errno, removed), (Some(28), true));
    assert_eq!(
        result(transport, put(0), |script| if calls(script, "X") { nothing() } else { takes_files(script) }),
        Ok(WRITTEN)
    );
}

/// What a script raises that lost a byte: it is sent again, and what raises each time fails the file with its own words.
#[rstest]
fn an_exception_that_a_lost_byte_may_have_caused_is_tried_again(
    #[values(Bare, Windows, Unix)] transport: Transport,
) {
    for exception in ["NameError: name 'rp' isn't defined", "ValueError: incorrect padding", "TypeError:"] {
        for times in [1, 2, 3] {
            let (mut raised, mut writes) = (0, 0);
            let told = result(transport, put(5000), |script| {
                if calls(script, "W") {
                    writes += 1;
                    if raised < times {
                        raised += 1;
                        return crate::board::raised(exception);
                    }
                }
                takes_files(script)
            });
            match told {
                Ok(_) => assert!(times < 3 && writes > times, "{exception}, {times} times"),
                Err(Error::Exception(shown)) => {
                    assert!(
                        times == 3 && exception.starts_with(&shown.kind),
                        "{exception}, {times} times: {shown}"
                    );
                }
                Err(error) => panic!("{exception}, {times} times: {error}"),
            }
        }
    }
}

//! What the operations on trees make of answers that make no sense, or that would lead out of the folder.

use rawpaste::{
    ChangeTree, Content, Error, FaultKind, ListTree, Refused, TreeChange, TreeDigest, TreeEntry,
    testing::Transport::{self, Bare, Unix, Windows},
};
use rstest::rstest;

use crate::board::{Board, calls, defines, nothing, printed, raised, result, run, says, takes_files};

/// Lists a tree on a board that answers so.
fn listed(transport: Transport, answer: &str) -> Result<Vec<TreeEntry>, Error> {
    let mut entries = Vec::new();
    let each = |entry| {
        entries.push(entry);
        Ok(())
    };
    let list = ListTree::new("d", each).expect("a path").without_digests();
    result(transport, list, says(printed(answer)))?;
    Ok(entries)
}

fn is_senseless<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Fault(fault)) if fault.kind == FaultKind::Answer)
}

#[rstest]
fn a_listing_in_order(#[values(Bare, Windows, Unix)] transport: Transport) {
    let entries =
        listed(transport, "..(b'b.py', 7, '')\r\n.(b'a', -1, '')\r\n(b'a/.rp-1', 3, '')\r\nFalse\r\n");
    let content: Vec<_> = entries.expect("a listing").into_iter().map(|entry| entry.content).collect();
    let file = Content::File { size: 7, hash: None };
    assert_eq!(content, [file, Content::Folder, Content::Kept { size: 3 }]);
}

#[rstest]
fn nothing_leads_out_of_the_folder(#[values(Bare, Windows, Unix)] transport: Transport) {
    for path in ["..", "../x", "a/../../x", "/etc/passwd", "", ".", "a//b", "a/", "a\\0b"] {
        let Err(Error::Refused(Refused::Path { .. })) =
            listed(transport, &format!("(b'{path}', 1, '')\r\nFalse\r\n"))
        else {
            panic!("{path} goes through");
        };
    }
}

#[rstest]
fn damaged_listings(#[values(Bare, Windows, Unix)] transport: Transport) {
    let cases = [
        // The end is missing, or comes twice, or too early.
        "(b'a', 1, '')\r\n",
        "",
        "(b'a', 1, '')\r\nTrue\r\n",
        "True\r\n",
        "False\r\nFalse\r\n",
        "False\r\n(b'a', 1, '')\r\n",
        // Lines that say something else.
        "(b'a', 1)\r\nFalse\r\n",
        "('a', 1, '')\r\nFalse\r\n",
        "(b'a', '1', '')\r\nFalse\r\n",
        "(b'a', 1, 'xyz')\r\nFalse\r\n",
        "(b'\\xff', 1, '')\r\nFalse\r\n",
        "7\r\n",
        "(b'a', 1, ''\r\nFalse\r\n",
        // A board that goes backwards could go on for ever.
        "(b'a', 1, '')\r\n(b'a', 1, '')\r\nFalse\r\n",
        "(b'a', 1, '')\r\n(b'b', 1, '')\r\nFalse\r\n",
        "(b'a/b', 1, '')\r\n(b'a', -1, '')\r\nFalse\r\n",
    ];
    for answer in cases {
        assert!(is_senseless(listed(transport, answer)), "{answer:?}");
    }
    let endless = listed(transport, &format!("(b'{}', 1, '')\r\nFalse\r\n", "x".repeat(9000)));
    assert_eq!(endless, Err(Refused::TooMuch { what: "bytes of output", limit: 8192 }.into()));
}

#[rstest]
fn damaged_digests(#[values(Bare, Windows, Unix)] transport: Transport) {
    let asked = |answer: Vec<u8>| {
        let digest = TreeDigest::new("").expect("a path");
        result(transport, digest, |script| {
            let own = defines(script) || calls(script, "i");
            if own { takes_files(script) } else { answer.clone() }
        })
    };
    assert!(matches!(asked(printed("..00ff10aB\r\n")), Ok((_, Some(_)))));
    for answer in ["", "00ff10a\r\n", "00ff10abc\r\n", "0x00ff10\r\n", "00ff10ab 1\r\n", "None\r\n"] {
        assert!(is_senseless(asked(printed(answer))), "{answer:?}");
    }
    assert!(matches!(asked(raised("OSError: [Errno 2] ENOENT")), Ok((_, None))));
    assert!(matches!(asked(raised("OSError: [Errno 5] EIO")), Err(Error::Exception(_))));
}

#[rstest]
fn changes_in_few_scripts_and_safe_to_run_again(#[values(Bare, Windows, Unix)] transport: Transport) {
    let changes: Vec<_> =
        (0..100).map(|at| TreeChange::Make(format!("folder {at:03} {}", "x".repeat(40)))).collect();
    let mut change = ChangeTree::new(changes.clone()).expect("paths");
    let (mut session, mut board, mut asked) = (transport.session(), Board::new(), 0);
    let mut answer = |script: &str| {
        if defines(script) {
            return nothing();
        }
        asked += 1;
        let lines = script.matches("'+").count();
        match asked {
            1 => printed(&"0\r\n".repeat(lines)),
            // One answer is missing: which one is not known.
            2 => printed(&"0\r\n".repeat(lines - 1)),
            _ => printed(&["28\r\n", &"0\r\n".repeat(lines - 1)].concat()),
        }
    };
    assert!(is_senseless(run(&mut session, &mut board, &mut change, &mut answer).result.expect("it ended")));
    let again = run(&mut session, &mut board, &mut change, &mut answer).result.expect("it ended");
    let failed = again.expect("what failed");
    assert!(asked <= 6, "{asked} scripts");
    let scripts: Vec<_> = board.scripts.iter().filter(|script| calls(script, "tm")).collect();
    assert_eq!(scripts[1], scripts[2], "what is open is asked again");
    assert_eq!(failed.len(), scripts.len() - 2);
    let full = |error: &Error| matches!(error, Error::Exception(exception) if exception.errno == Some(28));
    assert!(failed.iter().all(|(_, error)| full(error)), "{failed:?}");
    let made: usize = scripts
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != 1)
        .map(|(_, script)| script.matches("'+").count())
        .sum();
    assert_eq!(made, changes.len());
    for answer in ["0\r\n0\r\n", "-1\r\n", "x\r\n", "99999\r\n", ""] {
        let one = ChangeTree::new(vec![TreeChange::Remove("x".into())]).expect("a path");
        assert!(is_senseless(result(transport, one, says(printed(answer)))), "{answer:?}");
    }
}

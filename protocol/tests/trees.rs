//! Trees on the simulated board: what they cost, what damaged answers come to, and what a plan makes of a tree.

use std::{cell::RefCell, collections::BTreeMap, convert::Infallible};

use proptest::{collection::btree_map, prelude::*, sample::select};
use rawpaste::{
    ChangeTree, Content, DigestKind, Error, Event, Hash, ListTree, Operation, Put, Refused, Session, Step,
    TreeChange, TreeDigest, TreeEntry, TreePlan, hash_tree,
    testing::{Bench, Capabilities, Firmware, LinkShape, Manner, RawPaste, drive},
    unfit_names,
};

/// A tree as a model: what stands at each path, none for a folder.
type Model = BTreeMap<String, Option<Vec<u8>>>;

fn run<O: Operation>(bench: &mut Bench, session: &mut Session, operation: O) -> Result<O::Output, Error> {
    drive(session, bench, operation, &Manner::default()).result.expect("not cancelled")
}

fn entries(model: &Model, kind: DigestKind) -> (Vec<TreeEntry>, Hash) {
    let content = |bytes: &Option<Vec<u8>>| match bytes {
        None => Content::Folder,
        Some(bytes) => Content::File { size: bytes.len() as u64, hash: None },
    };
    let mut entries: Vec<_> =
        model.iter().map(|(path, bytes)| TreeEntry { path: path.clone(), content: content(bytes) }).collect();
    let read = |path: &str, take: &mut dyn FnMut(&[u8])| {
        take(model[path].as_deref().unwrap_or_default());
        Ok::<_, Infallible>(())
    };
    let Ok(hash) = hash_tree(kind, &mut entries, read);
    (entries, hash)
}

fn fifty_files() -> Model {
    (0..50_u8).map(|at| (format!("file{at:02}.py"), Some(vec![at; 1024]))).collect()
}

fn board_with(model: &Model, firmware: Firmware) -> Bench {
    let mut bench = Bench::new(firmware, LinkShape::uart());
    for (path, bytes) in model {
        match bytes {
            Some(bytes) => bench.device.disk_mut().insert(path, bytes.clone()),
            None => bench.device.disk_mut().make_dir(path).expect("a folder"),
        }
    }
    bench
}

/// 50 files of 1 KiB that are there already cost one definition, one call and one answer.
#[test]
fn the_same_tree_again_costs_next_to_nothing() {
    let model = fifty_files();
    let mut bench = board_with(&model, Firmware::default());
    let mut first = Session::default();
    let asked = TreeDigest::new("").expect("a path");
    assert_eq!(
        run(&mut bench, &mut first, asked).expect("a digest").1,
        Some(entries(&model, DigestKind::Sha256).1)
    );
    let unknown = bench.wire.sent() + bench.wire.answered();
    let took_unknown = bench.now.saturating_duration_since(rawpaste::Instant::EPOCH).as_secs_f64() * 11_520.0;
    // A known board, entered, with nothing defined on it.
    let mut session = Session::with_board(rawpaste::Config::default(), first.board().clone());
    session.config.nonce = 2;
    run(&mut bench, &mut session, rawpaste::Exec::captured("", 10)).expect("entered");
    let (sent, answered, started) = (bench.wire.sent(), bench.wire.answered(), bench.now);
    let asked = TreeDigest::new("").expect("a path");
    let driven = drive(&mut session, &mut bench, asked, &Manner::default());
    assert!(matches!(driven.result, Some(Ok((DigestKind::Sha256, Some(_))))));
    let (sent, answered) = (bench.wire.sent() - sent, bench.wire.answered() - answered);
    let took = bench.now.saturating_duration_since(started).as_secs_f64() * 11_520.0;
    println!(
        "known: {sent} up, {answered} down, {} turnarounds, {took:.0} byte-times; unknown: {unknown} bytes, \
         {took_unknown:.0} byte-times",
        driven.turnarounds
    );
    assert!(took < 1_300.0, "{took} byte-times");
    assert!(took_unknown < 3_400.0, "{took_unknown} byte-times");
}

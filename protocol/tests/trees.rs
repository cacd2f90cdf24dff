//! Trees on the simulated board: what they cost, what damaged answers come to, and what a plan makes of a tree.

use std::{cell::RefCell, collections::BTreeMap, convert::Infallible};

use proptest::{collection::btree_map, prelude::*, sample::select};
use rawpaste::{
    ChangeTree, Choices, Content, DigestKind, Encoding, Error, Exec, Hash, ListTree, Operation, Put, Session,
    TreeChange, TreeDigest, TreeEntry, TreePlan, hash_tree,
    testing::{
        Bench, Capabilities, Firmware, LinkShape, Manner, RawPaste,
        Transport::{self, Bare, Unix, Windows},
        drive,
    },
    unfit_names,
};
use rstest::rstest;

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

/// What a digest of a tree costs on an entered connection with nothing defined on it: bytes up and down,
/// and the time in bytes at the wire's rate.
fn cost(bench: &mut Bench, session: &mut Session) -> (u64, u64, f64) {
    run(bench, session, Exec::captured("", 10).expect("code")).expect("entered");
    let (sent, answered, started) = (bench.wire.sent(), bench.wire.answered(), bench.now);
    let asked = TreeDigest::new("").expect("a path");
    let driven = drive(session, bench, asked, &Manner::default());
    let ours = entries(&fifty_files(), DigestKind::Sha256).1;
    assert_eq!(driven.result, Some(Ok((DigestKind::Sha256, Some(ours)))));
    let time = bench.now.saturating_duration_since(started).as_secs_f64() * 11_520.0;
    (bench.wire.sent() - sent, bench.wire.answered() - answered, time)
}

/// 50 files of 1 KiB that are there already cost one definition, one call and one answer: 3 % of the about 58,000 bytes
/// of the first time, and 6 % where nothing is known of the board.
#[rstest]
fn the_same_tree_again_costs_next_to_nothing(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut bench = board_with(&fifty_files(), Firmware::default());
    let mut stranger = transport.session();
    let (up, down, time) = cost(&mut bench, &mut stranger);
    assert!(time < 3_400.0, "unknown: {up} up, {down} down, {time} byte-times");
    let mut config = transport.config();
    config.nonce = 2;
    let mut known = Session::with_board(config, stranger.board().clone());
    let (up, down, time) = cost(&mut bench, &mut known);
    assert!(up < 900 && down < 120 && time < 1_000.0, "known: {up} up, {down} down, {time} byte-times");
}

/// A listing that is broken off anywhere goes on where it was: each entry comes once.
#[rstest]
fn a_listing_goes_on_where_it_was(#[values(Bare, Windows, Unix)] transport: Transport) {
    let mut model = fifty_files();
    model.insert("a.folder".into(), None);
    model.extend((0..90_u8).map(|at| (format!("a.folder/{at}"), Some(vec![at; usize::from(at) * 100]))));
    let (mut expected, _) = entries(&model, DigestKind::Sha256);
    let came = RefCell::new(Vec::new());
    let each = |entry| {
        came.borrow_mut().push(entry);
        Ok(())
    };
    let mut list = ListTree::new("", each).expect("a path");
    let (mut bench, mut session) = (board_with(&model, Firmware::default()), transport.session());
    let mut broken_off = 0;
    let done = loop {
        let manner = Manner { cancel: Some(1_500), ..Manner::default() };
        match drive(&mut session, &mut bench, &mut list, &manner).result {
            Some(result) => break result,
            None => broken_off += 1,
        }
    };
    assert_eq!(done, Ok(()));
    assert!(broken_off >= 2, "{broken_off}");
    let came = came.into_inner();
    expected.retain(|entry| !came.contains(entry));
    assert_eq!((came.len(), expected), (model.len(), vec![]));
}

/// Boards without raw paste, without folders in `os.stat`'s sense, with a weak digest: the same tree.
#[rstest]
fn other_boards(#[values(Bare, Windows, Unix)] transport: Transport) {
    let weak =
        |sha256, binascii| Capabilities { sha256, hashlib_new: false, binascii, ..Capabilities::default() };
    let boards = [
        (Firmware { raw_paste: RawPaste::Absent, ..Firmware::default() }, DigestKind::Sha256),
        (Firmware { can: weak(false, true), ..Firmware::default() }, DigestKind::Crc32),
        (Firmware { can: weak(false, false), ..Firmware::default() }, DigestKind::Adler32),
        (Firmware { read_only: false, ..Firmware::circuitpython() }, DigestKind::Sha256),
    ];
    for (firmware, kind) in boards {
        let mut bench = Bench::new(firmware, LinkShape::default());
        let mut session = transport.session();
        let paths: Vec<_> =
            (0..60).map(|at| format!("a folder of the board {at}/{}", "x".repeat(at))).collect();
        let made = paths.iter().flat_map(|path| {
            let above = path.split_once('/').unwrap_or_default().0;
            [above, path.trim_end_matches('/')].map(|path| TreeChange::Make(path.into()))
        });
        let change = ChangeTree::new(made.collect()).expect("paths");
        assert_eq!(run(&mut bench, &mut session, change), Ok(vec![]));
        run(&mut bench, &mut session, Put::new(vec![7; 600], "f").expect("a path")).expect("put");
        let mut model: Model = bench.device.disk().folders().map(|path| (path.into(), None)).collect();
        assert_eq!(model.len(), 119);
        model.insert("f".into(), Some(vec![7; 600]));
        let (mut ours, hash) = entries(&model, kind);
        assert_eq!(
            run(&mut bench, &mut session, TreeDigest::new("").expect("a path")),
            Ok((kind, Some(hash)))
        );
        let mut listed = Vec::new();
        let each = |entry| {
            listed.push(entry);
            Ok(())
        };
        run(&mut bench, &mut session, ListTree::new("/", each).expect("a path")).expect("a listing");
        ours.sort_by(|one, other| one.path.cmp(&other.path));
        listed.sort_by(|one, other| one.path.cmp(&other.path));
        assert_eq!(listed, ours);
    }
}

/// What a put left that was cut off is known for what it is, and the plan knows whose it is.
#[rstest]
fn what_a_cut_off_put_left(#[values(Bare, Windows, Unix)] transport: Transport) {
    let model = Model::from([("lib".into(), None), ("lib/main.py".into(), Some(vec![9; 9000]))]);
    let (mut bench, mut session) =
        (board_with(&Model::from([("lib".into(), None)]), Firmware::default()), transport.session());
    let mut put = Put::new(vec![9; 9000], "lib/main.py").expect("a path");
    let mut dense = Choices::default();
    (dense.chunk, dense.encoding) = (Some(256), Some(Encoding::Dense));
    put = put.choices(dense);
    // Further each time, until the temporary file is there.
    for steps in (1..).map(|part| part * 50) {
        let manner = Manner { cancel: Some(steps), ..Manner::default() };
        assert_eq!(drive(&mut session, &mut bench, &mut put, &manner).result, None);
        if bench.device.disk().files().any(|(path, _)| path.starts_with("lib/.rp-")) {
            break;
        }
    }
    let mut there = Vec::new();
    let each = |entry| {
        there.push(entry);
        Ok(())
    };
    run(&mut bench, &mut session, ListTree::new("", each).expect("a path")).expect("a listing");
    assert!(there.iter().any(|entry| matches!(entry.content, Content::Kept { .. })), "{there:?}");
    let (ours, _) = entries(&model, DigestKind::Sha256);
    let plan = TreePlan::new(&ours, &there, true).expect("a plan");
    assert!(plan.remove.is_empty() && plan.copy.len() == 1 && plan.copy[0].left.is_some(), "{plan:?}");
    // Nor does it go with a folder that is not wanted.
    let plan = TreePlan::new(&[], &there, true).expect("a plan");
    assert!(plan.remove.is_empty() && plan.stays.len() == 2, "{plan:?}");
}

#[test]
fn names_that_a_board_may_not_hold() {
    let long = "x".repeat(256);
    let unfit = [
        "a:b",
        "lib/what?",
        "a\\b",
        "dot.",
        "space ",
        "bell\u{7}",
        "\u{7f}",
        "a//b",
        "../x",
        ".rp-12345678",
        "d/.rp-x/f",
        &long,
    ];
    let found: Vec<_> = unfit_names(unfit).into_iter().map(|unfit| unfit.path).collect();
    assert_eq!(found, unfit);
    let fit = ["main.py", ".hidden", "a b", "\u{65e5}\u{672c}", "lib/a.py", "lib/b.py", "libs", &long[1..]];
    assert_eq!(unfit_names(fit), []);
    let found = unfit_names(["Lib", "lib", "a/\u{e9}", "a/\u{c9}", "b/x", "c/X"]);
    assert_eq!(found.iter().map(|unfit| &*unfit.path).collect::<Vec<_>>(), ["lib", "a/\u{c9}"]);
    assert!(found[0].to_string().contains("differs only in case from \"Lib\""), "{}", found[0]);
}

#[test]
fn what_is_in_the_way_is_refused_by_name() {
    let tree = |paths: &[&str]| {
        let model: Model = paths
            .iter()
            .map(|path| (path.trim_end_matches('/').into(), (!path.ends_with('/')).then(Vec::new)))
            .collect();
        entries(&model, DigestKind::Crc32).0
    };
    let refused = |source: &[&str], target: &[&str], delete| {
        let plan = TreePlan::new(&tree(source), &tree(target), delete);
        plan.map_or_else(|unfit| unfit.into_iter().map(|unfit| unfit.path).collect(), |_| vec![])
    };
    let none: [String; 0] = [];
    assert_eq!(refused(&["a/", "a/x", "b"], &["a", "b/", "b/y"], false), ["a", "b"]);
    assert_eq!(refused(&["a/", "a/x", "b"], &["a", "b/", "b/y"], true), none);
    assert_eq!(refused(&["Lib/", "Lib/x"], &["lib/", "lib/x"], false), ["Lib", "Lib/x"]);
    assert_eq!(refused(&["Lib/", "Lib/x"], &["lib/", "lib/x"], true), none);
    // What stands on the board in both cases is on one that can tell them apart.
    assert_eq!(refused(&["lib"], &["lib", "Lib"], false), none);
    let mut kept = tree(&["a/", "a/k"]);
    kept.iter_mut().filter(|entry| entry.path == "a/k").for_each(|k| k.content = Content::Kept { size: 0 });
    for source in [&["a"][..], &["a/", "a/k"]] {
        let unfit = TreePlan::new(&tree(source), &kept, true).expect_err("something is left alone");
        assert_eq!(unfit.len(), 1, "{unfit:?}");
    }
}

fn trees() -> impl Strategy<Value = Model> {
    let name = || select(["a", "b", "a!", "c"].as_slice());
    let path = (name(), name(), name(), 1..=3_usize)
        .prop_map(|(one, two, three, parts)| [one, two, three][..parts].join("/"));
    let content =
        prop_oneof![Just(None), select(["", "one", "two"].as_slice()).prop_map(|text| Some(text.into()))];
    btree_map(path, content, 0..12).prop_map(|mut model| {
        // What is above something is a folder.
        let above: Vec<String> =
            model.keys().flat_map(|path| path.match_indices('/').map(|(at, _)| path[..at].into())).collect();
        above.into_iter().for_each(|folder| drop(model.insert(folder, None)));
        model
    })
}

/// Does what a plan says, as a file system would have it done.
fn apply(plan: &TreePlan, source: &Model, target: &mut Model) {
    for entry in &plan.remove {
        let inside = format!("{}/", entry.path);
        assert!(!target.keys().any(|path| path.starts_with(&inside)), "{} is not empty", entry.path);
        assert!(target.remove(&entry.path).is_some(), "{} is not there", entry.path);
    }
    let is_in_folder = |target: &Model, path: &str| {
        path.rsplit_once('/').is_none_or(|(folder, _)| target.get(folder) == Some(&None))
    };
    for folder in &plan.make {
        assert!(is_in_folder(target, folder) && target.insert(folder.clone(), None).is_none(), "{folder}");
    }
    for copy in &plan.copy {
        assert!(is_in_folder(target, &copy.path), "{copy:?}");
        let old = target.insert(copy.path.clone(), source[&copy.path].clone());
        assert_eq!(copy.replaces, matches!(old, Some(Some(_))), "{copy:?}");
        assert!(old != Some(None) && old.as_ref() != Some(&source[&copy.path]), "{copy:?}");
    }
}

proptest! {
    #[test]
    fn a_plan_makes_one_tree_like_the_other(source in trees(), target in trees()) {
        let theirs = entries(&target, DigestKind::Crc32).0;
        let ours = entries(&source, DigestKind::Crc32).0;
        let mut changed = target.clone();
        apply(&TreePlan::new(&ours, &theirs, true).expect("a plan"), &source, &mut changed);
        prop_assert_eq!(&changed, &source);
        let again = TreePlan::new(&ours, &entries(&changed, DigestKind::Crc32).0, true).expect("a plan");
        prop_assert!(again.is_empty());

        // Without removing, what is only there stays, or something is in the way.
        let kinds_agree = source.iter().all(|(path, one)| target.get(path).is_none_or(|other| one.is_some() == other.is_some()));
        let plan = TreePlan::new(&ours, &theirs, false);
        prop_assert_eq!(plan.is_ok(), kinds_agree);
        if let Ok(plan) = plan {
            let mut changed = target.clone();
            apply(&plan, &source, &mut changed);
            let mut both = target;
            both.extend(source);
            prop_assert_eq!(changed, both);
        }
    }
}

//! Puts over an older version, on the simulated board: what became of each file is said once and true, and nothing is left.

use rawpaste::{
    Board, Choices, Error, Files, Placed, Plan, Put, PutAll, Refused, Source,
    testing::{
        Bench, Firmware, LinkShape, Manner,
        Transport::{self, Bare, Unix, Windows},
        drive, noise,
    },
};
use rstest::rstest;

const WRITTEN: Placed = Placed::Written { resumed: 0 };

/// Files of which the host knows, or believes to know, what the board holds.
#[derive(Default)]
struct Known {
    files: Vec<Vec<u8>>,
    old: Option<Vec<u8>>,
    settled: Vec<(usize, Option<Placed>)>,
}

impl Files for Known {
    fn size(&mut self, index: usize) -> Result<u64, Error> {
        self.files[index].size()
    }

    fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.files[index].read_at(offset, buffer)
    }

    fn known(&mut self, _index: usize) -> Option<Vec<u8>> {
        self.old.clone()
    }

    fn settled(&mut self, index: usize, result: Result<Placed, &Error>) {
        self.settled.push((index, result.ok()));
    }
}

fn edited(old: &[u8]) -> Vec<u8> {
    let mut new = old.to_vec();
    new.splice(9000..9003, *b"a line that was not there");
    new
}

fn bench(firmware: Firmware, old: &[u8]) -> Bench {
    let mut bench = Bench::new(firmware, LinkShape::default());
    bench.device.disk_mut().insert("f", old);
    bench
}

fn names(bench: &Bench) -> Vec<String> {
    bench.device.disk().files().map(|(name, _)| name.to_owned()).collect()
}

#[rstest]
fn a_file_made_of_the_old_one_is_settled_once(#[values(Bare, Windows, Unix)] transport: Transport) {
    let old = noise(1, 20_000);
    for knows in [true, false] {
        let files = vec![edited(&old), noise(2, 5000), noise(3, 100)];
        let known = Known { files: files.clone(), old: knows.then(|| old.clone()), settled: Vec::new() };
        let mut put = PutAll::new(known, ["f", "g", "h"]).expect("paths");
        let mut bench = bench(Firmware::default(), &old);
        let driven = drive(&mut transport.session(), &mut bench, &mut put, &Manner::default());
        assert_eq!(driven.result, Some(Ok(vec![Ok(WRITTEN); 3])));
        for (name, file) in ["f", "g", "h"].iter().zip(&files) {
            assert_eq!(bench.device.disk().get(name), Some(&file[..]));
        }
        let settled = put.into_files().settled;
        assert_eq!(settled, [0, 1, 2].map(|at| (at, Some(WRITTEN))), "{knows}");
        assert_eq!(names(&bench), ["f", "g", "h"]);
    }
}

/// Blocks that end in their own CRC-32, as those of many images do, all have the same one.
#[rstest]
fn equal_checksums_are_not_equal_files(#[values(Bare, Windows, Unix)] transport: Transport) {
    let blocks = |seed: u32| -> Vec<u8> {
        let block = |seed| {
            let mut block = noise(seed, 8188);
            let sum = crc32fast::hash(&block);
            block.extend(sum.to_le_bytes());
            block
        };
        [block(seed), block(seed + 1)].concat()
    };
    let (old, new) = (blocks(1), blocks(7));
    let mut bench = bench(Firmware::default(), &old);
    let put = Put::new(new.clone(), "f").expect("a path");
    let driven = drive(&mut transport.session(), &mut bench, put, &Manner::default());
    assert_eq!(driven.result, Some(Ok(WRITTEN)));
    assert_eq!(bench.device.disk().get("f"), Some(&new[..]));
    let put = Put::new(new, "f").expect("a path");
    let driven = drive(&mut transport.session(), &mut bench, put, &Manner::default());
    assert_eq!(driven.result, Some(Ok(Placed::Same)));
}

/// What is believed of the old file is wrong, or there is no room to make the new one beside it: nothing of that is left.
#[rstest]
fn a_patch_in_vain_leaves_nothing(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (old, other) = (noise(1, 60_000), noise(9, 60_000));
    for (disk, in_place) in [(1024 * 1024, false), (100 * 1024, true)] {
        let mut new = edited(&other);
        new.truncate(60_000);
        let believed = if in_place { old.clone() } else { other.clone() };
        if in_place {
            new = edited(&old);
        }
        let known = Known { files: vec![new.clone()], old: Some(believed), settled: Vec::new() };
        let put = PutAll::new(known, ["f"]).expect("paths").in_place(in_place);
        let mut bench = bench(Firmware { disk, ..Firmware::default() }, &old);
        let driven = drive(&mut transport.session(), &mut bench, put, &Manner::default());
        assert!(matches!(driven.result, Some(Ok(ref results)) if results[0].is_ok()), "{:?}", driven.result);
        assert_eq!(bench.device.disk().get("f"), Some(&new[..]));
        assert_eq!(names(&bench), ["f"]);
    }
}

/// What was compared in vain is compared again when the operation is run again.
#[rstest]
fn each_run_compares(#[values(Bare, Windows, Unix)] transport: Transport) {
    let old = noise(1, 20_000);
    let mut bench = bench(Firmware::default(), &noise(5, 20_000));
    let mut session = transport.session();
    let files = Known { files: vec![edited(&old)], ..Known::default() };
    let mut put = PutAll::new(files, ["f"]).expect("paths");
    assert!(drive(&mut session, &mut bench, &mut put, &Manner::default()).result.is_some());
    bench.device.disk_mut().insert("f", old);
    let before = bench.wire.sent();
    let driven = drive(&mut session, &mut bench, &mut put, &Manner::default());
    assert_eq!(driven.result, Some(Ok(vec![Ok(WRITTEN)])));
    assert!(bench.wire.sent() - before < 5000, "{} bytes", bench.wire.sent() - before);
}

/// A target that is its own temporary file, or that of another, would not be whole at any moment.
#[test]
fn names_of_temporary_files_are_refused() {
    for path in [".rp-0", "lib/.rp-0", "/.rp-12345678"] {
        let refused = Put::new(Vec::new(), path).err();
        assert!(matches!(refused, Some(Error::Refused(Refused::Path { .. }))), "{path}: {refused:?}");
    }
    assert!(Put::new(Vec::new(), ".rp").is_ok());
}

/// A size that no file has, and a plan all the same.
#[test]
fn any_size_is_planned_for() {
    for size in [0, 3071, 3072, u64::MAX] {
        let plan = Plan::new(&Board::default(), &Choices::default(), size, &[b'a'; 4096]);
        assert_eq!(plan.reasons().count(), 5 + usize::from(plan.to_string().contains("target")));
    }
}

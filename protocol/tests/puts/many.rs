//! Many files in one operation.

use rawpaste::{
    Error, Placed, PutAll, Refused,
    testing::{
        Bench, Firmware,
        Transport::{self, Bare, Unix, Windows},
        noise,
    },
};
use rstest::rstest;

use crate::bench::{Contents, WRITTEN, bench, run, temporary, text};

const PATHS: [&str; 9] = ["a", "lib/b.py", "c", "none/x", "d", "dir", "none/y", "\u{e9} '\"", "lib/e"];

/// Small ones and large ones, text and not, in no order.
fn files() -> Vec<Vec<u8>> {
    vec![
        noise(1, 10),
        text(5000),
        vec![],
        noise(1, 20),
        text(2000),
        noise(1, 30),
        noise(1, 5000),
        noise(1, 3500),
        text(300),
    ]
}

fn board() -> Bench {
    let mut bench = bench(Firmware::default());
    bench.device.disk_mut().make_dir("lib").expect("a folder");
    bench.device.disk_mut().make_dir("dir").expect("a folder");
    bench
}

fn errno(result: &Result<Placed, Error>) -> Option<u16> {
    match result {
        Err(Error::Exception(exception)) => exception.errno,
        Ok(_) | Err(_) => None,
    }
}

/// What fails leaves the others done, and nothing of itself.
#[rstest]
fn one_that_fails_leaves_the_others_done(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut bench) = (transport.session(), board());
    let mut put = PutAll::new(Contents::new(files()), PATHS).expect("paths");
    for again in [false, true] {
        let results = run(&mut session, &mut bench, &mut put).expect("results");
        assert_eq!(results.len(), PATHS.len());
        for ((path, file), result) in PATHS.iter().zip(files()).zip(&results) {
            let there = bench.device.disk().get(path);
            match *path {
                "none/x" | "none/y" => {
                    assert_eq!((errno(result), there), (Some(2), None), "{path}: {result:?}")
                }
                "dir" => assert_eq!((errno(result), there), (Some(21), None), "{result:?}"),
                _ => {
                    let same = again && file.len() > 3072;
                    assert_eq!(result, &Ok(if same { Placed::Same } else { WRITTEN }), "{path}");
                    assert_eq!(there, Some(&file[..]), "{path}");
                }
            }
        }
        assert_eq!(temporary(&bench), [""; 0], "it stays");
    }
}

/// A source that cannot be read, or changes, fails alone.
#[rstest]
fn a_source_that_fails_fails_alone(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut bench) = (transport.session(), board());
    let mut files = Contents::new([noise(1, 10), vec![], noise(1, 4000), text(100)]);
    files.files[1] = None;
    let put = PutAll::new(files, ["a", "b", "c", "d"]).expect("paths");
    let results = run(&mut session, &mut bench, put).expect("results");
    let local = Err(Refused::Local("a file that went away".into()).into());
    assert_eq!(results, [Ok(WRITTEN), local, Ok(WRITTEN), Ok(WRITTEN)]);
    assert_eq!(bench.device.disk().files().count(), 3);
}

/// A large one for which there is no room is refused; smaller ones behind it still fit.
#[rstest]
fn no_room_for_one(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut bench) =
        (transport.session(), bench(Firmware { disk: 16 * 1024, ..Firmware::default() }));
    let files = Contents::new([noise(1, 100), noise(1, 20_000), noise(1, 5000)]);
    let put = PutAll::new(files, ["a", "b", "c"]).expect("paths");
    let results = run(&mut session, &mut bench, put).expect("results");
    let [Ok(_), Err(Error::Refused(Refused::NoRoom { needs: 20_000, free, old: 0 })), Ok(_)] = results[..]
    else {
        panic!("{results:?}")
    };
    assert!(free < 16 * 1024, "{free}");
    assert_eq!(bench.device.disk().files().count(), 2);
}

/// No room for both: refused, unless the old file may go first.
#[rstest]
fn in_place(#[values(Bare, Windows, Unix)] transport: Transport) {
    for in_place in [false, true] {
        let (mut session, mut bench) =
            (transport.session(), bench(Firmware { disk: 16 * 1024, ..Firmware::default() }));
        bench.device.disk_mut().insert("f", noise(1, 9000));
        let put = crate::bench::put(&text(10_000)).in_place(in_place);
        let result = run(&mut session, &mut bench, put);
        let there = bench.device.disk().get("f").expect("a file");
        if in_place {
            assert_eq!((result, there), (Ok(WRITTEN), &text(10_000)[..]));
        } else {
            let Err(Error::Refused(Refused::NoRoom { old: 9000, .. })) = result else { panic!("{result:?}") };
            assert_eq!(there, noise(1, 9000));
        }
        assert_eq!(temporary(&bench), [""; 0]);
    }
}

/// Small files share scripts, so that a hundred take far fewer turns than files.
#[rstest]
fn small_files_share_scripts(#[values(Bare, Windows, Unix)] transport: Transport) {
    let (mut session, mut bench) = (transport.session(), bench(Firmware::default()));
    let paths: Vec<_> = (0..100).map(|at| format!("file{at}")).collect();
    let files = (0..100).map(|at| noise(1, 100 + at)).collect::<Vec<_>>();
    let put = PutAll::new(Contents::new(files.clone()), paths.clone()).expect("paths");
    let results = run(&mut session, &mut bench, put).expect("results");
    assert!(results.iter().all(|result| *result == Ok(WRITTEN)), "{results:?}");
    for (path, file) in paths.iter().zip(&files) {
        assert_eq!(bench.device.disk().get(path), Some(&file[..]), "{path}");
    }
    assert!(bench.device.statistics().scripts < 25, "{:?}", bench.device.statistics());
    let none: Vec<String> = Vec::new();
    let put = PutAll::new(Contents::default(), none).expect("no paths");
    assert_eq!(run(&mut session, &mut bench, put), Ok(vec![]));
}

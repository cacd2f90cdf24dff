//! Files there and back.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rawpaste_board::trial::Trial;
#[cfg(unix)]
use rawpaste_board::trial::when_possible;

use super::{Bench, trial};
#[cfg(unix)]
use crate::command::{at, code, errors, run};
use crate::command::{command, done, noise, pairs};
use crate::daily;

/// Those that this system can hold.
#[cfg(unix)]
const NAMES: [&str; 6] = ["with space", "quo'te\"d", "ünï-日本-😀", "back\\slash", "-dash", "semi;colon$(x)"];
#[cfg(not(unix))]
const NAMES: [&str; 4] = ["with space", "ünï-日本-😀", "-dash", "semi;colon$(x)"];

/// How often a put is killed: starting a process takes longer elsewhere.
const KILLS: u32 = if cfg!(unix) { 40 } else { 10 };

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("all_values_at_every_offset", |bench| {
            there_and_back(bench, "pairs", &pairs());
            there_and_back(bench, "shifted", &[&b"x"[..], &pairs()].concat());
        }),
        trial("a_mebibyte_of_noise", |bench| there_and_back(bench, "noise", &noise(1 << 20, 7))),
        trial("small_files", |bench| {
            for (name, bytes) in [("empty", &b""[..]), ("end", b"\x04"), ("stop", b"\x03"), ("line", b"\n")] {
                there_and_back(bench, name, bytes);
            }
        }),
        trial("names_of_all_kinds", |bench| {
            for name in NAMES {
                there_and_back(bench, name, name.as_bytes());
                let listed = String::from_utf8(done(bench.name(), ["ls"])).unwrap();
                assert!(listed.contains(name), "{listed}");
                assert_eq!(done(bench.name(), ["cat", &format!(":{name}")]), name.as_bytes());
                done(bench.name(), ["rm", &format!(":{name}")]);
                assert!(!bench.on_board(name).exists());
            }
        }),
        trial("files_of_a_day", |bench| {
            daily::files(bench.name().to_str().unwrap(), bench.port.dir());
        }),
        trial("killed_at_any_moment_of_a_put", killed_at_any_moment),
        #[cfg(unix)]
        when_possible(Trial::test("a_path_that_leaves_the_folder_is_refused", || {
            leaving_the_folder();
            Ok(())
        })),
    ]
}

fn there_and_back(bench: &Bench, name: &str, bytes: &[u8]) {
    let (file, back) = (bench.here(name), bench.here("back"));
    fs::write(&file, bytes).unwrap();
    done(bench.name(), ["put", file.to_str().unwrap()]);
    assert!(fs::read(bench.on_board(name)).unwrap() == bytes, "{name} is another on the board");
    done(bench.name(), ["get", &format!(":{name}"), back.to_str().unwrap()]);
    assert!(fs::read(back).unwrap() == bytes, "{name} came back as another");
}

fn killed_at_any_moment(bench: &Bench) {
    let (old, new) = (noise(30_000, 1), noise(30_000, 2));
    let sources = [bench.here("old"), bench.here("new")];
    fs::write(&sources[0], &old).unwrap();
    fs::write(&sources[1], &new).unwrap();
    let arguments = |at: usize| ["put", sources[at].to_str().unwrap(), ":target"];
    let began = Instant::now();
    done(bench.name(), arguments(0));
    let whole = began.elapsed();
    for part in (0..KILLS).map(|kill| kill * 40 / KILLS) {
        let mut put = command(bench.name(), arguments(1)).spawn().unwrap();
        thread::sleep(whole * part / 32);
        put.kill().unwrap();
        put.wait().unwrap();
        let target = fs::read(bench.on_board("target")).unwrap();
        assert!(target == old || target == new, "neither file after {part} parts of 32");
        let began = Instant::now();
        done(bench.name(), arguments(0));
        let again = began.elapsed();
        assert!(again < whole + Duration::from_secs(3), "{again:?} after {part} parts of 32");
        assert!(fs::read(bench.on_board("target")).unwrap() == old);
    }
}

#[cfg(unix)]
fn leaving_the_folder() {
    let (dir, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let port = at("micropython", dir.path());
    let secret = here.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    std::os::unix::fs::symlink(here.path(), dir.path().join("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", dir.path().join("dangling")).unwrap();
    fs::write(dir.path().join("inside"), "inside").unwrap();
    for path in [":/../x", ":../x", ":a/../../x", ":link/secret", ":/link/secret", ":dangling", ":..", ":/.."]
    {
        for verb in ["cat", "ls", "rm", "get"] {
            let output = run(&port, [verb, path]);
            assert_eq!(code(&output), 2, "{verb} {path}: {}", errors(&output));
        }
        let output = run(&port, ["put", secret.to_str().unwrap(), path]);
        assert_eq!(code(&output), 2, "put {path}: {}", errors(&output));
        assert!(errors(&output).contains("leaves the folder"), "{}", errors(&output));
    }
    assert_eq!(fs::read(&secret).unwrap(), b"secret");
    for inside in [":inside", ":/inside", ":a/../inside", ":/./inside"] {
        assert_eq!(done(&port, ["cat", inside]), b"inside", "{inside}");
    }
    // The board's / is the folder.
    let full = format!(":{}", secret.display());
    assert_eq!(code(&run(&port, ["rm", &full])), 3);
    done(&port, ["mkdir", ":/lib"]);
    done(&port, ["put", secret.to_str().unwrap(), ":/lib/"]);
    assert_eq!(fs::read(dir.path().join("lib/secret")).unwrap(), b"secret");
    done(&port, ["rm", "-r", ":/lib"]);
    assert!(!dir.path().join("lib").exists() && secret.exists());
}

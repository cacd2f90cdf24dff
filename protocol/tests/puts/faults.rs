//! Puts of all kinds on links of all kinds, with faults anywhere: each file is the old one or the new one, what is called
//! done is the new one, and the next run works.

use std::{fmt, num::NonZeroUsize, time::Duration};

use proptest::{collection::vec, prelude::*, sample::select};
use rawpaste::{
    Choices, Encoding, Error, Flow, Leave, PutAll, Session,
    testing::{
        Bench, Capabilities, Direction, Driven, Fault, Firmware, Input, LinkShape, Manner, Transport, drive,
        noise, strategies,
    },
};

use crate::bench::{Contents, run, text};

const PATHS: [&str; 5] = ["f", "lib/g.py", "h", "lib/i", "\u{e9} '\""];

type Placed = Vec<Result<rawpaste::Placed, Error>>;

/// What is put, over what, and how.
#[derive(Clone)]
struct Case {
    /// Each file, and what was there before.
    files: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Whether the host knows what was there before.
    known: bool,
    choices: Choices,
    flow: Flow,
    chunk: Option<NonZeroUsize>,
    firmware: Firmware,
    shape: LinkShape,
    transport: Transport,
}

impl fmt::Debug for Case {
    /// Contents by their sizes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self.files.iter().map(|(new, old)| (new.len(), old.as_ref().map(Vec::len)));
        f.debug_struct("Case")
            .field("files", &sizes.collect::<Vec<_>>())
            .field("known", &self.known)
            .field("choices", &self.choices)
            .field("flow", &self.flow)
            .field("chunk", &self.chunk)
            .field("firmware", &self.firmware)
            .field("shape", &self.shape)
            .field("transport", &self.transport)
            .finish()
    }
}

impl Case {
    fn session(&self) -> Session {
        let mut config = self.transport.config();
        (config.flow, config.chunk) = (self.flow, self.chunk);
        if self.flow == Flow::Open {
            // After a reset the friendly prompt draws the line again for each byte that was in flight.
            config.entry = Duration::from_secs(300);
        }
        Session::new(config)
    }

    fn bench(&self) -> Bench {
        let mut bench = Bench::new(self.firmware.clone(), self.shape);
        bench.device.disk_mut().make_dir("lib").expect("a folder");
        for (path, (_, old)) in PATHS.iter().zip(&self.files) {
            if let Some(old) = old {
                bench.device.disk_mut().insert(path, old.clone());
            }
        }
        bench
    }

    fn put(&self) -> PutAll<Contents> {
        let mut files = Contents::new(self.files.iter().map(|(new, _)| new.clone()));
        files.known = self.files[0].1.clone().filter(|_| self.known);
        let paths = PATHS.into_iter().take(self.files.len());
        PutAll::new(files, paths).expect("paths").choices(self.choices.clone())
    }

    /// Each file is the old one or the new one, and the new one where the put says so.
    fn intact(&self, bench: &Bench, placed: Option<&Placed>) -> Result<(), TestCaseError> {
        for (at, (path, (new, old))) in PATHS.iter().zip(&self.files).enumerate() {
            let now = bench.device.disk().get(path);
            let done = placed.is_some_and(|placed| placed[at].is_ok());
            prop_assert!(now == Some(new) || (!done && now == old.as_deref()), "{path}, done: {done}");
        }
        Ok(())
    }

    /// Whether the board loses bytes by itself in this flow: some runs may end in a fault then.
    fn overflows(&self) -> bool {
        matches!((self.flow, self.firmware.input), (Flow::Open, Input::Overflows(_)))
    }

    /// On a link in good order all files arrive.
    fn succeeds(&self, session: &mut Session, bench: &mut Bench, what: &str) -> Result<(), TestCaseError> {
        let mut put = self.put();
        for left in (0..if self.overflows() { 4 } else { 1 }).rev() {
            match run(session, bench, &mut put) {
                Ok(placed) => {
                    prop_assert!(placed.iter().all(Result::is_ok), "{what}: {placed:?}");
                    self.intact(bench, Some(&placed))?;
                    break;
                }
                Err(Error::Fault(_)) if left > 0 => self.intact(bench, None)?,
                Err(error) => prop_assert!(false, "{what}: {error}"),
            }
        }
        Ok(())
    }
}

fn content(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    let size = prop_oneof![0..longest + 1, 0..100.min(longest + 1)];
    prop_oneof![
        size.clone().prop_map(|length| noise(1, length)),
        size.clone().prop_map(text),
        (size, any::<u8>(), 1..1000_usize).prop_map(|(size, seed, run)| {
            let noise = noise(1, size + 256).split_off(seed.into());
            let parts =
                noise.chunks(run).zip(text(size + 1).chunks(run).map(<[u8]>::to_vec).collect::<Vec<_>>());
            parts.flat_map(|(noise, text)| [noise.to_vec(), text].concat()).take(size).collect()
        }),
        strategies::contents(longest.min(3000)),
    ]
}

/// A file and an older version of it.
fn edited() -> impl Strategy<Value = (Vec<u8>, Option<Vec<u8>>)> {
    let old = prop_oneof![
        (16_400..22_000_usize).prop_map(|length| noise(1, length)),
        (16_400..22_000_usize).prop_map(text)
    ];
    (old, vec((0..16_000_usize, 0..400_usize, content(300)), 1..3)).prop_map(|(old, edits)| {
        let mut new = old.clone();
        for (at, removed, inserted) in edits {
            let at = at.min(new.len());
            new.splice(at..new.len().min(at + removed), inserted);
        }
        (new, Some(old))
    })
}

fn files() -> impl Strategy<Value = Vec<(Vec<u8>, Option<Vec<u8>>)>> {
    let old = || prop_oneof![Just(None), Just(Some(b"old".to_vec())), content(300).prop_map(Some)];
    prop_oneof![
        3 => (content(12 * 1024), old()).prop_map(|file| vec![file]),
        1 => (content(3071), old()).prop_map(|file| vec![file]),
        2 => edited().prop_map(|file| vec![file]),
        2 => vec((content(3600), old()), 2..PATHS.len() + 1),
    ]
}

fn boards() -> impl Strategy<Value = Firmware> {
    let all = Firmware::default().can;
    let cans = select(vec![
        all,
        all,
        Capabilities { sha256: false, hashlib_new: true, ..all },
        Capabilities { sha256: false, ..all },
        Capabilities { binascii: false, ..all },
        Capabilities { sha256: false, binascii: false, ..all },
        Capabilities { deflate: false, ..all },
    ]);
    let heap = select([128, 128, 60, 24, 14].as_slice());
    (strategies::firmware(), cans, heap, select([0, 0, 3, 20].as_slice())).prop_map(
        |(firmware, can, heap, micros)| {
            // A slow board needs a buffer that holds what comes without being asked for: an interrupt, a mark.
            let micros = if matches!(firmware.input, Input::Overflows(..200)) { 0 } else { micros };
            Firmware { can, heap: heap * 1024, consume: Duration::from_micros(micros), ..firmware }
        },
    )
}

fn cases() -> impl Strategy<Value = Case> {
    let encoding = prop_oneof![
        2 => Just(None),
        4 => select([Encoding::Dense, Encoding::Deflate, Encoding::Base64, Encoding::Ascii].as_slice())
            .prop_map(Some),
    ];
    let chunk = prop_oneof![Just(None), (64..5000_usize).prop_map(NonZeroUsize::new)];
    let bits = prop_oneof![Just(None), (9..16_u8).prop_map(Some)];
    let flow = select([Flow::Windowed, Flow::Open].as_slice());
    let path = (strategies::links(), strategies::transports());
    (files(), any::<bool>(), encoding, bits, chunk, flow, boards(), path).prop_map(
        |(files, known, encoding, bits, chunk, flow, firmware, (shape, transport))| {
            let mut choices = Choices::default();
            (choices.encoding, choices.window_bits) = (encoding, bits);
            Case { files, known, choices, flow, chunk, firmware, shape, transport }
        },
    )
}

/// What goes wrong, at a part of 65,536 of all bytes of its way; and at which of all steps the put is cancelled, if it is.
fn troubles() -> impl Strategy<Value = (Vec<Fault>, Option<u64>)> {
    let cancel = prop_oneof![4 => Just(None), 1 => (0..65_536_u64).prop_map(Some)];
    (vec(strategies::faults(65_536), 0..4), cancel)
}

fn check(case: &Case, faults: Vec<Fault>, cancel: Option<u64>, manner: &Manner) -> Result<(), TestCaseError> {
    let (mut session, mut bench) = (case.session(), case.bench());
    let clean: Driven<Placed> = drive(&mut session, &mut bench, case.put(), manner);
    match &clean.result {
        Some(Ok(placed)) => {
            prop_assert!(placed.iter().all(Result::is_ok), "{placed:?}");
            case.intact(&bench, Some(placed))?;
        }
        result => {
            prop_assert!(case.overflows() && matches!(result, Some(Err(Error::Fault(_)))), "{result:?}")
        }
    }
    let lengths = [bench.wire.sent(), bench.wire.answered()];
    let (mut session, mut bench) = (case.session(), case.bench());
    for mut fault in faults {
        let length = lengths[usize::from(fault.direction == Direction::Down)];
        fault.at = fault.at * length / 65_536;
        bench.wire.add(fault);
    }
    let manner = Manner { cancel: cancel.map(|cancel| cancel * clean.steps / 65_536), ..manner.clone() };
    let mut put = case.put();
    let driven = drive(&mut session, &mut bench, &mut put, &manner);
    prop_assert!(driven.events.iter().filter(|event| *event == "windowed").count() < 2);
    match driven.result {
        Some(Ok(placed)) => case.intact(&bench, Some(&placed))?,
        None | Some(Err(Error::Fault(_) | Error::Exception(_) | Error::Refused(_))) => {
            case.intact(&bench, None)?
        }
        Some(Err(error)) => prop_assert!(false, "{error}"),
    }
    bench.replug(case.shape);
    session.lose();
    let again = run(&mut session, &mut bench, &mut put);
    match again {
        Ok(placed) => case.intact(&bench, Some(&placed))?,
        Err(error) => {
            prop_assert!(case.overflows() && matches!(error, Error::Fault(_)), "the next run: {error}");
            case.intact(&bench, None)?;
        }
    }
    case.succeeds(&mut session, &mut bench, "another put")?;
    case.succeeds(&mut case.session(), &mut bench, "another session")?;
    prop_assert_eq!(run(&mut session, &mut bench, Leave::default()), Ok(()));
    prop_assert!(bench.device.is_friendly(), "it was left elsewhere");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn intact_or_an_error(case in cases(), (faults, cancel) in troubles(), manner in strategies::cuts()) {
        check(&case, faults, cancel, &manner)?;
    }
}

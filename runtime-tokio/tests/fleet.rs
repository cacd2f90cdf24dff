//! Many boards at once from one thread, in virtual time, as the example `fleet` has them.

// The example uses the rest.
#[allow(dead_code)]
#[path = "../examples/fleet/board.rs"]
mod board;
#[allow(dead_code)]
#[path = "../examples/fleet/fleet.rs"]
mod fleet;
#[allow(dead_code)]
#[path = "../examples/fleet/ledger.rs"]
mod ledger;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use peak_alloc::PeakAlloc;
use rawpaste::{DriveError, Error, FaultKind, testing::noise};

use board::Stall;
use fleet::{Fleet, Report, share, text};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Held by each test: the allocator counts for the whole process.
static MEASURES: Mutex<()> = Mutex::new(());

const SIZE: usize = 100 * 1024;

/// Puts it, on one thread, with a clock that stands still while anything is to be done.
fn put(boards: usize, content: Bytes, stalls: Vec<Stall>) -> Report {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(Fleet { boards, content, stalls }.run())
}

/// The wires are in use, and two boards that stall in the middle, one for 3 s and one for ever, delay no other by a
/// millisecond.
#[test]
fn boards_that_stall_delay_nobody() {
    let _alone = MEASURES.lock().unwrap_or_else(PoisonError::into_inner);
    let content = Bytes::from(noise(1, SIZE));
    let times = [Some(Duration::from_secs(3)), None];
    let stalls = times.map(|time| Stall { after: 50_000, time }).to_vec();
    let without = put(50, content.clone(), Vec::new());
    let with = put(50, content, stalls);
    for others in [without.others(0), with.others(2)] {
        for outcome in others {
            assert!(outcome.whole && outcome.result.is_ok(), "{outcome:?}");
        }
        let (wires, files) = (share(others, |outcome| outcome.wire), share(others, |_| SIZE as u64));
        assert!(wires <= 1.0 && files >= 0.9, "{wires} of the wires, {files} with what is in the files");
    }
    let ended = |report: &Report| report.others(2).iter().map(|outcome| outcome.ended).collect::<Vec<_>>();
    assert_eq!(ended(&without), ended(&with));
    let [late, lost] = &with.outcomes[..2] else { unreachable!("two stalled") };
    let sound = without.outcomes[0].ended;
    assert!(late.whole && late.result.is_ok(), "{late:?}");
    assert!(late.ended > sound + Duration::from_secs(2), "{:?} and {sound:?}", late.ended);
    let Err(DriveError::Engine(Error::Fault(fault))) = &lost.result else { panic!("{lost:?}") };
    assert!(matches!(fault.kind, FaultKind::Silence(_)) && !lost.whole, "{lost:?}");
}

/// What one more board costs the host at most, all that it has for it counted: the task, the driver, the engine. The
/// crate's page and the example tell these figures.
#[test]
fn memory_for_each_board_has_a_bound() {
    let _alone = MEASURES.lock().unwrap_or_else(PoisonError::into_inner);
    let deflate = 340 * 1024;
    let cases = [("plain", Bytes::from(noise(1, SIZE)), 0), ("deflated", text(SIZE), deflate)];
    for (what, content, least) in cases {
        let [few, many] = [4, 20].map(|boards| put(boards, content.clone(), Vec::new()).host.memory);
        let each = (many - few) / 16;
        // Its buffer for reading alone takes 4 KiB.
        assert!(
            each > 4096 + least * 3 / 4 && each < 40 * 1024 + least,
            "{what}: {each} bytes for each board"
        );
    }
}

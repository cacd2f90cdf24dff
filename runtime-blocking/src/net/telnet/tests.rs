use proptest::{collection::vec, prelude::*};

use super::*;

/// One that has sent its wishes.
fn started() -> Telnet {
    let mut telnet = Telnet::new();
    telnet.sent(usize::MAX);
    telnet
}

fn received(telnet: &mut Telnet, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let kept = telnet.receive(&mut bytes);
    bytes.truncate(kept);
    bytes
}

fn answer(telnet: &mut Telnet, bytes: &[u8]) -> Vec<u8> {
    assert_eq!(received(telnet, bytes), b"");
    let out = telnet.unsent().to_vec();
    telnet.sent(out.len());
    out
}

#[test]
fn it_asks_once_and_answers_changes_alone() {
    let mut telnet = Telnet::new();
    let wishes = [WILL, 44, WILL, 0, DO, 0, WILL, 3, DO, 3];
    let wishes: Vec<u8> = wishes.chunks(2).flat_map(|wish| [IAC, wish[0], wish[1]]).collect();
    assert_eq!(telnet.unsent(), wishes);
    telnet.sent(wishes.len());
    assert_eq!(telnet.agreed(), None);
    // Agreement to what we asked for, twice: no answer.
    for _ in 0..2 {
        assert_eq!(
            answer(&mut telnet, &[IAC, DO, 44, IAC, DO, 0, IAC, WILL, 0, IAC, WILL, 3, IAC, DO, 3]),
            []
        );
        assert_eq!(telnet.agreed(), Some(true));
    }
    // What is new and welcome, what is not, and the end of it.
    assert_eq!(answer(&mut telnet, &[IAC, WILL, ECHO]), [IAC, DO, ECHO]);
    assert_eq!(answer(&mut telnet, &[IAC, WILL, ECHO]), []);
    assert_eq!(answer(&mut telnet, &[IAC, WONT, ECHO]), [IAC, DONT, ECHO]);
    assert_eq!(answer(&mut telnet, &[IAC, WONT, ECHO, IAC, DONT, ECHO]), []);
    assert_eq!(answer(&mut telnet, &[IAC, DO, ECHO]), [IAC, WONT, ECHO]);
    assert_eq!(answer(&mut telnet, &[IAC, DO, 24, IAC, WILL, 31]), [IAC, WONT, 24, IAC, DONT, 31]);
    assert_eq!(answer(&mut telnet, &[IAC, DONT, 24, IAC, WONT, 31]), []);
    assert_eq!(answer(&mut telnet, &[IAC, WILL, 44]), [IAC, DO, 44]);
    assert_eq!(answer(&mut telnet, &[IAC, DONT, 44]), [IAC, WONT, 44]);
    assert_eq!(telnet.agreed(), Some(false));
    let mut refused = started();
    assert_eq!(answer(&mut refused, &[IAC, DONT, 44]), []);
    assert_eq!(refused.agreed(), Some(false));
}

#[test]
fn subnegotiations_that_are_broken_say_nothing_and_end() {
    let baud = |telnet: &mut Telnet| {
        telnet
            .port
            .differs(super::super::LineSettings::default())
            .map(|differs| differs.contains("the speed"))
    };
    let good = [IAC, SB, 44, 101, 0, 1, 0xc2, 0, IAC, SE];
    let long = [&[IAC, SB, 44, 101, 0, 1, 0xc2, 0][..], &[7; 10_000], &[IAC, SE]].concat();
    let cut = [&good[..8], &[IAC, WILL, ECHO]].concat();
    for broken in [
        &long[..],
        &cut,
        &[IAC, SB, IAC, SE],
        &[IAC, SB, 44, IAC, SE],
        &[IAC, SB, 45, 101, 0, 1, 0xc2, 0, IAC, SE],
    ] {
        let mut telnet = started();
        assert_eq!(received(&mut telnet, broken), b"");
        assert_eq!(baud(&mut telnet), Some(true));
        assert!(telnet.within.len() <= LONGEST + 1);
        assert_eq!(received(&mut telnet, b"data"), b"data");
        assert_eq!(received(&mut telnet, &good), b"");
        assert_eq!(baud(&mut telnet), Some(false));
    }
    // A doubled IAC within is one.
    let mut telnet = started();
    received(&mut telnet, &[IAC, SB, 44, 101, 0, 0, 0, IAC, IAC, IAC, SE]);
    let differs = telnet.port.differs(super::super::LineSettings::default());
    assert_eq!(differs.as_deref(), Some("the speed is 255 there, not 115200"));
}

#[test]
fn what_we_ask_is_escaped() {
    let mut telnet = started();
    telnet.ask(&[1, 0, 0, 0xff, 0xff]);
    assert_eq!(telnet.unsent(), [IAC, SB, 44, 1, 0, 0, IAC, IAC, IAC, IAC, IAC, SE]);
}

/// Bytes of which many act.
fn lively() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(IAC), 3 => SE..=DONT, 2 => Just(44), 1 => Just(0), 4 => any::<u8>()]
}

/// What a server may put between two bytes of data.
fn command() -> impl Strategy<Value = Vec<u8>> {
    let doubled = |said: Vec<u8>| {
        let mut out = vec![IAC, SB];
        push_doubled(&said, &mut out);
        out.extend([IAC, SE]);
        out
    };
    prop_oneof![
        (WILL..=DONT, any::<u8>()).prop_map(|(verb, option)| vec![IAC, verb, option]),
        (SE..=249u8).prop_map(|command| vec![IAC, command]),
        vec(lively(), 0..100).prop_map(doubled),
    ]
}

proptest! {
    /// A server that undoes the doubling has what was sent, however it is cut up and whatever the room.
    #[test]
    fn data_leaves_whole(data in vec(lively(), 0..3000), cuts in vec(1usize..700, 1..50)) {
        let (mut telnet, mut rest, mut wire) = (started(), &data[..], Vec::new());
        let mut cuts = cuts.iter().cycle();
        while !rest.is_empty() || !telnet.unsent().is_empty() {
            let (offered, taken) = (cuts.next().copied().unwrap_or(1), cuts.next().copied().unwrap_or(1));
            let n = telnet.send(&rest[..offered.min(rest.len())]);
            rest = &rest[n..];
            let taken = taken.min(telnet.unsent().len());
            prop_assert!(telnet.unsent().len() <= OUT);
            wire.extend_from_slice(&telnet.unsent()[..taken]);
            telnet.sent(taken);
        }
        let (mut undone, mut bytes) = (Vec::new(), wire.iter());
        while let Some(&byte) = bytes.next() {
            undone.push(byte);
            prop_assert!(byte != IAC || bytes.next() == Some(&IAC), "a lone IAC");
        }
        prop_assert_eq!(undone, data);
    }

    /// The board's bytes come through whole, whatever the server says between them and however it is cut up.
    #[test]
    fn data_arrives_whole(
        parts in vec((vec(lively(), 0..30), command()), 0..20),
        cuts in vec(1usize..90, 1..20),
    ) {
        let (mut wire, mut sent) = (Vec::new(), Vec::new());
        for (data, command) in &parts {
            push_doubled(data, &mut wire);
            wire.extend(command);
            sent.extend(data);
        }
        let (mut telnet, mut rest, mut heard) = (started(), &wire[..], Vec::new());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at(rest.len().min(*cut));
            heard.extend(received(&mut telnet, now));
            rest = later;
        }
        prop_assert_eq!(heard, sent);
    }

    /// Whatever comes, nothing grows beyond its bound.
    #[test]
    fn anything_is_survived(pieces in vec(vec(lively(), 0..700), 0..10)) {
        let mut telnet = started();
        for piece in pieces {
            prop_assert!(received(&mut telnet, &piece).len() <= piece.len());
            prop_assert!(telnet.within.len() <= LONGEST + 1);
            prop_assert!(telnet.unsent().len() <= OUT + 3);
        }
    }
}

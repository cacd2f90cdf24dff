//! Literals: any bytes and any text there and back, and what that costs on the wire.

use proptest::prelude::*;
use rawpaste::{Quoting, Value, quote, quote_str, testing::strategies};

const ALL: [Quoting; 3] = [Quoting::Dense, Quoting::DensePlain, Quoting::Ascii];

fn literal(bytes: &[u8], quoting: Quoting) -> Vec<u8> {
    let mut out = Vec::new();
    quote(bytes, quoting, &mut out);
    out
}

/// Whether the byte may stand in a literal: the others act on a REPL or end the line.
fn may_stand(byte: u8, quoting: Quoting) -> bool {
    match quoting {
        Quoting::Dense => !matches!(byte, 0x00 | 0x03 | 0x04 | 0x0a | 0x0d),
        Quoting::DensePlain => !matches!(byte, 0x00..=0x04 | 0x0a | 0x0d),
        _ => matches!(byte, 0x20..=0x7e),
    }
}

fn round_trips(bytes: &[u8]) {
    for quoting in ALL {
        let literal = literal(bytes, quoting);
        assert!(literal.iter().all(|byte| may_stand(*byte, quoting)), "{quoting:?}: {bytes:?}");
        assert_eq!(Value::read_all(&literal), Ok(Value::Bytes(bytes.to_vec())), "{quoting:?}: {bytes:?}");
    }
}

/// What follows an escape decides its form, so pairs are what can go wrong.
#[test]
fn every_pair_of_bytes() {
    for first in 0..=255 {
        for second in 0..=255 {
            round_trips(&[first, second]);
        }
    }
}

#[test]
fn an_escape_before_a_digit_is_written_out() {
    let cases: [(&[u8], &[u8]); 4] = [
        (b"\x00", br"b'\0'"),
        (b"\x007", br"b'\x007'"),
        (b"\x008", br"b'\08'"),
        (b"\x04\n'\\", br"b'\4\n\'\\'"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(literal(bytes, Quoting::Dense), expected, "{bytes:?}");
    }
}

/// Pseudo-random data, the same each time, costs three bytes in a hundred: 249 values stand as they are.
#[test]
fn random_data_costs_three_in_a_hundred() {
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let bytes: Vec<u8> = (0..64 * 1024).map(|_| random()).collect();
    round_trips(&bytes);
    let wire = |quoting| literal(&bytes, quoting).len() as f64 / bytes.len() as f64;
    assert!(wire(Quoting::Dense) < 1.03, "{}", wire(Quoting::Dense));
    assert!(wire(Quoting::DensePlain) < 1.04, "{}", wire(Quoting::DensePlain));
    assert!(wire(Quoting::Ascii) < 3.0, "{}", wire(Quoting::Ascii));
}

proptest! {
    #[test]
    fn any_bytes(bytes in strategies::contents(600)) {
        round_trips(&bytes);
    }

    #[test]
    fn any_text(text in any::<String>()) {
        let mut literal = Vec::new();
        quote_str(&text, &mut literal);
        prop_assert!(literal.iter().all(|byte| matches!(byte, 0x20..=0x7e)));
        prop_assert_eq!(Value::read_all(&literal), Ok(Value::Str(text)));
    }

    /// A literal ends where it ends: what follows is left.
    #[test]
    fn what_follows_is_left(bytes in strategies::contents(60), rest in strategies::contents(20)) {
        for quoting in ALL {
            let text = [literal(&bytes, quoting), rest.clone()].concat();
            prop_assert_eq!(Value::read(&text), Ok((Value::Bytes(bytes.clone()), &rest[..])));
        }
    }
}

use rawpaste::{Quoting, Value, escaped, quote, quote_str};

/// Literals there and back. The first byte chooses the quoting, the rest is what is quoted, and what is read.
///
/// # Panics
///
/// If a literal holds what it must not, is read as something else, or reading goes beyond its bounds.
pub fn literal(input: &[u8]) {
    let Some((&first, rest)) = input.split_first() else { return };
    let quoting = [Quoting::Dense, Quoting::DensePlain, Quoting::Ascii][usize::from(first) % 3];
    quotes(rest, quoting);
    quotes_text(&String::from_utf8_lossy(rest));
    reads(rest);
}

fn quotes(bytes: &[u8], quoting: Quoting) {
    let mut out = b"before".to_vec();
    quote(bytes, quoting, &mut out);
    let literal = out.strip_prefix(b"before").expect("it appends");
    let forbidden = |byte: &&u8| match quoting {
        Quoting::Dense => matches!(byte, 0 | 3 | 4 | 10 | 13),
        Quoting::DensePlain => matches!(byte, 0..=4 | 10 | 13),
        Quoting::Ascii => !matches!(byte, b' '..=b'~'),
    };
    assert_eq!(literal.iter().find(forbidden), None, "{quoting:?}");
    assert_eq!(Value::read_all(literal), Ok(Value::Bytes(bytes.to_vec())), "{quoting:?}");
}

fn quotes_text(text: &str) {
    let mut literal = Vec::new();
    quote_str(text, &mut literal);
    assert!(literal.iter().all(|byte| matches!(byte, b' '..=b'~')));
    assert_eq!(Value::read_all(&literal), Ok(Value::Str(text.into())));
    assert!(escaped(text.as_bytes()).bytes().all(|byte| matches!(byte, b' '..=b'~')));
}

/// Anything may be read: what comes out is no larger than what went in, and no deeper than the reader allows.
fn reads(text: &[u8]) {
    let _ = Value::read_all(text);
    if let Ok((value, rest)) = Value::read(text) {
        assert!(rest.len() < text.len() && text.ends_with(rest), "it must consume something");
        // A tuple's commas and closing bracket pay for its values.
        assert!(size(&value, 0) <= text.len() - rest.len(), "{} from {} bytes", size(&value, 0), text.len());
    }
}

/// How many values and bytes there are in it.
fn size(value: &Value, depth: u32) -> usize {
    assert!(depth <= 8, "too deep");
    match value {
        Value::Str(text) => text.len() + 1,
        Value::Bytes(bytes) => bytes.len() + 1,
        Value::Sequence(values) => 1 + values.iter().map(|value| size(value, depth + 1)).sum::<usize>(),
        Value::None | Value::Bool(_) | Value::Int(_) | _ => 1,
    }
}

//! The bodies of the fuzz targets, as functions: libFuzzer calls them, and a test of `rawpaste` replays the corpus
//! through them on stable.
//!
//! Each takes any bytes and panics where the engine breaks a promise. What the first bytes of an input mean stands at
//! each; the corpus has examples with names.

mod answer;
mod host;
mod link;
mod literal;
mod paste;
mod promises;

pub use answer::answer;
pub use link::link;
pub use literal::literal;
pub use paste::paste;

use rawpaste::{Error, acts_on_a_terminal};

/// What an error says must be fit to be shown, and must not have grown with what the board sent.
fn presentable(error: &Error) {
    let text = error.to_string();
    assert!(text.chars().all(|character| character == '\n' || !acts_on_a_terminal(character)), "{text:?}");
    match error {
        Error::Fault(fault) => assert!(fault.heard.len() <= 64, "{} bytes were kept", fault.heard.len()),
        // Bytes that are not UTF-8 take three each as text.
        Error::Exception(exception) => assert!(exception.traceback.len() <= 3 * 4096),
        Error::Refused(_) | _ => {}
    }
}

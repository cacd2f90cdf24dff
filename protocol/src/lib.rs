//! To be written.
#![no_std]
extern crate alloc;
#[cfg(any(test, feature = "testing"))]
extern crate std;

mod helper;
mod literal;
mod quote;
mod time;
#[cfg(feature = "testing")]
pub mod testing;

pub use helper::Helper;
pub use literal::{Malformed, Value};
pub use quote::{Quoting, escaped, quote, quote_str};
pub use time::Instant;

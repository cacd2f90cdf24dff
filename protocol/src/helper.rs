//! What the engine defines on the board under the one global name `_rp`.

use alloc::vec::Vec;

/// A function that the engine needs on the board more than once.
///
/// It is defined there when a script first calls it, as an attribute of the class `_rp`, and then called with
/// literal arguments. A later definition derives from the earlier one, so `_rp` is the only global name.
#[derive(Clone, Copy, Debug)]
pub struct Helper {
    /// Its name: `_rp.NAME`.
    pub name: &'static str,
    /// Its Python: lines that stand in a class body, each indented by one space and ended by a newline. The first
    /// is ` def NAME(`, or an attribute that it needs.
    pub source: &'static str,
    /// The helpers that it calls itself.
    pub requires: &'static [&'static Helper],
    /// What the simulated board does instead of running the Python; it must agree with a real MicroPython.
    #[cfg(feature = "testing")]
    pub twin:
        fn(&mut crate::testing::Machine, &[crate::literal::Value]) -> Result<(), crate::testing::Raised>,
}

impl PartialEq for Helper {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.source == other.source
    }
}

/// Appends the script that defines `helpers`: afresh with `nonce`, or on top of what is defined already.
pub(crate) fn define(helpers: &[&Helper], nonce: Option<u32>, out: &mut Vec<u8>) {
    match nonce {
        Some(nonce) => out.extend_from_slice(alloc::format!("class _rp:\n n={nonce}\n").as_bytes()),
        None => out.extend_from_slice(b"class _rp(_rp):\n"),
    }
    for helper in helpers {
        out.extend_from_slice(helper.source.as_bytes());
    }
}

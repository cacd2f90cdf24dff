use std::sync::OnceLock;

use alloc::vec::Vec;

use crate::helper::Helper;

/// Every helper that the engine may define, so that a board made by `Device::new` knows them.
pub(crate) fn helpers() -> &'static [&'static Helper] {
    static ALL: OnceLock<Vec<&'static Helper>> = OnceLock::new();
    ALL.get_or_init(|| [&[&crate::helper::CALL], crate::ops::HELPERS, crate::transfer::HELPERS].concat())
}

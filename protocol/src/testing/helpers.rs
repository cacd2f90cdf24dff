use std::sync::OnceLock;

use alloc::vec::Vec;

use crate::helper::{BASE64, CALL, Helper, Whole};

/// Every helper that the engine may define, so that a board made by `Device::new` knows them.
pub(crate) fn helpers() -> &'static [&'static Helper] {
    static ALL: OnceLock<Vec<&'static Helper>> = OnceLock::new();
    ALL.get_or_init(|| [&[&CALL, &BASE64], crate::ops::HELPERS, &crate::transfer::helpers()].concat())
}

/// Every script of the engine that stands for itself.
pub(crate) const fn wholes() -> &'static [&'static Whole] {
    crate::transfer::WHOLES
}

//! Says each change of the link through `tracing`, if that feature is on: never with the contents of a script.

#[cfg(feature = "tracing")]
pub(crate) fn phase(before: &str, name: &str) {
    if before != name {
        tracing::debug!(target: "rawpaste::link", phase = name);
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) const fn phase(_before: &str, _name: &str) {}

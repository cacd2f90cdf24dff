use alloc::{
    format,
    string::{String, ToString},
};
use core::fmt;

/// An exception that code on the simulated board raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Its type, such as `OSError`.
    pub kind: String,
    /// What stands behind the colon.
    pub message: String,
}

impl Raised {
    /// Returns an exception of type `kind`.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: kind.into(), message: message.into() }
    }

    /// Returns the `OSError` for `errno`, written as a board writes it: `[Errno 2] ENOENT` where the firmware has a
    /// name for the number, else the bare number.
    #[must_use]
    pub fn os_error(errno: i32) -> Self {
        let message = match name(errno) {
            Some(name) => format!("[Errno {errno}] {name}"),
            None => errno.to_string(),
        };
        Self::new("OSError", message)
    }

    /// Returns the `MemoryError` for an allocation of `size` bytes.
    #[must_use]
    pub fn memory_error(size: usize) -> Self {
        Self::new("MemoryError", format!("memory allocation failed, allocating {size} bytes"))
    }

    /// Returns the `AttributeError` of a module or type that lacks `attribute`.
    #[must_use]
    pub fn no_attribute(object: &str, attribute: &str) -> Self {
        Self::new("AttributeError", format!("{object} has no attribute '{attribute}'"))
    }

    /// Returns the error number, if this is an `OSError` with one.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        if self.kind != "OSError" {
            return None;
        }
        let number = self.message.strip_prefix("[Errno ").unwrap_or(&self.message);
        let digits = number.find(|character: char| !character.is_ascii_digit()).unwrap_or(number.len());
        number[..digits].parse().ok()
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl core::error::Error for Raised {}

/// The names that MicroPython's `errno` module has; other numbers are printed bare.
const fn name(errno: i32) -> Option<&'static str> {
    Some(match errno {
        1 => "EPERM",
        2 => "ENOENT",
        5 => "EIO",
        9 => "EBADF",
        11 => "EAGAIN",
        12 => "ENOMEM",
        13 => "EACCES",
        17 => "EEXIST",
        19 => "ENODEV",
        21 => "EISDIR",
        22 => "EINVAL",
        95 => "EOPNOTSUPP",
        98 => "EADDRINUSE",
        103 => "ECONNABORTED",
        104 => "ECONNRESET",
        105 => "ENOBUFS",
        107 => "ENOTCONN",
        110 => "ETIMEDOUT",
        111 => "ECONNREFUSED",
        113 => "EHOSTUNREACH",
        114 => "EALREADY",
        115 => "EINPROGRESS",
        _ => return None,
    })
}

//! Who carries the bytes, and how: the first column of the table.

use std::fmt;

use crate::bench::Peer;

/// Who has rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ours(Carrier),
    /// Another program.
    Peer(Peer),
}

/// One of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    Blocking,
    Tokio,
    AsyncStd,
    /// tokio on a transport that drains, with drains and literals as large as the policy and the plan make them.
    Batched,
    /// tokio on a transport that drains, with 256 bytes and a drain.
    Hurt,
}

impl Carrier {
    pub(super) const ALL: [Self; 5] =
        [Self::Blocking, Self::Tokio, Self::AsyncStd, Self::Batched, Self::Hurt];

    /// Those that are compared.
    pub(super) const RUNTIMES: [Self; 3] = [Self::Blocking, Self::Tokio, Self::AsyncStd];

    /// Whether its transport drains when it is flushed.
    pub(super) const fn drains(self) -> bool {
        matches!(self, Self::Batched | Self::Hurt)
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blocking => "blocking",
            Self::Tokio => "tokio",
            Self::AsyncStd => "async-std",
            Self::Batched => "tokio, batched",
            Self::Hurt => "tokio, what hurt",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(carrier) => carrier.fmt(f),
            Self::Peer(peer) => f.write_str(&peer.title()),
        }
    }
}

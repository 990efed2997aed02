//! The four providers.

use std::fmt;

use countersign::{netgiro, netvisor, unleashed, vizion};
use http::HeaderName;

/// A provider that the sandbox plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vendor {
    /// Finnish accounting.
    Netvisor,
    /// Icelandic payments.
    Netgiro,
    /// Inventory.
    Unleashed,
    /// Container tracking.
    Vizion,
}

impl Vendor {
    /// All of them, in the order of their ports.
    pub const ALL: [Self; 4] = [Self::Netvisor, Self::Netgiro, Self::Unleashed, Self::Vizion];

    /// The name as in the library's errors, in lower-case ASCII.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Netvisor => "netvisor",
            Self::Netgiro => "netgiro",
            Self::Unleashed => "unleashed",
            Self::Vizion => "vizion",
        }
    }
}

/// Headers with a key or a signature, which no provider shows: a client that follows a redirect takes them along to another
/// provider. Ids and Netgíró's app key name an account and open none; they are shown, as in the library's explanations.
const HIDDEN: [&str; 7] = [
    unleashed::headers::SIGNATURE,
    "authorization",
    "cookie",
    netgiro::headers::SIGNATURE,
    "proxy-authorization",
    vizion::headers::API_KEY,
    netvisor::headers::MAC,
];

pub(crate) fn hides(name: &HeaderName) -> bool {
    HIDDEN.contains(&name.as_str())
}

/// Headers with a digest of a body or a version, which proves nothing. In any other header, in a query or in a body, a token
/// of 32 bytes may be a signature under a misspelt name.
const OF_DIGESTS: [&str; 6] =
    ["content-digest", "digest", "etag", "if-match", "if-none-match", "repr-digest"];

pub(crate) fn may_hold_digest(name: &HeaderName) -> bool {
    OF_DIGESTS.contains(&name.as_str())
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Netvisor => "Netvisor",
            Self::Netgiro => "Netgíró",
            Self::Unleashed => "Unleashed",
            Self::Vizion => "Vizion",
        })
    }
}

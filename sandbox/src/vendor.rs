//! The four.

use std::fmt;

use http::HeaderName;

/// Who is played.
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

    /// The name as the library's errors have it, in lower-case ASCII.
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

/// Headers that hold a key, an id or a signature, which are not for showing, whoever was called: a client that follows a
/// redirect takes them along to another vendor.
const HIDDEN: [&str; 12] = [
    "api-auth-id",
    "api-auth-signature",
    "authorization",
    "cookie",
    "netgiro_appkey",
    "netgiro_signature",
    "proxy-authorization",
    "x-api-key",
    "x-netvisor-authentication-customerid",
    "x-netvisor-authentication-mac",
    "x-netvisor-authentication-partnerid",
    "x-netvisor-organisation-id",
];

pub(crate) fn hides(name: &HeaderName) -> bool {
    HIDDEN.contains(&name.as_str())
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

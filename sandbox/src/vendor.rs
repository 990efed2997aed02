//! The four.

use std::fmt;

use http::{HeaderName, header};

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

    /// Whether a header holds a key, an id or a signature, which are not for showing.
    pub(crate) fn hides(self, name: &HeaderName) -> bool {
        let hidden: &[&str] = match self {
            Self::Netvisor => &[
                "x-netvisor-authentication-customerid",
                "x-netvisor-authentication-partnerid",
                "x-netvisor-authentication-mac",
                "x-netvisor-organisation-id",
            ],
            Self::Netgiro => &["netgiro_appkey", "netgiro_signature"],
            Self::Unleashed => &["api-auth-id", "api-auth-signature"],
            Self::Vizion => &["x-api-key"],
        };
        hidden.contains(&name.as_str())
            || [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE].contains(name)
    }
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

//! Ways in which a provider may differ from the sandbox's default.

use std::fmt;
use std::str::FromStr;

/// A behaviour of a provider that differs from the sandbox's default, and that no public source rules out.
///
/// `FromStr` and `Display` have the names given here in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quirk {
    /// "unleashed-as-sent": Unleashed checks the signature of the query as sent.
    UnleashedAsSent,
    /// "netvisor-decoded": Netvisor checks the signature of the URL with its `%XX` undone.
    NetvisorDecoded,
    /// "netvisor-sha256-only": Netvisor computes SHA256, whatever algorithm a request names.
    NetvisorSha256Only,
    /// "netvisor-utf8": Netvisor reads headers as UTF-8, and refuses other bytes.
    NetvisorUtf8,
    /// "netgiro-errors-unsigned": Netgíró signs no reply with the status of an error.
    NetgiroErrorsUnsigned,
    /// "netgiro-reply-request-nonce": Netgíró signs its replies with the nonce of the request in place of the reply's.
    NetgiroReplyRequestNonce,
}

impl Quirk {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::UnleashedAsSent,
        Self::NetvisorDecoded,
        Self::NetvisorSha256Only,
        Self::NetvisorUtf8,
        Self::NetgiroErrorsUnsigned,
        Self::NetgiroReplyRequestNonce,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnleashedAsSent => "unleashed-as-sent",
            Self::NetvisorDecoded => "netvisor-decoded",
            Self::NetvisorSha256Only => "netvisor-sha256-only",
            Self::NetvisorUtf8 => "netvisor-utf8",
            Self::NetgiroErrorsUnsigned => "netgiro-errors-unsigned",
            Self::NetgiroReplyRequestNonce => "netgiro-reply-request-nonce",
        }
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is not the name of a quirk. `Display` lists all quirks.
#[derive(Debug, thiserror::Error)]
#[error("not a quirk: use {}", Quirk::ALL.map(Quirk::name).join(", "))]
pub struct UnknownQuirk;

impl FromStr for Quirk {
    type Err = UnknownQuirk;

    fn from_str(text: &str) -> Result<Self, UnknownQuirk> {
        Self::ALL.into_iter().find(|quirk| quirk.name() == text).ok_or(UnknownQuirk)
    }
}

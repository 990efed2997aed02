//! The verdict on a request.

/// Whether a request was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The request is signed as it should be.
    Accepted,
    /// The request is not signed as it should be.
    Refused(Refusal),
}

/// Why a request was refused. `Display` is a sentence without any value of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No header of a signature is there.
    #[error("the request is not signed at all: it has none of the headers {}", .0.join(", "))]
    Unsigned(&'static [&'static str]),
    /// A necessary header is missing.
    #[error("the header {0} is missing")]
    HeaderMissing(&'static str),
    /// A header is there more than once.
    #[error("the header {0} is there more than once")]
    HeaderRepeated(&'static str),
    /// A header's value is not of the right kind.
    #[error("the header {0} has a value that it cannot have")]
    HeaderMalformed(&'static str),
    /// An id or app key is not that of the sandbox's credentials.
    #[error("the header {0} does not name an account that is known here")]
    UnknownAccount(&'static str),
    /// Netvisor: neither HMACSHA256 nor SHA256. An absent header means MD5, which is refused.
    #[error("the MAC algorithm is neither HMACSHA256 nor SHA256")]
    Algorithm,
    /// Netvisor: a header counts milliseconds where seconds are expected.
    #[error("the header {0} counts milliseconds where seconds are expected")]
    Milliseconds(&'static str),
    /// Netvisor: a timestamp is in neither of the two known forms.
    #[error("the header {0} is in no known form of a timestamp")]
    TimestampFormat(&'static str),
    /// Netvisor: the timestamp and the Unix seconds are not of the same moment.
    #[error("the timestamp and the Unix seconds are not of the same moment")]
    TimesDisagree,
    /// Netvisor: the times lie further from the sandbox's clock than its setting allows.
    #[error("the header {0} is of another time than the sandbox's clock shows")]
    OutsideTimeWindow(&'static str),
    /// The signature is not that of what arrived.
    #[error("the signature does not match what arrived")]
    SignatureMismatch,
    /// A transaction id or nonce was used before.
    #[error("the value of the header {0} was used before")]
    Repeated(&'static str),
    /// Vizion: the key is known but lacks the permission.
    #[error("the API key lacks the permission")]
    NoPermission,
    /// The request is for a host that the sandbox does not answer to.
    #[error("this server does not answer to this host")]
    ForeignHost,
    /// The request line and `Host` do not make a URL.
    #[error("the request line and Host do not make a URL")]
    UrlMalformed,
    /// The body is longer than the sandbox takes, or did not arrive whole.
    #[error("the body is longer than the sandbox takes, or did not arrive whole")]
    Body,
}

impl Refusal {
    /// A stable, lower-case, hyphenated name. A mistake that a diagnosis knows has the same name there.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsigned(_) => "unsigned",
            Self::HeaderMissing(_) => "header-missing",
            Self::HeaderRepeated(_) => "header-repeated",
            Self::HeaderMalformed(_) => "header-malformed",
            Self::UnknownAccount(_) => "unknown-account",
            Self::Algorithm => "algorithm",
            Self::Milliseconds(_) => "milliseconds-for-seconds",
            Self::TimestampFormat(_) => "timestamp-format",
            Self::TimesDisagree => "times-disagree",
            Self::OutsideTimeWindow(_) => "outside-time-window",
            Self::SignatureMismatch => "signature-mismatch",
            Self::Repeated(_) => "repeated",
            Self::NoPermission => "no-permission",
            Self::ForeignHost => "foreign-host",
            Self::UrlMalformed => "url-malformed",
            Self::Body => "body",
        }
    }

    /// What to do about it, if the sentence leaves that open.
    #[must_use]
    pub fn fix(&self) -> Option<&'static str> {
        match self {
            Self::Unsigned(_) => Some(
                "Send it through a client that has the provider's middleware, as in `ClientBuilder::new(client).with(sandbox.netgiro())`.",
            ),
            Self::Milliseconds(_) => Some("Divide by 1000 and round down; sign the very value that is sent."),
            Self::TimestampFormat(_) => {
                Some("Write it as `YYYY-MM-DD HH:MM:SS` in UTC, with `.mmm` behind it or without.")
            }
            Self::TimesDisagree => Some("Read the clock once for both, and write the timestamp in UTC."),
            Self::OutsideTimeWindow(_) => {
                Some("Set the clock, and sign each attempt anew, just before it is sent.")
            }
            Self::ForeignHost => Some(
                "Call the address that the sandbox says, or allow the name: `Builder::allow_host`, or `--allow-host NAME` of the tool.",
            ),
            _ => None,
        }
    }
}

impl From<Result<(), Refusal>> for Verdict {
    fn from(judged: Result<(), Refusal>) -> Self {
        judged.map_or_else(Self::Refused, |()| Self::Accepted)
    }
}

//! What a segment states besides its bytes.

use std::fmt;

/// Where the bytes of a segment came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// The whole URL of the request, absolute.
    RequestUrl,
    /// The query of the request's URL, without the `?`.
    RequestQuery,
    /// The path of the request's URL, with its query if there is one.
    RequestTarget,
    /// The method of the request.
    RequestMethod,
    /// The host that the request went to, with its port unless it is the scheme's default.
    RequestHost,
    /// A header of the request, set by the sender.
    RequestHeader,
    /// The body, byte for byte.
    Body,
    /// A credential that the provider issued.
    Credential,
    /// A setting of this program.
    Setting,
    /// The signer's clock, as text or as a count since 1970.
    Clock,
    /// A nonce or id that the signer drew for this message.
    Drawn,
    /// Fixed by the provider's format.
    Literal,
    /// The provider does not say.
    Unstated,
}

impl Source {
    /// A few words for people, e.g. `request URL`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestUrl => "request URL",
            Self::RequestQuery => "query of the request URL",
            Self::RequestTarget => "path of the request URL",
            Self::RequestMethod => "request method",
            Self::RequestHost => "host of the request",
            Self::RequestHeader => "request header",
            Self::Body => "body",
            Self::Credential => "credential",
            Self::Setting => "setting",
            Self::Clock => "clock",
            Self::Drawn => "drawn for this message",
            Self::Literal => "literal",
            Self::Unstated => "unstated",
        }
    }
}

/// How the bytes of a segment are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// ISO-8859-15, Latin-1 with the euro sign.
    Latin9,
    /// Any bytes, signed byte for byte.
    Bytes,
}

impl Charset {
    /// The registered name, e.g. `UTF-8`; `bytes` for [`Charset::Bytes`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Latin9 => "ISO-8859-15",
            Self::Bytes => "bytes",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

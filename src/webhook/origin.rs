//! The address by which the sender knows this service.

use std::borrow::Cow;

use http::uri::PathAndQuery;
use url::{Position, Url};

use crate::error::Error;
use crate::fault::faults;

/// The origin, with an optional prefix of the path, that the sender uses. A proxy may change both on the way.
#[derive(Clone, Debug)]
pub(crate) struct PublicOrigin {
    host: String,
    /// `scheme://host[:port]`.
    origin: String,
    /// The prefix that the proxy takes off the path: empty, or with `/` at its beginning and not at its end.
    prefix: String,
}

impl PublicOrigin {
    /// Parses a public origin; an error names `provider`.
    pub(crate) fn new(text: &str, provider: impl Into<Cow<'static, str>>) -> Result<Self, Error> {
        Self::parse(text).map_err(|error| error.in_provider(provider))
    }

    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let invalid = || Error::new(PublicOriginFault::Invalid);
        let url = Url::parse(text).ok().filter(is_plain).ok_or_else(invalid)?;
        Ok(Self {
            host: host_and_port(&url),
            origin: url.origin().ascii_serialization(),
            prefix: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// The `host` header as the sender wrote it.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether an absolute URL is on this host, at any port.
    pub(super) fn has_host_of(&self, url: &str) -> bool {
        let host = |url: &str| Url::parse(url).ok()?.host_str().map(str::to_owned);
        host(url).is_some_and(|name| Some(name) == host(&self.origin))
    }

    /// The path and query as the sender wrote them.
    pub(super) fn target<'t>(&self, received: &'t str) -> Cow<'t, str> {
        if self.prefix.is_empty() {
            return Cow::Borrowed(received);
        }
        Cow::Owned(format!("{}{received}", self.prefix))
    }

    /// The absolute URL as the sender wrote it.
    pub(super) fn url(&self, received: &str) -> String {
        format!("{}{}{received}", self.origin, self.prefix)
    }
}

/// The prefix that a proxy puts in front of the path: with `/` at its beginning and not at its end.
#[derive(Clone, Debug)]
pub(super) struct AddedPrefix(Box<str>);

impl AddedPrefix {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let prefix = text.trim_end_matches('/');
        let is_path = |path: PathAndQuery| path.as_str() == prefix && path.query().is_none();
        match prefix.parse().is_ok_and(is_path) {
            true => Ok(Self(prefix.into())),
            false => Err(Error::new(PublicOriginFault::Prefix)),
        }
    }

    /// The path and query without the prefix; `None` if they do not begin with it.
    pub(super) fn strip<'t>(&self, received: &'t str) -> Option<&'t str> {
        received.strip_prefix(&*self.0).filter(|rest| rest.starts_with('/'))
    }
}

/// The host as a client writes it in the `host` header: with the port, unless it is the scheme's default.
pub(super) fn host_and_port(url: &Url) -> String {
    url[Position::BeforeHost..Position::AfterPort].to_owned()
}

fn is_plain(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

faults! {
    #[derive(Debug)]
    pub(super) enum PublicOriginFault {
        Invalid = Configuration, "invalid-public-origin",
            "a public origin must be scheme://host[:port][/prefix] with http or https",
            "Write it as you registered it with the vendor, like https://hooks.example.com or https://example.com/hooks.";
        Prefix = Configuration, "invalid-path-prefix",
            "a prefix of paths must be /segment[/segment…], without a query",
            "Write what the proxy puts in front of each path, like /internal/v1.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sender_wrote_is_rebuilt() {
        let cases = [
            ("https://hooks.example.com", "hooks.example.com", "/a?b=1", "https://hooks.example.com/a?b=1"),
            ("https://EXAMPLE.com:443/in/", "example.com", "/in/a?b=1", "https://example.com/in/a?b=1"),
            ("http://127.0.0.1:8080", "127.0.0.1:8080", "/a?b=1", "http://127.0.0.1:8080/a?b=1"),
        ];
        for (text, host, target, url) in cases {
            let origin = PublicOrigin::new(text, "test").unwrap();
            assert_eq!(
                (origin.host(), &*origin.target("/a?b=1"), &*origin.url("/a?b=1")),
                (host, target, url)
            );
        }
    }

    #[test]
    fn a_prefix_is_whole_segments_of_a_path() {
        for (prefix, received, expected) in [
            ("/internal/v1", "/internal/v1/hook?a=/internal/v1/", Some("/hook?a=/internal/v1/")),
            ("/internal/v1/", "/internal/v1/", Some("/")),
            ("/internal/v1", "/internal/v1/internal/v1/", Some("/internal/v1/")),
            ("/internal/v1", "/internal/v10/hook", None),
            ("/internal/v1", "/internal/v1", None),
            ("/internal/v1", "/hook", None),
        ] {
            assert_eq!(AddedPrefix::parse(prefix).unwrap().strip(received), expected, "{prefix} {received}");
        }
        for text in ["", "/", "internal", "https://h/internal", "/a?b", "/a#b", "/a b"] {
            assert_eq!(AddedPrefix::parse(text).unwrap_err().code(), "invalid-path-prefix", "{text}");
        }
    }

    #[test]
    fn another_port_is_the_same_host_and_another_name_is_not() {
        let origin = PublicOrigin::new("https://hooks.example.com/in", "test").unwrap();
        for same in ["https://hooks.example.com/", "http://HOOKS.example.com:8080/a"] {
            assert!(origin.has_host_of(same), "{same}");
        }
        for other in ["https://evil.example.com/", "https://a.hooks.example.com/", "https://a b/", "/in"] {
            assert!(!origin.has_host_of(other), "{other}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "example.com",
            "ftp://example.com",
            "https://u:p@example.com",
            "https://a.b/?q",
            "https://a.b/#f",
        ] {
            assert_eq!(
                PublicOrigin::new(text, "test").unwrap_err().code(),
                "invalid-public-origin",
                "{text}"
            );
        }
    }
}
